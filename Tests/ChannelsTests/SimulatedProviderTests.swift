import Foundation
import TestSupport
import Testing

@testable import Channels
@testable import Inbox

/// The provider that does as it is told.
struct SimulatedProviderTests {
    private static let start: Int64 = 1_764_000_000_000

    private static func provider(_ script: String) throws -> SimulatedProvider {
        SimulatedProvider(try SimulatedScript(Array(script.utf8)))
    }

    @Test func `without a script it takes everything, and says that it was sent and delivered`() {
        var provider = SimulatedProvider()
        let answer = provider.take(Samples.text("Hi", to: "1"), now: Self.start)
        #expect(answer.outcome() == .accepted(providerID: "wamid.SIM1"))
        #expect(provider.received.map(\.text) == ["Hi"])
        #expect(provider.received.first?.reference == "m1")
        #expect(
            provider.events(until: Self.start).map(\.line) == ["sent wamid.SIM1 (m1) to 1 at 2025-11-24T16:00:00.000Z"])
        #expect(provider.events(until: Self.start + 499).isEmpty)
        #expect(provider.nextDue == Self.start + 500)
        #expect(provider.events(until: Self.start + 500).map(\.kind) == ["delivered"])
        #expect(provider.nextDue == nil)
    }

    @Test func `every answer there is comes out as the doubt or the proof that it is`() throws {
        let expected: [SimulatedScript.Answer: SendingOutcome?] = [
            .accept: .accepted(providerID: "wamid.SIM1"), .slow: nil, .none: nil, .garbage: nil, .huge: nil,
            .status: nil,
            .contradictory: nil, .refuse: nil, .windowClosed: nil,
        ]
        let doubts: [SimulatedScript.Answer: Doubt.Reason] = [
            .slow: .timedOut, .none: .cut, .garbage: .unreadable, .huge: .tooLarge, .status: .serverFailed,
            .contradictory: .contradictory,
        ]
        for answer in SimulatedScript.Answer.allCases {
            var provider = try Self.provider(#"{"answer":"\#(answer.rawValue)","code":131056}"#)
            let outcome = provider.take(Samples.text(), now: Self.start).outcome()
            #expect(outcome.doubt == doubts[answer], "\(answer)")
            if case .some(.some(let expected)) = expected[answer] { #expect(outcome == expected) }
            // Whatever it answers: refused, and no customer has it; in doubt, and the customer has.
            #expect(provider.received.count == (outcome.isRefused ? 0 : 1), "\(answer)")
        }
        for answer in doubts.keys {
            var provider = try Self.provider(#"{"answer":"\#(answer.rawValue)","taken":false}"#)
            #expect(provider.take(Samples.text(), now: Self.start).outcome().doubt == doubts[answer])
            #expect(provider.received.isEmpty && provider.nextDue == nil)
        }
    }

    @Test func `the first rule that fits is followed, as often as it says`() throws {
        var provider = try Self.provider(
            """
            {"nth":2,"answer":"refuse","code":131056}
            {"to":"7","text":"price","times":2,"answer":"refuse","code":131026}
            {"to":"7","answer":"refuse","code":131000}
            """)
        let codes = [
            ("1", "a"), ("1", "b"), ("7", "my price"), ("7", "price?"), ("7", "price!"), ("7", "x"), ("1", "y"),
        ]
        .map { to, text -> String in
            guard case .refused(let refusal) = provider.take(Samples.text(text, to: to), now: 0).outcome() else {
                return "taken"
            }
            return refusal.code
        }
        #expect(codes == ["taken", "131056", "131026", "131026", "131000", "131000", "taken"])
        #expect(provider.requestCount == 7)
    }

    @Test func `receipts come late, twice and out of order, and one that failed keeps the message from the customer`()
        throws
    {
        var provider = try Self.provider(
            """
            [{"nth":1,"receipts":[{"event":"read","after":10},{"event":"delivered","after":900,"times":2}]},
             {"nth":2,"receipts":[{"event":"sent"},{"event":"failed","after":5,"code":131049}]}]
            """)
        _ = provider.take(Samples.text(to: "1"), now: Self.start)
        _ = provider.take(Samples.text(to: "1"), now: Self.start)
        #expect(
            provider.events(until: Self.start + 10_000).map(\.line) == [
                "sent wamid.SIM2 (m1) to 1 at 2025-11-24T16:00:00.000Z",
                "failed wamid.SIM2 (m1) to 1 at 2025-11-24T16:00:00.000Z: 131049 \(WhatsAppError.words(for: "131049"))",
                "read wamid.SIM1 (m1) to 1 at 2025-11-24T16:00:00.000Z",
                "delivered wamid.SIM1 (m1) to 1 at 2025-11-24T16:00:00.000Z",
                "delivered wamid.SIM1 (m1) to 1 at 2025-11-24T16:00:00.000Z",
            ])
        #expect(provider.received.map(\.id) == ["wamid.SIM1"])
    }

    @Test func `a message can bring an answer, and an echo of the business phone`() throws {
        var provider = try Self.provider(
            #"{"times":1,"receipts":[],"reply":{"text":"Thanks","after":2000},"echo":{"text":"Called","after":1000}}"#)
        _ = provider.take(Samples.text(to: "1"), now: Self.start)
        #expect(
            provider.events(until: Self.start + 2_000).map(\.line) == [
                "phone text wamid.SIMECHO1 of 1 at 2025-11-24T16:00:01.000Z: Called",
                "customer text wamid.SIMIN2 of 1 at 2025-11-24T16:00:02.000Z about wamid.SIM1: Thanks",
            ])
    }

    @Test func `a day after the customer wrote only a template is taken`() throws {
        var provider = SimulatedProvider()
        provider.customerWrites(from: "1", name: "Ana", text: "Hello?", at: Self.start)
        #expect(
            provider.events(until: Self.start).map(\.line) == [
                "customer text wamid.SIMIN1 of 1 (Ana) at 2025-11-24T16:00:00.000Z: Hello?"
            ])
        let last = Self.start + SimulatedProvider.standardWindow
        let template = OutgoingMessage(
            to: "1", content: .template(TemplateMessage(name: "hello", language: "en", [])), reference: "m2")
        #expect(provider.take(Samples.text(to: "1"), now: last - 1).outcome() == .accepted(providerID: "wamid.SIM1"))
        guard case .refused(let refusal) = provider.take(Samples.text(to: "1"), now: last).outcome() else {
            return #expect(Bool(false))
        }
        #expect(refusal.consequence == .windowClosed)
        #expect(provider.take(template, now: last).outcome() == .accepted(providerID: "wamid.SIM3"))
        #expect(provider.take(Samples.text(to: "2"), now: last).outcome() == .accepted(providerID: "wamid.SIM4"))
        #expect(provider.received.map(\.template) == [nil, "hello", nil])
    }

    @Test func `a request that the API would not take is refused by Meta's number`() throws {
        var provider = SimulatedProvider()
        for (request, code) in [
            ("{}", "131008"), (#"{"messaging_product":"whatsapp"}"#, "131008"),
            (#"{"messaging_product":"whatsapp","to":"1","type":"hologram"}"#, "131009"),
            (#"{"messaging_product":"whatsapp","to":"1","type":"text"}"#, "131008"),
            (#"{"messaging_product":"whatsapp","to":"1","text":{"body":""}}"#, "100"),
            (#"{"messaging_product":"whatsapp","to":"1","type":"template","template":{"name":"x"}}"#, "131008"),
        ] {
            let body = try #require(JSONValue(json: Array(request.utf8)))
            guard case .refused(let refusal) = provider.take(request: body, now: 0).outcome() else {
                #expect(Bool(false), "\(request)")
                continue
            }
            #expect(refusal.code == code, "\(request)")
        }
        let long = Samples.text(String(repeating: "é", count: 4_097))
        #expect(provider.take(long, now: 0).outcome().isRefused)
        #expect(provider.take(Samples.text(String(repeating: "é", count: 4_096)), now: 0).outcome().doubt == nil)
        #expect(provider.received.count == 1)
    }

    @Test(.enabled(if: Samples.areShared, "the examples are not beside the package"))
    func `every request among Meta's examples is one that it takes`() throws {
        guard case .object(let requests) = try Samples.read(Samples.shared.appending(path: "openapi-send.json")) else {
            return #expect(Bool(false))
        }
        var provider = SimulatedProvider()
        // One names no type, which makes a text of it that has no body.
        let refused = requests.filter { provider.take(request: $0.value, now: 0).response?.status != 200 }
        #expect(refused.keys.sorted() == ["Send Reply to List Message"])
        #expect(provider.received.count == requests.count - 2, "and one only says that a message was read")
    }

    @Test func `a script with a mistake in it is refused, by rule and key`() {
        for (script, rule, fault) in [
            ("nonsense", 1, "not an object"), (#"{"nth":1}"# + "\n" + #"{"answr":"accept"}"#, 2, "answr"),
            (#"[{"answer":"maybe"}]"#, 1, "answer"), (#"{"answer":"refuse"}"#, 1, "code"), (#"{"nth":0}"#, 1, "nth"),
            (#"{"receipts":[{"event":"seen"}]}"#, 1, "event"), (#"{"after":-1}"#, 1, "after"),
            (#"{"echo":{"after":1}}"#, 1, "text"), (#"{"taken":1}"#, 1, "taken"),
        ] {
            #expect(throws: ScriptRejection(rule: rule, fault: fault), "\(script)") {
                try SimulatedScript(Array(script.utf8))
            }
        }
    }

    /// The law: what a simulated world sees depends on nothing but its script and the calls.
    @Test(arguments: Seed.several(10))
    func `the same calls give the same answers and the same events, in the order of their time`(seed: Seed) throws {
        func life() throws -> [String] {
            var dice = Dice(seed)
            var provider = try Self.provider(Self.randomScript(&dice))
            var lines: [String] = []
            var now = Self.start
            for number in 0..<60 {
                now += dice.number(0...2_000)
                let message = OutgoingMessage(
                    to: "\(dice.number(1...4))", content: .text("text \(number)"), reference: "m\(number)")
                if dice.once(in: 4) { provider.customerWrites(from: message.to, text: "hi", at: now) }
                lines.append("\(provider.take(message, now: now).outcome())")
                lines += provider.events(until: now).map(\.line)
                #expect(provider.nextDue ?? .max > now)
            }
            return lines + provider.received.map { "\($0)" }
        }
        #expect(try life() == life())
    }

    private static func randomScript(_ dice: inout Dice) -> String {
        (0..<dice.number(0...6)).map { _ in
            let answer = dice.pick(SimulatedScript.Answer.allCases).rawValue
            return
                #"{"to":"\#(dice.number(1...4))","answer":"\#(answer)","code":131056,"times":\#(dice.number(1...5))}"#
        }.joined(separator: "\n")
    }
}
