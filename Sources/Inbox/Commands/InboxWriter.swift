import CRDT
import ChangeLog
import GRDB
public import Storage

import struct Foundation.Data

/// The commands of the inbox, within one transaction: each looks at what this replica knows, decides, and writes one
/// change or, where nothing would change, none.
///
/// Path of a change, stop 2: the command becomes operations.
public struct InboxWriter {
    let transaction: Transaction
    /// Milliseconds since 1970: windows and pauses end by themselves.
    let now: Int64
    var database: Database { transaction.database }

    /// Commands within a transaction.
    ///
    /// - Parameter now: what the time is taken for where rules ask for it; nil takes the transaction's, which stamps.
    public init(_ transaction: Transaction, now: Int64? = nil) {
        (self.transaction, self.now) = (transaction, now ?? Int64(clamping: transaction.now))
    }

    /// The conversation whose id begins so.
    func conversation(_ text: String) throws -> (row: Int64, id: RootID) {
        try IDLookup(database: database).root(text, in: "conversation", as: .conversation)
    }

    /// The lead whose id begins so.
    func lead(_ text: String) throws -> (row: Int64, id: RootID) {
        try IDLookup(database: database).root(text, in: "lead", as: .lead)
    }

    func state(of row: Int64) throws -> ConversationState {
        try ConversationState(of: row, in: database, past: CausalPast(database))
    }

    /// Writes operations on one root as one change, if this device's role may write all of them.
    func commit(_ operations: [Operation], on root: RootID, of kind: Schema.Root) throws -> Change? {
        guard !operations.isEmpty else { return nil }
        try requireRight(to: operations, on: kind)
        return try transaction.commit(
            Draft(segments: [Segment(kind: kind.number, root: root, operations: operations)]))
    }

    /// - Throws: `.notAllowed`, if nobody would let these take effect.
    func requireRight(to operations: [Operation], on kind: Schema.Root) throws {
        let role = try transaction.author().role
        guard operations.allSatisfy({ kind.permits($0, as: role) }) else { throw InboxFailure.notAllowed(role) }
    }

    /// For a command that finds a conversation as it should be: whoever may not do it is told so all the same.
    ///
    /// - Parameter operations: what the command would have written.
    /// - Returns: nil, for there is no change.
    func unchanged(_ operations: Operation...) throws -> ChangeID? {
        try requireRight(to: operations, on: InboxSchema.conversation)
        return nil
    }

    /// - Throws: `.textTooLong` or `.emptyText`.
    static func check(_ text: String) throws {
        guard !text.isEmpty else { throw InboxFailure.emptyText }
        guard text.utf8.count <= FormatLimit.text.rawValue else {
            throw InboxFailure.textTooLong(byteCount: text.utf8.count)
        }
    }
}
