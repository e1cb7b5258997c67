import CRDT
import ChangeLog
import GRDB
import Storage

import struct Foundation.Data

/// What a change means to one person of the team, by what shows now: what was overtaken before anybody was told of it is
/// not told.
struct EventReader {
    let database: Database
    /// Who is told.
    let person: ChangeID
    /// Milliseconds since 1970.
    let now: Int64
    /// How long before a window closes it is told, in milliseconds.
    let notice: Int64
    /// Of windows that close soon, the last one that was told.
    let alarm: WatchPosition.Alarm
    /// What writes of the change that is read took away.
    let overtaken: Overtaken
    let people: People

    /// - Parameters:
    ///   - person: who is told.
    ///   - notice: how long before a window closes it is told, in milliseconds.
    ///   - alarm: of windows that close soon, the last one that was told.
    init(
        _ database: Database, for person: ChangeID, now: Int64, notice: Int64, alarm: WatchPosition.Alarm,
        overtaken: Overtaken = Overtaken()
    ) throws {
        (self.database, self.person, self.now, self.notice) = (database, person, now, notice)
        (self.alarm, self.overtaken) = (alarm, overtaken)
        people = try People(database)
    }

    /// An event, with its number in its change: the same whenever it is asked for.
    struct Step {
        let number: UInt64
        let event: Event
    }

    /// What a change's operations mean, those that mean anything.
    func steps(of change: ChangeContent) throws -> [Step] {
        guard change.record.effect == .counts else { return [] }
        var steps: [Step] = []
        var number: UInt64 = 0
        for part in change.parts {
            for operation in part.operations {
                defer { number += 1 }
                guard operation.standing == .stands, let field = operation.field, let kind = part.kind else { continue }
                let source = Source(
                    change: change, root: part.root, operation: operation, name: "\(kind.name).\(field.name)")
                for (index, event) in try events(of: source).enumerated() {
                    steps.append(Step(number: number * 2 + UInt64(index), event: event))
                }
            }
        }
        return steps
    }

    /// One operation, with what it belongs to.
    struct Source {
        let change: ChangeContent
        let root: RootID
        let operation: OperationRecord
        /// Kind and field.
        let name: String

        var at: Int64 { Int64(clamping: change.record.stamp.milliseconds) }
        var element: Element? { if case .append(let element) = operation.operation.action { element } else { nil } }
        var value: Value? { if case .set(let value, _) = operation.operation.action { value } else { nil } }

        func event(_ kind: Event.Kind, of id: String? = nil, at: Int64? = nil) -> Event {
            Event(kind, id: "\(kind.rawValue)-\(id ?? "\(change.record.id.text)-\(root.text)")", at: at ?? self.at)
        }
    }

    private func events(of source: Source) throws -> [Event] {
        switch source.name {
        case "conversation.message": return try message(source)
        case "conversation.ai": return try escalation(source).map { [$0] } ?? []
        case "conversation.assignee": return try assignment(source).map { [$0] } ?? []
        case "conversation.delivery": return try delivery(source).map { [$0] } ?? []
        case "lead.score": return try score(source).map { [$0] } ?? []
        default: return []
        }
    }

    /// Who wrote it, unless that is who watches.
    private func other(_ source: Source) -> Member? {
        source.change.record.author.flatMap { $0.person == person ? nil : $0 }
    }

    private func name(_ member: Member) -> String? { people.person(member.person)?.name }

    // MARK: Messages

    private func message(_ source: Source) throws -> [Event] {
        guard let element = source.element, let id = source.operation.element, element.value(5) == .null,
            let kind = MessageKind(rawValue: element.value(2).integer ?? 0)
        else { return [] }
        let text = Preview(kind: kind == .note ? 0 : kind.rawValue, text: element.value(3).text).text
        if kind == .note {
            let called = (element.value(18).bytes ?? []).chunks(of: ChangeID.byteCount)
            guard let author = other(source), called.contains(person.bytes) else { return [] }
            var event = source.event(.mention, of: id.text)
            (event.message, event.text, event.by) = (id, text, name(author))
            return [try about(source.root, event)]
        }
        guard element.value(1) == .integer(Sender.customer.rawValue), kind.isSaid else { return [] }
        let at = element.position.map { Int64(clamping: $0.milliseconds) }
        var event = source.event(.message, of: id.text, at: at)
        (event.message, event.text) = (id, text)
        return [try about(source.root, event)] + (try belated(source.root, at: event.at).map { [$0] } ?? [])
    }

    /// A message that comes in so late that its window closes sooner than one that was told already.
    private func belated(_ conversation: RootID, at: Int64) throws -> Event? {
        guard let alarm = try alarm(of: conversation), alarm <= self.alarm,
            let row = try row(of: conversation, in: "conversation"),
            try Int.fetchOne(
                database,
                sql: "SELECT count(*) FROM conversation_message WHERE root=? AND sender = 0 AND position >> 16 >= ?",
                arguments: [row, at]) == 1
        else { return nil }
        return try event(of: alarm)
    }

