import Testing

@testable import Inbox

struct ChannelPolicyTests {
    @Test(arguments: [
        (ChannelKind.whatsapp, Int64?(1_440), true), (.messenger, 1_440, true), (.instagram, 1_440, true),
        (.whatsappDirect, nil, true), (.webChat, nil, false),
    ])
    func `each kind has its window, and on a web page only the assistant answers`(
        kind: ChannelKind, window: Int64?, isForPeople: Bool
    ) {
        let policy = ChannelPolicy(kind: kind)
        #expect(policy.windowMinutes == window)
        #expect(policy.timerMinutes == 60)
        #expect(policy.isForPeople == isForPeople)
        #expect(policy.canSend(.text))
    }

    @Test func `what the workspace says wins over the kind, and 0 is for ever`() {
        let policy = ChannelPolicy(kind: .whatsapp, window: 2_880, timer: 0, media: "document image")
        #expect(policy.windowMinutes == 2_880)
        #expect(policy.timerMinutes == 0)
        #expect(policy.media.map(\.kind) == [.image, .document])
        #expect(policy.media(of: .image)?.byteLimit == 5_000_000)
        #expect(!policy.canSend(.audio))
        #expect(ChannelPolicy(kind: .whatsapp, window: 0).windowMinutes == nil)
        #expect(ChannelPolicy(kind: .whatsapp, media: "").media.isEmpty)
        #expect(ChannelPolicy(kind: .messenger, media: "sticker").media(of: .sticker)?.byteLimit == nil)
    }

    @Test(arguments: [Int64.min, -1, 0, 1, ChannelPolicy.longest, ChannelPolicy.longest + 1, .max])
    func `numbers that nobody can mean are brought within bounds`(stored: Int64) {
        for kind in ChannelKind.allCases {
            let policy = ChannelPolicy(kind: kind, window: stored, timer: stored, media: "note \(stored)  hologram")
            if let window = policy.windowMinutes { #expect((1...ChannelPolicy.longest).contains(window)) }
            #expect((0...ChannelPolicy.longest).contains(policy.timerMinutes))
            #expect(policy.media.isEmpty)
        }
        #expect(ChannelPolicy(kind: .whatsapp, window: -1, timer: -1).windowMinutes == 1_440)
        #expect(ChannelPolicy(kind: .whatsapp, window: .max).windowMinutes == ChannelPolicy.longest)
    }

    @Test func `WhatsApp plays Ogg with Opus, and Instagram takes no Ogg voice`() throws {
        let voice = "audio/ogg; codecs=opus"
        let cloud = try #require(ChannelPolicy(kind: .whatsapp).media(of: .audio))
        #expect(cloud.accepts(type: voice) && cloud.accepts(type: "Audio/OGG;codecs=OPUS"))
        #expect(!cloud.accepts(type: "audio/ogg") && !cloud.accepts(type: "audio/opus"))
        #expect(cloud.accepts(type: "audio/mp4; codecs=mp4a"))
        let instagram = try #require(ChannelPolicy(kind: .instagram).media(of: .audio))
        #expect(!instagram.accepts(type: voice) && instagram.accepts(type: "audio/wav"))
        #expect(try #require(ChannelPolicy(kind: .whatsapp).media(of: .document)).accepts(type: "anything/at-all"))
    }

    @Test func `a limit includes its last byte, and without one everything fits`() throws {
        let sticker = try #require(ChannelPolicy(kind: .whatsapp).media(of: .sticker))
        #expect(sticker.fits(byteCount: 500_000) && !sticker.fits(byteCount: 500_001))
        #expect(try #require(ChannelPolicy(kind: .whatsappDirect).media(of: .video)).fits(byteCount: .max))
    }
}
