import CRDT
import ChangeLog
import GRDB
import Storage

import struct Foundation.Data

/// Windows that close soon while their customers wait for an answer.
extension EventReader {
    /// When it is to be told of a conversation that its window closes soon; nil where its customer does not wait, or there
    /// is nothing to be late for.
    func alarm(of conversation: RootID) throws -> WatchPosition.Alarm? {
        try end(of: conversation).map { WatchPosition.Alarm(due: $0 - notice, conversation: conversation) }
    }

    /// Those of all conversations whose window may still be open.
    func alarms() throws -> [WatchPosition.Alarm] {
        let longest = try ChannelReader(database).all().compactMap { $0.policy?.windowMinutes }.max() ?? 0
        let (length, isTooLong) = longest.multipliedReportingOverflow(by: 60_000)
        let (since, isTooEarly) = now.subtractingReportingOverflow(isTooLong ? .max : length)
        return try RecentConversations.since(isTooEarly ? 0 : since, in: database).compactMap(alarm)
    }

    /// That a window closes soon; nil where that has become wrong since.
    func event(of alarm: WatchPosition.Alarm) throws -> Event? {
        guard let end = try end(of: alarm.conversation), end - notice == alarm.due, now < end else { return nil }
        var event = Event(
            .windowClosing, id: "\(Event.Kind.windowClosing.rawValue)-\(alarm.conversation.text)-\(end)", at: alarm.due)
        event.until = end
        return try about(alarm.conversation, event)
    }

    /// When the window closes, of a conversation that is open, whose last word is the customer's, and where that is ours to
    /// answer.
    private func end(of conversation: RootID) throws -> Int64? {
        guard let row = try row(of: conversation, in: "conversation"),
            case .open(let end) = try ContactState(of: row, lead: nil, now: now, in: database).window
        else { return nil }
        let state = try ConversationState(of: row, in: database, past: CausalPast(database))
        let sender = try Int64.fetchOne(
            database,
            sql: """
                SELECT sender FROM conversation_message WHERE root=? AND historic IS NULL
                    AND kind NOT IN (\(MessageKind.note.rawValue), \(MessageKind.unsaidCodes))
                ORDER BY position DESC, key DESC LIMIT 1
                """, arguments: [row])
        let assignee = state.assignee.value
        guard state.status(at: now) != .closed, sender == Sender.customer.rawValue,
            assignee == .null || assignee == .bytes(person.bytes)
        else { return nil }
        return end
    }
}