    /// What has become of a reply, if that still shows.
    private func delivery(_ source: Source) throws -> Event? {
        guard let element = source.element, let code = element.value(2).integer,
            let kind: Event.Kind = [6: .failed, 7: .unknown, 9: .held][code],
            let key = element.value(1).bytes, let row = try row(of: source.root, in: "conversation"),
            let entry = try OutboxQueue(of: row, in: database, past: CausalPast(database), people: people)
                .entry(Data(key)), entry.author?.id == person, entry.state.state.rawValue == kind.rawValue,
            !entry.state.isSettled
        else { return nil }
        var event = source.event(kind, of: source.operation.element?.text)
        (event.message, event.text) = (entry.id, Preview(kind: 0, text: entry.text).text)
        event.reason = entry.state.reason?.rawValue ?? entry.state.code
        return try about(source.root, event)
    }

    // MARK: Who deals with it

    private func escalation(_ source: Source) throws -> Event? {
        guard source.value == .text(AIControl.escalation.rawValue), let author = other(source),
            let row = try row(of: source.root, in: "conversation"),
            try ConversationState(of: row, in: database, past: CausalPast(database)).pause?.reason == .escalation
        else { return nil }
        var event = source.event(.escalation)
        event.by = name(author)
        return try about(source.root, event)
    }

    private func assignment(_ source: Source) throws -> Event? {
        guard let row = try row(of: source.root, in: "conversation") else { return nil }
        let state = try ConversationState(of: row, in: database, past: CausalPast(database))
        let mine = Value.bytes(person.bytes)
        let isMine = state.assignee.value == mine
        if isMine {
            guard source.value == mine, let author = other(source) else { return nil }
            var event = source.event(.assigned)
            event.by = name(author)
            return try about(source.root, event)
        }
        guard other(source) != nil else { return nil }
        let isTaken = overtaken.values(of: source.root).contains(mine)
        let isShown = state.assignee.shown.map { $0.change == source.change.record.id } ?? (source.value == .null)
        guard isTaken || isShown && state.displaced.contains(Data(person.bytes)) else { return nil }
        var event = source.event(.lost)
        event.by = other(source).flatMap(name)
        event.reason = people.person(state.assignee.value.bytes.map { Data($0) })?.name
        return try about(source.root, event)
    }

    // MARK: Leads

    private func score(_ source: Source) throws -> Event? {
        guard let score = source.value?.integer, ScoreBand(score) == .veryHigh, let author = other(source),
            let row = try row(of: source.root, in: "lead")
        else { return nil }
        let lead = try LeadReader(database).lead(at: row)
        let before = overtaken.values(of: source.root)
        // What shows may be a later write's, which took this one away.
        guard let shown = lead.score, ScoreBand(shown) == .veryHigh,
            !before.contains(where: { ScoreBand($0.integer ?? 0) == .veryHigh })
        else { return nil }
        var event = source.event(.hotLead)
        (event.lead, event.customer, event.score) = (lead.id, lead.name, shown)
        (event.by, event.conversation) = (name(author), lead.conversations.first)
        return event
    }

    // MARK: Conversations

    func row(of id: RootID, in table: String) throws -> Int64? {
        try Int64.fetchOne(database, sql: "SELECT id FROM \(table) WHERE key=?", arguments: [Data(id.bytes)])
    }

    /// An event with its conversation and customer.
    func about(_ conversation: RootID, _ event: Event) throws -> Event {
        var event = event
        event.conversation = conversation
        let lead = try Int64.fetchOne(
            database,
            sql: "SELECT lead.id FROM conversation JOIN lead ON lead.key = conversation.lead WHERE conversation.key=?",
            arguments: [Data(conversation.bytes)]
        ).map { try LeadReader(database).lead(at: $0) }
        (event.lead, event.customer) = (lead?.id, lead?.name)
        return event
    }
}

/// Of the fields whose last word may be news only to whoever it was taken from: the values that a change took away.
struct Overtaken {
    private var valuesByRoot: [RootID: [Value]] = [:]

    /// Nothing.
    init() {}

    init(by change: ChangeContent, in replica: Replica) throws {
        for part in change.parts {
            guard let kind = part.kind, let field = Self.field(of: kind),
                part.operations.contains(where: { $0.field?.number == field.number })
            else { continue }
            let writes = try replica.provenance(of: field, on: part.root, of: kind).writes
            valuesByRoot[part.root] = writes.compactMap { write in
                guard write.fate == .overtaken(by: change.record.id),
                    case .set(let value, _) = write.operation.operation.action
                else { return nil }
                return value
            }
        }
    }

    func values(of root: RootID) -> [Value] { valuesByRoot[root] ?? [] }

    private static func field(of kind: Schema.Root) -> Schema.Field? {
        switch kind.number {
        case InboxSchema.conversation.number: kind.field(named: "assignee")
        case InboxSchema.lead.number: kind.field(named: "score")
        default: nil
        }
    }
}

extension [UInt8] {
    /// As many at a time.
    fileprivate func chunks(of count: Int) -> [[UInt8]] {
        stride(from: 0, to: self.count, by: count).map { Array(self[$0...].prefix(count)) }
    }
}
