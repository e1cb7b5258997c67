import Inbox
import Testing

/// All that up to three people can have said of the assistant, and up to two replies that left.
struct PauseLawTests {
    private static let controls: [AIControl] = [.on, .manual, .escalation]
    private static let replies: [PauseRule.Reply] = [
        .init(at: 1_000_000, timer: 60), .init(at: 2_000_000, timer: 5), .init(at: 0, timer: 0),
        .init(at: 3_000_000, timer: nil), .init(at: .max, timer: .max), .init(at: 5, timer: -3),
    ]

    @Test func `an escalation's pause is told before one by hand, and that before a reply's`() {
        for writes in Self.controls.tuples(upTo: 3) {
            for replies in Self.replies.tuples(upTo: 2) {
                let reason = PauseRule.pause(among: writes, replies: replies)?.reason
                let expected: Pause.Reason? =
                    writes.contains(.escalation)
                    ? .escalation : writes.contains(.manual) ? .manual : replies.isEmpty ? nil : .reply
                #expect(reason == expected)
                #expect(
                    PauseRule.pause(among: writes.reversed(), replies: replies.reversed())
                        == PauseRule.pause(among: writes, replies: replies))
            }
        }
    }

    @Test func `of several replies the last to end counts, and one without an end has none`() {
        for replies in Self.replies.tuples(upTo: 3) where !replies.isEmpty {
            let ends = replies.map { PauseRule.pause(among: [], replies: [$0])?.until }
            let until = PauseRule.pause(among: [.on], replies: replies)?.until
            #expect(until == (ends.contains(nil) ? nil : ends.compactMap { $0 }.max()))
        }
    }

    @Test func `a reply pauses for its timer, an hour where it has none, and for ever where it has 0`() throws {
        #expect(PauseRule.pause(among: [], replies: [.init(at: 7, timer: 5)])?.until == 300_007)
        #expect(PauseRule.pause(among: [], replies: [.init(at: 7, timer: nil)])?.until == 3_600_007)
        for timer in [0, -1, Int64.min, .max] {
            let pause = try #require(PauseRule.pause(among: [], replies: [.init(at: 7, timer: timer)]))
            #expect(pause.until == nil && pause.holds(at: .max))
        }
        let pause = try #require(PauseRule.pause(among: [], replies: [.init(at: 7, timer: 5)]))
        #expect(pause.holds(at: 300_006) && !pause.holds(at: 300_007))
    }
}
