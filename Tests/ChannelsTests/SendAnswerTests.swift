import Foundation
import TestSupport
import Testing

@testable import Channels
@testable import Inbox

/// What the messages endpoint's answers mean.
struct SendAnswerTests {
    private static let taken = """
        {"messaging_product":"whatsapp","contacts":[{"input":"1","wa_id":"1"}],"messages":[{"id":"wamid.X","message_status":"accepted"}]}
        """

    private static func outcome(_ status: Int, _ body: String) -> SendingOutcome {
        SendAnswer.outcome(status: status, body: Array(body.utf8))
    }

    private static func error(_ code: String) -> String {
        #"{"error":{"message":"(#\#(code)) Sorry","type":"OAuthException","code":\#(code),"fbtrace_id":"A"}}"#
    }

    @Test func `an id is the proof of acceptance`() {
        #expect(Self.outcome(200, Self.taken) == .accepted(providerID: "wamid.X"))
        #expect(Self.outcome(200, #"{"messages":[{"id":"wamid.X"}],"new":[1]}"#) == .accepted(providerID: "wamid.X"))
    }

    @Test func `an error of Meta's is the proof that it was not taken`() {
        for (code, consequence) in [
            ("131047", Consequence.windowClosed), ("132000", .templateChanged), ("190", .channelDown),
            ("213", .channelDown), ("131056", .retry(after: .seconds(6))), ("131026", .fail), ("424242", .fail),
        ] {
            guard case .refused(let refusal) = Self.outcome(400, Self.error(code)) else {
                #expect(Bool(false), "\(code)")
                continue
            }
            #expect(refusal.code == code)
            #expect(refusal.consequence == consequence, "\(code)")
            #expect(refusal.evidence == Self.error(code))
        }
    }

    @Test func `a failing server is believed only where what it says is known`() {
        #expect(Self.outcome(500, Self.error("131000")).isRefused)
        #expect(Self.outcome(503, Self.error("424242")).doubt == .serverFailed)
        #expect(Self.outcome(500, "").doubt == .serverFailed)
        #expect(Self.outcome(502, "<html>Bad gateway</html>").doubt == .serverFailed)
    }

    @Test func `everything else is a doubt`() {
        for body in [
            "", "{}", "null", "[]", "OK", #"{"messages":[]}"#, #"{"messages":[{}]}"#, #"{"messages":[{"id":""}]}"#,
            #"{"messages":[{"id":7}]}"#, #"{"messages":[{"id":"a b"}]}"#, #"{"messages":[{"id":"a"},{"id":"b"}]}"#,
            #"{"messages":{"id":"a"}}"#, #"{"success":true}"#,
            #"{"messages":[{"id":"\#(String(repeating: "a", count: 2_000))"}]}"#,
            String(Self.taken.dropLast(3)),
        ] {
            #expect(Self.outcome(200, body).doubt == .unreadable, "\(body)")
        }
        #expect(Self.outcome(200, Self.error("131047")).doubt == .contradictory)
        let both = Self.taken.dropLast() + "," + Self.error("131047").dropFirst()
        for status in [200, 400, 500] { #expect(Self.outcome(status, String(both)).doubt == .contradictory) }
        for status in [302, 400, 404] { #expect(Self.outcome(status, "<html>").doubt == .unreadable) }
        for status in [302, 404] { #expect(Self.outcome(status, Self.taken).doubt == .contradictory) }
        let large = [UInt8](repeating: 0x20, count: SendAnswer.byteLimit + 1)
        #expect(SendAnswer.outcome(status: 200, body: large).doubt == .tooLarge)
    }

    @Test func `every error that is known is in the table once, with words that are a sentence`() {
        for (index, error) in WhatsAppError.table.enumerated() {
            for other in WhatsAppError.table.dropFirst(index + 1) { #expect(!error.codes.overlaps(other.codes)) }
            #expect(error.words.hasSuffix("."))
            #expect(WhatsAppError.words(for: String(error.codes.lowerBound)) == error.words)
        }
        #expect(WhatsAppError.words(for: "unreachable").contains("cannot be reached"))
        #expect(WhatsAppError.words(for: "987654").contains("987654"))
        #expect(WhatsAppError.words(for: "99999999999999999999").hasSuffix(")."))
    }

    /// The law: nothing is taken for accepted that a second reader finds no id in, whatever happens to the bytes.
    @Test func `with every byte altered and at every length, only a readable id is an acceptance`() {
        let bodies = [Self.taken, Self.error("131047"), Self.error("131056")].map { Array($0.utf8) }
        for body in bodies {
            for status in [200, 400, 500] {
                for index in body.indices {
                    Self.check(status, Array(body[..<index]))
                    for value in [0, 0x20, 0x22, 0x7B, 0x7D, 0xFF, body[index] ^ 1, body[index] ^ 0x20] as [UInt8] {
                        var altered = body
                        altered[index] = value
                        Self.check(status, altered)
                    }
                }
            }
        }
    }

    private static func check(_ status: Int, _ body: [UInt8]) {
        let outcome = SendAnswer.outcome(status: status, body: body)
        let read = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]
        let id = (read?["messages"] as? [[String: Any]])?.first?["id"] as? String
        switch outcome {
        case .accepted(let accepted):
            #expect(
                accepted == id && status == 200 && read?["error"] == nil, "\(String(decoding: body, as: UTF8.self))")
        case .refused(let refusal):
            let code = (read?["error"] as? [String: Any])?["code"].map { "\($0)" }
            #expect(refusal.code == code && id == nil && status >= 400, "\(String(decoding: body, as: UTF8.self))")
        case .unknown(let doubt):
            #expect(doubt.evidence.utf8.count <= Evidence.byteLimit)
        }
    }
}

/// What is kept of what a provider said.
struct EvidenceTests {
    @Test func `it is bounded in bytes, whatever was sent`() {
        for filling in [0x61, 0xFF, 0xC3] as [UInt8] {
            let text = Evidence.text(of: [UInt8](repeating: filling, count: 1 << 20))
            #expect(text.utf8.count <= Evidence.byteLimit && text.utf8.count > Evidence.byteLimit - 4)
        }
    }

    @Test func `an access token that a server gives back is not kept, wherever it stands`() throws {
        let token = "EAAG-very-secret"
        let secret = try #require(Samples.secret(token))
        for offset in [0, 10, Evidence.byteLimit - token.utf8.count, Evidence.byteLimit - 5, Evidence.byteLimit] {
            let said = String(repeating: "x", count: offset) + token + token + " end"
            let text = Evidence.text(of: Array(said.utf8), hiding: secret)
            #expect(!text.contains("EAAG") && text.utf8.count <= Evidence.byteLimit)
        }
        let said = Array(#"{"error":{"code":190,"message":"Token \#(token) expired"}}"#.utf8)
        guard case .refused(let refusal) = SendAnswer.outcome(status: 401, body: said, hiding: secret) else {
            return #expect(Bool(false))
        }
        #expect(refusal.evidence.contains("[secret] expired"))
    }
}

extension SendingOutcome {
    var doubt: Doubt.Reason? {
        guard case .unknown(let doubt) = self else { return nil }
        return doubt.reason
    }

    var isRefused: Bool {
        guard case .refused = self else { return false }
        return true
    }
}
