import ChangeLog
import Foundation
import Inbox
import Simulation
import Storage
import TestSupport

@testable import CLI

/// A workspace of one person, into which conversations were imported, and its screens as JSON.
struct ImportedWorkspace {
    /// When the screens are drawn, in milliseconds since 1970.
    static let now: Int64 = 1_800_000_000_000
    let replica: Replica
    /// How many changes the import made.
    let changes: Int
    private let directory = TemporaryDirectory()
    private let nameByKey: [String: String]

    /// - Parameter lines: a conversation each.
    init(_ lines: [[UInt8]]) throws {
        let secret = [UInt8](repeating: 9, count: 32)
        let replica = try Replica.found(
            at: directory.file("olga"), name: "Lantern & Loom", person: "Olga", secret: secret, key: .of("olga"),
            now: UInt64(Self.now), configuration: InboxSchema.configuration)
        let ids = NaturalID(secret: secret)
        var changes = 0
        for start in stride(from: 0, to: lines.count, by: 200) {
            changes += try replica.transact(now: UInt64(Self.now)) { transaction in
                try lines[start..<min(start + 200, lines.count)].reduce(0) { sum, line in
                    let conversation = try ImportedConversation(line: line)
                    return sum + (try InboxWriter(transaction).importConversation(conversation, ids: ids))
                }
            }
        }
        (self.replica, self.changes) = (replica, changes)
        nameByKey = try Self.names(of: lines, ids: ids)
    }

    /// The conversations' ids in the files, by those here.
    private static func names(of lines: [[UInt8]], ids: NaturalID) throws -> [String: String] {
        var names: [String: String] = [:]
        for conversation in try lines.map(NaiveConversation.init) {
            let id = ids.importedConversation(channel: conversation.channel ?? "", id: conversation.id)
            names[id.text] = conversation.id
        }
        return names
    }

    // MARK: Screens

    func cards(_ query: InboxQuery = InboxQuery()) throws -> [Card] {
        var query = query
        query.limit = 0
        return try replica.read { try query.cards(in: $0, now: Self.now) }
    }

    func detail(of card: Card) throws -> ConversationDetail {
        try replica.read { try ConversationReader($0, now: Self.now).conversation(card.id.text) }
    }

    func leads() throws -> [Lead] {
        var query = LeadQuery()
        query.limit = 0
        return try replica.read { try query.leads(in: $0) }
    }

    func leadLines() throws -> [LeadLine] {
        var query = LeadQuery()
        query.limit = 0
        return try replica.read { try query.lines(in: $0) }
    }

    func counts() throws -> CountsPage {
        try replica.read {
            CountsPage(counts: try InboxQuery().counts(in: $0, now: Self.now), people: try People($0))
        }
    }

    /// The id in the file.
    func name(of card: Card) -> String { nameByKey[card.id.text] ?? "unknown" }

    // MARK: JSON without ids

    func json(_ card: Card) throws -> JSONObject {
        var json = try object(JSONOutput(card: card))
        json["id"] = nil
        json["lead"] = (json["lead"] as? JSONObject)?.filter { $0.key != "id" }
        return json
    }

    func json(_ detail: ConversationDetail) throws -> JSONObject {
        var json = try object(JSONOutput(detail: detail, seen: nil))
        json["id"] = nil
        json["lead"] = (json["lead"] as? JSONObject).map(withoutIDs)
        json["messages"] = try (json["messages"] as? [JSONObject])?.map { message in
            var message = message.filter { $0.key != "id" }
            if let details = message["details"] as? String {
                message["details"] = try JSONSerialization.jsonObject(with: Data(details.utf8))
            }
            return message
        }
        return json
    }

    func json(_ lead: Lead) throws -> JSONObject { withoutIDs(try object(JSONOutput(lead: lead))) }

    private func withoutIDs(_ lead: JSONObject) -> JSONObject {
        var lead = lead.filter { !["id", "members"].contains($0.key) }
        lead["conversations"] = (lead["conversations"] as? [String])?.map { nameByKey[$0] ?? "unknown" }.sorted()
        return lead
    }

    func object(_ output: JSONOutput) throws -> JSONObject {
        try JSONSerialization.jsonObject(with: Data(output.text().utf8)) as? JSONObject ?? [:]
    }
}

/// Where two pieces of JSON begin to differ.
enum Difference {
    /// - Returns: nil where they are the same, each string byte by byte.
    static func first(_ expected: Any, _ shown: Any, at path: String = "") -> String? {
        switch (expected, shown) {
        case (let expected as JSONObject, let shown as JSONObject):
            return Set(expected.keys).union(shown.keys).sorted().lazy.compactMap { key in
                first(expected[key] ?? "missing", shown[key] ?? "missing", at: "\(path).\(key)")
            }.first
        case (let expected as [Any], let shown as [Any]):
            guard expected.count == shown.count else { return "\(path): \(shown.count), not \(expected.count)" }
            return expected.indices.lazy.compactMap { first(expected[$0], shown[$0], at: "\(path)[\($0)]") }.first
        case (let expected as String, let shown as String):
            // By bytes: as strings, texts that look alike are equal.
            return expected.utf8.elementsEqual(shown.utf8)
                ? nil : "\(path): \(shown.prefix(200).debugDescription), not \(expected.prefix(200).debugDescription)"
        case (let expected as NSObject, let shown as NSObject):
            return expected == shown ? nil : "\(path): \(shown), not \(expected)"
        default: return "\(path): \(shown), not \(expected)"
        }
    }
}
