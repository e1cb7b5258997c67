public import CRDT
public import ChangeLog
import GRDB
import PhoneNumbers
import Storage

import struct Foundation.Data

/// Going on with a customer on WhatsApp.
extension InboxWriter {
    /// Begins a WhatsApp conversation with a conversation's customer, on the same lead, and links the two. Its id comes
    /// from the account and the phone number alone, so two who do it at once begin one conversation.
    ///
    /// - Parameter account: a WhatsApp account, by its name or the start of its id; nil takes the only one.
    /// - Returns: no change if the two are linked already; the conversation to go on in.
    /// - Throws: `.noPhone`, `.noWhatsApp`, or `.ambiguous` where several accounts fit.
    public func followUp(
        _ text: String, account: String?, ids: NaturalID
    ) throws -> (change: ChangeID?, conversation: RootID) {
        let origin = try conversation(text)
        let lead = try lead(of: origin.row)
        let account = try whatsApp(account)
        let next = ids.conversation(account: account.id, customer: lead.customer)
        guard next != origin.id else { throw InboxFailure.sameConversation }
        let root = InboxSchema.conversation
        let isThere = try Int64.fetchOne(
            database, sql: "SELECT id FROM conversation WHERE key=?", arguments: [Data(next.bytes)])
        var head: [Operation] = []
        if isThere == nil {
            head = [
                root.write("channel", .text(account.kind.rawValue)), root.write("lead", .bytes(lead.id.bytes)),
                root.write("account", .bytes(account.id.bytes)),
            ]
        }
        let links = try [(origin.id, next), (next, origin.id)].map { from, to in
            (from, try linkOperations(from: from, to: to) + (from == next ? head : []))
        }
        let segments = links.filter { !$0.1.isEmpty }.map {
            Segment(kind: root.number, root: $0.0, operations: $0.1)
        }
        guard !segments.isEmpty else { return (nil, next) }
        for segment in segments { try requireRight(to: segment.operations, on: root) }
        return (try transaction.commit(Draft(segments: segments)).id, next)
    }

    private func linkOperations(from: RootID, to: RootID) throws -> [Operation] {
        let root = InboxSchema.conversation
        let isLinked = try Bool.fetchOne(
            database,
            sql: """
                SELECT 1 FROM conversation_set s JOIN conversation c ON c.id = s.root
                WHERE c.key=? AND s.field=? AND s.value=?
                """, arguments: [Data(from.bytes), Int64(root.number(of: "links")), Data(to.bytes)])
        return isLinked == nil ? [Operation(field: root.number(of: "links"), action: .add(.bytes(to.bytes)))] : []
    }

    /// The lead, and what its phone number is called on WhatsApp.
    private func lead(of row: Int64) throws -> (id: RootID, customer: String) {
        let lead = try Int64.fetchOne(
            database,
            sql: "SELECT lead.id FROM conversation JOIN lead ON lead.key = conversation.lead WHERE conversation.id=?",
            arguments: [row]
        ).map { try LeadReader(database).lead(at: $0) }
        guard let lead, let phone = lead.phone.flatMap({ PhoneNumber($0) }) else { throw InboxFailure.noPhone }
        return (lead.id, String(phone.e164.dropFirst()))
    }

    private func whatsApp(_ text: String?) throws -> (id: RootID, kind: ChannelKind) {
        let accounts = try FollowUp.accounts(in: database)
        guard !accounts.isEmpty else { throw InboxFailure.noWhatsApp }
        let fitting = accounts.filter { account in
            guard let text else { return true }
            return account.name == text
                || text.utf8.count >= IDLookup.shortestPrefix && account.id.text.hasPrefix(text)
        }
        guard let account = fitting.first else { throw InboxFailure.unknown(.channel, text ?? "") }
        guard fitting.count == 1 else { throw InboxFailure.ambiguous(.channel, text ?? "") }
        return (account.id, account.kind)
    }
}
