public import CRDT
public import ChangeLog
import GRDB
import Storage

import struct Foundation.Data

/// What came of asking a provider to send a message.
public enum SendingResult: Hashable, Sendable {
    /// It took it, under this id.
    case sent(provider: String)
    /// It refused it, for certain.
    case refused(code: String, details: String?)
    /// Nobody knows.
    case unknown(details: String?)
    /// It was not asked.
    case notAsked
    /// It could not take it just now, for certain; it is asked again later.
    case postponed(code: String, details: String?)
    /// It refused it, for certain, for a reason that a person has to look at.
    case held(OutboxReason, code: String, details: String?)
}

/// What a gateway writes about messages on their way out.
extension InboxWriter {
    /// Holds a message, or lets it go.
    ///
    /// - Parameter step: what was decided, on the state as of this transaction.
    public func note(_ step: DispatchPlan.Step, in conversation: RootID) throws -> ChangeID? {
        let (event, reason): (DeliveryEvent, OutboxReason)
        switch step.decision {
        case .hold(let found): (event, reason) = (.held, found)
        case .drop(let found): (event, reason) = (.dropped, found)
        case .send, .wait: return nil
        }
        let details =
            step.unseen.isEmpty ? nil : JSONValue.object(["unseen": .list(step.unseen.map { .text($0.text) })])
        return try write(
            [
                Element(fields: [
                    .init(1, .bytes(step.message.bytes)), .init(2, .integer(event.rawValue)),
                    .init(3, .text(reason.rawValue)),
                    .init(6, details.map { .text($0.canonicalText) } ?? .null),
                ])
            ], in: conversation)
    }

    /// Bids for sending a message. The bid is to be pushed at once, and nothing sent before the relay has granted it.
    public func bid(_ step: DispatchPlan.Step, in conversation: RootID, lease: LeaseToken) throws -> ChangeID {
        let kind = InboxSchema.conversation
        let timer = (try? servedPolicy()?.timerMinutes) ?? PauseRule.standardTimer
        let element = Element(fields: [
            .init(1, .bytes(step.message.bytes)), .init(2, .integer(DeliveryEvent.dispatching.rawValue)),
            .init(5, .integer(timer)), .init(7, .integer(step.attempt)),
        ])
        let append = Operation(field: kind.number(of: "delivery"), action: .append(element))
        try requireRight(to: [append], on: kind)
        let bid = Bid(
            subject: step.message, content: try transaction.cause(at: step.by), attempt: UInt64(clamping: step.attempt),
            lease: lease)
        return try transaction.commit(
            Draft(acts: [.bid(bid)], segments: [Segment(kind: kind.number, root: conversation, operations: [append])])
        ).id
    }

    /// Notes what came of an attempt.
    ///
    /// - Returns: nil if that is noted already.
    public func settle(
        _ message: ElementID, attempt: Int64, _ result: SendingResult, in conversation: RootID, ids: NaturalID
    ) throws -> ChangeID? {
        let event: DeliveryEvent
        var fields: [Element.Field] = [.init(7, .integer(attempt))]
        switch result {
        case .sent(let provider):
            event = .sent
            fields += [.init(4, .text(provider)), .init(5, .integer(try timer(of: message, in: conversation)))]
        case .refused(let code, let details):
            event = .failed
            fields += [.init(3, .text(code)), .init(6, details.map(Value.text) ?? .null)]
        case .unknown(let details):
            event = .unknown
            fields.append(.init(6, details.map(Value.text) ?? .null))
        case .notAsked: event = .abandoned
        case .postponed(let code, let details), .held(_, let code, let details):
            event = .abandoned
            fields += [.init(3, .text(code)), .init(6, details.map(Value.text) ?? .null)]
        }
        let id = ids.record(of: message, event, attempt: attempt)
        guard try !isNoted(id, in: conversation) else { return nil }
        fields += [.init(1, .bytes(message.bytes)), .init(2, .integer(event.rawValue))]
        var elements = [Element(id: id, fields: fields)]
        if case .held(let reason, _, _) = result {
            elements.append(
                Element(fields: [
                    .init(1, .bytes(message.bytes)), .init(2, .integer(DeliveryEvent.held.rawValue)),
                    .init(3, .text(reason.rawValue)),
                ]))
        }
        return try write(elements, in: conversation)
    }

    /// What its channel said when it was bid for.
    private func timer(of message: ElementID, in conversation: RootID) throws -> Int64 {
        try Int64.fetchOne(
            database,
            sql: """
                SELECT d.timer FROM conversation_delivery d JOIN conversation c ON c.id = d.root
                WHERE c.key=? AND d.message=? AND d.event = 1 AND d.timer IS NOT NULL ORDER BY d.position DESC LIMIT 1
                """, arguments: [Data(conversation.bytes), Data(message.bytes)]) ?? PauseRule.standardTimer
    }

    private func isNoted(_ record: ElementID, in conversation: RootID) throws -> Bool {
        try Bool.fetchOne(
            database,
            sql: """
                SELECT 1 FROM conversation_delivery d JOIN conversation c ON c.id = d.root WHERE c.key=? AND d.key=?
                """, arguments: [Data(conversation.bytes), Data(record.bytes)]) != nil
    }

    private func write(_ elements: [Element], in conversation: RootID) throws -> ChangeID? {
        let root = InboxSchema.conversation
        let number = root.number(of: "delivery")
        return try commit(
            elements.map { Operation(field: number, action: .append($0)) }, on: conversation, of: root)?.id
    }
}
