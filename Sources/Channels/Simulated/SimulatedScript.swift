import Inbox

/// What a simulated provider does with which message: rules, of which the first that fits is followed. What none fits
/// is accepted, told sent at once and delivered half a second later.
///
/// A script is a JSON array of rules, or a rule a line. A rule without a condition fits every message.
///
///     {"nth":2, "answer":"refuse", "code":131056}
///     {"to":"4915112345678", "answer":"none", "receipts":[{"event":"sent","after":60000}]}
///     {"text":"price", "receipts":[{"event":"read","after":0},{"event":"delivered","after":900,"times":2}]}
///     {"times":1, "reply":{"text":"Thanks!","after":2000}}
///
/// | key | |
/// |---|---|
/// | `nth` | only the message of that number, from 1, in the order in which they are asked for |
/// | `to`, `text`, `template` | only to that customer; only what holds that text; only that template |
/// | `times` | only so many times; a later rule is followed then |
/// | `answer` | see ``Answer``; `accept` without it |
/// | `code` | of an answer `refuse`: the provider's number for it |
/// | `status` | the HTTP status; of `refuse` 400, 401, 403 or 500 by its code, of `status` 502 |
/// | `after` | of the answer, in milliseconds; of `slow` 15,000 without it |
/// | `taken` | whether the customer gets it, where the answer does not say: `true` without it |
/// | `receipts` | `{"event":"sent"\|"delivered"\|"read"\|"played"\|"failed","after","times","code"}`, each so many milliseconds after the message; with one that failed, the customer does not get it |
/// | `echo` | `{"text","after"}`: somebody writes to that customer on the business phone |
/// | `reply` | `{"text","after"}`: the customer writes |
public struct SimulatedScript: Hashable, Sendable {
    /// How a request is answered.
    public enum Answer: String, Hashable, Sendable, CaseIterable {
        /// Taken, with its id.
        case accept
        /// Not taken, with an error.
        case refuse
        /// Not taken, with error 131047, but for templates, which are accepted.
        case windowClosed = "window-closed"
        /// The connection ends without an answer.
        case none
        /// Taken, but the answer ends in the middle.
        case garbage
        /// More of an answer than anybody reads.
        case huge
        /// As accepted, but late.
        case slow
        /// A page with a status, as of a proxy that reached nobody.
        case status
        /// Both an id and an error.
        case contradictory
    }

    struct Receipt: Hashable {
        var event: String
        var after: Int64 = 0
        var times = 1
        var code: Int64?
    }

    struct Text: Hashable {
        var text: String
        var after: Int64
    }

    struct Rule: Hashable {
        var nth: Int?
        var to: String?
        var text: String?
        var template: String?
        var times: Int?
        var answer = Answer.accept
        var code: Int64?
        var status: Int?
        var after: Int64?
        var taken = true
        var receipts = [Receipt(event: "sent"), Receipt(event: "delivered", after: 500)]
        var echo: Text?
        var reply: Text?
    }

    let rules: [Rule]

    /// Accepts everything.
    public init() { rules = [] }

    /// - Parameter script: UTF-8, at most 1 MiB.
    /// - Throws: which rule, counted from 1, is none, and what of it.
    public init(_ script: [UInt8]) throws(ScriptRejection) {
        guard script.count <= 1 << 20 else { throw ScriptRejection(rule: 1, fault: "too long") }
        if let list = JSONValue(json: script)?.list {
            rules = try Self.rules(list)
        } else {
            let lines = script.split(separator: UInt8(ascii: "\n")).filter { $0.contains { $0 > 0x20 } }
            rules = try Self.rules(lines.map { JSONValue(json: Array($0)) ?? .null })
        }
    }

    private static func rules(_ values: [JSONValue]) throws(ScriptRejection) -> [Rule] {
        var rules: [Rule] = []
        for (index, value) in values.enumerated() {
            do throws(ScriptRejection.Fault) {
                rules.append(try Rule(value))
            } catch {
                throw ScriptRejection(rule: index + 1, fault: error.what)
            }
        }
        return rules
    }
}

/// Why a script cannot be followed.
public struct ScriptRejection: Error, Hashable, Sendable {
    /// The rule at fault, counted from 1.
    public let rule: Int
    /// The key at fault, or what is wrong with the whole.
    public let fault: String

    struct Fault: Error { let what: String }
}
