public import ChangeLog
public import GRDB
public import Storage

/// A conversation or a lead, found by the start of its id.
public struct RootLookup: Sendable {
    /// Names it.
    public let id: RootID
    /// What it is.
    public let kind: Schema.Root

    /// The conversation or, if there is none, the lead whose id begins so.
    ///
    /// - Throws: ``InboxFailure`` `.unknown` or `.ambiguous`, of a conversation where there is neither.
    public init(_ text: String, in database: Database) throws {
        let lookup = IDLookup(database: database)
        do {
            id = try lookup.root(text, in: "conversation", as: .conversation).id
            kind = InboxSchema.conversation
        } catch InboxFailure.unknown {
            guard let lead = try? lookup.root(text, in: "lead", as: .lead) else {
                throw InboxFailure.unknown(.conversation, text)
            }
            id = lead.id
            kind = InboxSchema.lead
        }
    }
}
