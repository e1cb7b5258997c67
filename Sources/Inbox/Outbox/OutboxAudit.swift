public import CRDT
public import ChangeLog
public import GRDB
import Storage

import struct Foundation.Data

/// An account of every outgoing message: which one state it is in, by whose decision, on what evidence. It looks at what
/// each change said, not at what was derived from that for reading, and compares the two.
public struct OutboxAudit: Sendable {
    /// One message's account.
    public struct Line: Sendable {
        /// Names the message.
        public let message: ElementID
        /// Where it is said.
        public let conversation: RootID
        /// The one state that it is in.
        public let outbox: OutboxState
        /// Whose word that rests on: its author's, an owner's, the gateway's or the provider's through it.
        public let decidedBy: String
        /// The changes that say so, the earliest first; the message's own where nothing was said since.
        public let evidence: [ChangeID]
    }

    /// Something that does not add up.
    public struct Problem: Hashable, Sendable {
        /// The message.
        public let message: ElementID
        /// What it is.
        public let kind: Kind

        /// What can be wrong.
        public enum Kind: String, Hashable, Sendable {
            /// The gateway noted an attempt that the relay never granted.
            case withoutGrant = "without-grant"
            /// Two attempts were taken by the provider.
            case sentTwice = "sent-twice"
            /// It was tried again without proof that the attempt before was not taken.
            case retriedInDoubt = "retried-in-doubt"
            /// What is kept for reading says otherwise.
            case misfiled = "misfiled"
        }
    }

    /// In the order of the conversations' ids, and of the messages in each.
    public let lines: [Line]
    /// None, if all is well.
    public let problems: [Problem]

    /// How many messages are in each state; every one is in exactly one.
    public var countByState: [DeliveryState: Int] {
        lines.reduce(into: [:]) { counts, line in counts[line.outbox.state, default: 0] += 1 }
    }

    /// Looks at every outgoing message that there is.
    public init(_ database: Database) throws {
        let auditor = Auditor(database)
        var lines: [Line] = []
        var problems: [Problem] = []
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT m.root, c.key, m.key, m.by, o.state FROM conversation_message m JOIN conversation c ON c.id = m.root
                LEFT JOIN outgoing o ON o.conversation = m.root AND o.message = m.id
                WHERE \(OutgoingReader.isOutgoing) ORDER BY c.key, m.position, m.key
                """)
        while let row = try rows.next() {
            guard let root = row[0] as Int64?, let conversation = RootID(bytes: row[1] as Data?),
                let key = row[2] as Data?, let message = ElementID(bytes: key), let by = row[3] as Int64?
            else { continue }
            let account = try auditor.account(of: key, in: root, by: by)
            lines.append(
                Line(
                    message: message, conversation: conversation, outbox: account.state, decidedBy: account.decidedBy,
                    evidence: account.evidence))
            problems += account.problems(filedAs: row[4]).map { Problem(message: message, kind: $0) }
        }
        (self.lines, self.problems) = (lines, problems)
    }
}

/// Puts one message's account together.
private struct Auditor {
    private let database: Database
    private let past: CausalPast
    init(_ database: Database) {
        self.database = database
        past = CausalPast(database)
    }

    struct Account {
        let facts: OutboxRule.Facts
        /// Attempts whose gateway was cut off: what it noted of them does not count.
        let cutOff: Set<Int64>
        let state: OutboxState
        let decidedBy: String
        let evidence: [ChangeID]

        func problems(filedAs code: Int64?) -> [OutboxAudit.Problem.Kind] {
            var problems: [OutboxAudit.Problem.Kind] = []
            let granted = Set(facts.grants.map(\.attempt))
            let tried = facts.records.filter { $0.attempt != nil && $0.event != .dispatching }
            if tried.contains(where: { !granted.contains($0.attempt ?? 0) }) { problems.append(.withoutGrant) }
            let sent = Set(facts.records.filter { $0.event == .sent }.compactMap(\.attempt))
            if sent.count > 1 { problems.append(.sentTwice) }
            if granted.contains(where: { !isProven($0, before: granted) }) { problems.append(.retriedInDoubt) }
            let filed = code.flatMap(OutboxCode.init(rawValue:))
            if filed != (state.isSettled ? nil : OutboxCode(state.state)) { problems.append(.misfiled) }
            return problems
        }

        /// Whether the attempt before a granted one is known not to have been taken.
        private func isProven(_ attempt: Int64, before granted: Set<Int64>) -> Bool {
            guard attempt > 1, granted.contains(attempt - 1), !cutOff.contains(attempt - 1) else { return true }
            return facts.records.contains {
                $0.attempt == attempt - 1 && ($0.event == .failed || $0.event == .abandoned)
            }
        }
    }

    func account(of key: Data, in root: Int64, by place: Int64) throws -> Account {
        let reader = try OutgoingReader(of: root, in: database, past: past)
        let facts = try reader.facts(of: key)
        let state = try reader.state(facts)
        let places = evidence(for: state, facts).sorted()
        let decisive = places.last ?? place
        return Account(
            facts: facts, cutOff: try cutOff(from: key), state: state, decidedBy: try author(at: decisive),
            evidence: try (places.isEmpty ? [place] : places).compactMap(change))
    }

    private func cutOff(from message: Data) throws -> Set<Int64> {
        try Set(
            Int64.fetchAll(
                database.cachedStatement(
                    sql: """
                        SELECT bid.attempt FROM bid JOIN change ON change.place = bid.place
                        WHERE bid.subject = ? AND change.effect <> 1
                        """), arguments: [message]))
    }

    /// The places of the changes that the state rests on.
    private func evidence(for state: OutboxState, _ facts: OutboxRule.Facts) -> Set<Int64> {
        let events: Set<DeliveryEvent>
        switch state.state {
        case .queued: return Set(facts.directives.filter(\.sends).map(\.by))
        case .held: events = [.held]
        case .cancelled:
            let orders = facts.directives.filter { !$0.sends }.map(\.by)
            return Set(orders + facts.records.filter { $0.event == .dropped }.map(\.by))
        case .dispatching: events = [.dispatching]
        case .sent: events = [.dispatching, .sent]
        case .delivered: events = [.dispatching, .sent, .delivered]
        case .read: events = [.dispatching, .sent, .delivered, .read]
        case .played: events = [.dispatching, .sent, .delivered, .read, .played]
        case .failed: events = [.dispatching, .failed]
        case .unknown: events = [.dispatching, .unknown]
        }
        return Set(facts.records.filter { events.contains($0.event) }.map(\.by))
    }

    private func author(at place: Int64) throws -> String {
        let device = try Data.fetchOne(
            database.cachedStatement(
                sql: "SELECT substr(replica, 1, \(DeviceID.byteCount)) FROM branch WHERE id = ? >> 40"),
            arguments: [place])
        guard let device else { return "unknown" }
        return try String.fetchOne(
            database.cachedStatement(sql: "SELECT name FROM member WHERE device=?"), arguments: [device]) ?? "unknown"
    }

    private func change(at place: Int64) throws -> ChangeID? {
        try Data.fetchOne(
            database.cachedStatement(sql: "SELECT id FROM change WHERE place=?"), arguments: [place]
        ).flatMap { ChangeID(bytes: $0) }
    }
}
