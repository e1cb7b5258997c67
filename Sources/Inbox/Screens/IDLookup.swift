import CRDT
import ChangeLog
import GRDB

import struct Foundation.Data

/// Finds what a person means by the start of an id, or by a name.
struct IDLookup {
    /// The fewest letters that are taken for the start of an id.
    static let shortestPrefix = 4
    let database: Database

    /// A root by the start of its id.
    func root(_ text: String, in table: String, as kind: InboxFailure.Kind) throws -> (row: Int64, id: RootID) {
        let (low, high) = try range(of: text, as: kind)
        let rows = try Row.fetchAll(
            database, sql: "SELECT id, key FROM \(table) WHERE key BETWEEN ? AND ? LIMIT 2", arguments: [low, high])
        guard let row = rows.first, let id = RootID(bytes: row["key"] as Data) else {
            throw InboxFailure.unknown(kind, text)
        }
        guard rows.count == 1 else { throw InboxFailure.ambiguous(kind, text) }
        return (row["id"], id)
    }

    /// A message of one conversation by the start of its id.
    func message(_ text: String, in conversation: Int64) throws -> (position: Int64, key: Data) {
        let (low, high) = try range(of: text, as: .message)
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT position, key FROM conversation_message WHERE root=? AND key BETWEEN ? AND ? LIMIT 2",
            arguments: [conversation, low, high])
        guard let row = rows.first else { throw InboxFailure.unknown(.message, text) }
        guard rows.count == 1 else { throw InboxFailure.ambiguous(.message, text) }
        return (row["position"], row["key"])
    }

    /// All ids that begin with `text`: the lowest and the highest.
    func range(of text: String, as kind: InboxFailure.Kind) throws -> (low: Data, high: Data) {
        guard text.utf8.count >= Self.shortestPrefix, let low = Self.padded(text, with: 0),
            let high = Self.padded(text, with: 31)
        else { throw InboxFailure.unknown(kind, text) }
        return (low, high)
    }

    /// Sixteen bytes that begin with the bits of `text`, the rest filled with one letter's.
    private static func padded(_ text: String, with letter: UInt8) -> Data? {
        let filler: Character = letter == 0 ? "a" : "7"
        guard text.utf8.count <= 26 else { return nil }
        // Twenty-six letters hold 130 bits; the last letter's two lowest lie outside the id.
        let whole = text + String(repeating: filler, count: 26 - text.utf8.count)
        guard let tail = Base32.bytes(whole + "aaaaaa"), tail.count >= 16 else { return nil }
        return Data(tail.prefix(16))
    }
}
