import CRDT
import ChangeLog
import GRDB
import Storage

import struct Foundation.Data

/// The messages of a conversation that are not imported, notes aside: the only ones that take part in the rules.
///
/// What an author had not seen is asked branch by branch: of each they have seen a beginning, so the answer costs about
/// as much as it is long, however long the conversation is.
struct LiveThread {
    private struct Entry {
        let id: ElementID
        /// Where it stands in the thread.
        let position: Int64
        let by: Int64
        /// The change that put it there: its own or, once it was sent, that which says so.
        let placedBy: Int64
        let sender: Sender
        let kind: MessageKind?
        let person: Data?
        let hasLeft: Bool
    }

    /// One branch's messages in the order of its changes, with the lowest position from each to the end.
    private struct Lane {
        let entries: [Entry]
        let lowest: [Int64]

        init(_ entries: [Entry]) {
            self.entries = entries.sorted { ($0.by, $0.id) < ($1.by, $1.id) }
            var lowest = self.entries.map(\.position)
            for index in lowest.indices.dropLast().reversed() { lowest[index] = min(lowest[index], lowest[index + 1]) }
            self.lowest = lowest
        }
    }

    /// What one branch's changes put into the thread, in their order, with the highest position from the beginning to
    /// each.
    private struct Trail {
        let places: [Int64]
        let highest: [Int64]

        init(_ entries: [Entry]) {
            let entries = entries.sorted { ($0.placedBy, $0.id) < ($1.placedBy, $1.id) }
            places = entries.map(\.placedBy)
            var highest = entries.map(\.position)
            for index in highest.indices.dropFirst() { highest[index] = max(highest[index], highest[index - 1]) }
            self.highest = highest
        }
    }

    private let lanes: [Lane]
    private let trails: [Trail]
    private let past: CausalPast

    init(of row: Int64, in database: Database, past: CausalPast) throws {
        self.past = past
        let entries = try Self.entries(of: row, in: database)
        lanes = Dictionary(grouping: entries) { CausalPast.branchStart(of: $0.by) }.values.map(Lane.init)
        trails = Dictionary(grouping: entries) { CausalPast.branchStart(of: $0.placedBy) }.values.map(Trail.init)
    }

    private static func entries(of row: Int64, in database: Database) throws -> [Entry] {
        let left = try left(of: row, in: database)
        return try Row.fetchAll(
            database,
            sql: """
                SELECT m.key, m.position, m.by, m.sender, m.kind, member.person,
                    d.by AS sent_by, min(d.position) AS sent_at
                FROM conversation_message m JOIN branch ON branch.id = m.by >> 40
                LEFT JOIN member ON member.device = substr(branch.replica, 1, \(DeviceID.byteCount))
                LEFT JOIN conversation_delivery d ON d.root = m.root AND d.message = m.key AND d.event = 2
                WHERE m.root=? AND m.historic IS NULL AND (m.kind NOT IN (\(MessageKind.unsentCodes))
                    OR m.sender = 0 AND m.kind = \(MessageKind.revocation.rawValue)) GROUP BY m.id
                """, arguments: [row]
        ).compactMap { row in
            guard let id = (row["key"] as Data?).flatMap({ ElementID(bytes: $0) }),
                let position = row["position"] as Int64?,
                let by = row["by"] as Int64?
            else { return nil }
            let sender = (row["sender"] as Int64?).flatMap(Sender.init(rawValue:)) ?? .system
            let sentAt: Int64? = row["sent_at"]
            return Entry(
                id: id, position: sentAt ?? position, by: by, placedBy: row["sent_by"] ?? by, sender: sender,
                kind: (row["kind"] as Int64?).flatMap(MessageKind.init(rawValue:)), person: row["person"],
                hasLeft: sentAt != nil || sender == .phone || left.contains(id))
        }
    }

    /// Also what has left without a record that says so: what the relay gave leave for, and what nobody knows of.
    private static func left(of row: Int64, in database: Database) throws -> Set<ElementID> {
        let keys = try Data.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT m.key FROM conversation_message m
                    WHERE m.root=? AND \(OutgoingReader.isOutgoing) AND \(OutgoingReader.hasLeft)
                    """), arguments: [row])
        return Set(keys.compactMap { ElementID(bytes: $0) })
    }

    /// What was said to whom beyond what somebody had been shown.
    struct News: Hashable {
        let id: ElementID
        let sender: Sender
        /// Who of the team, by id.
        let person: Data?
        let hasLeft: Bool
        let by: Int64
    }

    /// Whatever was said, reactions aside, that is in none of the bases; of an author's own words only those that they
    /// did not know of, which is possible on two devices.
    ///
    /// - Parameters:
    ///   - bases: packed.
    ///   - place: the change of whoever writes; nil for one that is about to be written, whose author knows all there is.
    func news(beyond bases: [[UInt8]], by place: Int64?, person: Data?) throws -> [News] {
        var news: [Entry] = []
        for lane in lanes {
            let seen = try Self.count(in: lane.entries) { entry in
                try bases.contains { try past.holds(entry.by, in: $0) }
            }
            news += try lane.entries[seen...].filter { entry in
                guard entry.by != place, entry.kind != .reaction else { return false }
                guard let person, entry.person == person else { return true }
                return try place.map { try !past.holds(entry.by, by: $0) } ?? false
            }
        }
        return news.sorted { ($0.position, $0.id) < ($1.position, $1.id) }.map {
            News(id: $0.id, sender: $0.sender, person: $0.person, hasLeft: $0.hasLeft, by: $0.by)
        }
    }

    /// For a message of the team: those above it that its author had not been shown; their own words are not among them.
    func unseen(at position: Int64, by place: Int64, person: Data?, basis: [UInt8]) throws -> [ElementID] {
        var unseen: [Entry] = []
        for lane in lanes {
            let seen = try Self.count(in: lane.entries) { try past.holds($0.by, in: basis) }
            unseen += try Self.above(position, in: lane, from: seen).filter { entry in
                guard entry.by != place else { return false }
                return try entry.person == nil || entry.person != person || !past.holds(entry.by, by: place)
            }
        }
        return Self.ordered(unseen)
    }

    /// For a customer's message: the team's above it that had not left.
    func notLeft(at position: Int64) -> [ElementID] {
        Self.ordered(
            lanes.flatMap { Self.above(position, in: $0, from: 0) }.filter {
                !$0.hasLeft && ($0.sender == .agent || $0.sender == .assistant)
            })
    }

    /// Whether something that stands below was there already when a message came in.
    func isLate(at position: Int64, by place: Int64) throws -> Bool {
        try trails.contains { trail in
            let known = try Self.count(in: trail.places) { try past.holds($0, by: place) }
            return known > 0 && trail.highest[known - 1] > position
        }
    }

    /// How many entries from the front fulfil what holds for a beginning.
    private static func count<Item>(in items: [Item], where isIn: (Item) throws -> Bool) rethrows -> Int {
        var (low, high) = (0, items.count)
        while low < high {
            let middle = low + (high - low) / 2
            if try isIn(items[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func above(_ position: Int64, in lane: Lane, from start: Int) -> [Entry] {
        var found: [Entry] = []
        for index in start..<lane.entries.count {
            guard lane.lowest[index] < position else { break }
            if lane.entries[index].position < position { found.append(lane.entries[index]) }
        }
        return found
    }

    private static func ordered(_ entries: [Entry]) -> [ElementID] {
        entries.sorted { ($0.position, $0.id) < ($1.position, $1.id) }.map(\.id)
    }
}
