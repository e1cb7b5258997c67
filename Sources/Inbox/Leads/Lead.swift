public import CRDT
public import ChangeLog

/// A person outside the team as screens show them: all leads that are one person, put together.
public struct Lead: Hashable, Sendable {
    /// Names the person: the lowest id of their leads.
    public let id: RootID
    /// All their leads, by id.
    public let members: [RootID]
    /// The person's name.
    public let name: String?
    /// E-mail address.
    public let email: String?
    /// Phone number, in E.164 where it could be read.
    public let phone: String?
    /// Where a picture of them is.
    public let avatar: String?
    /// The name on a channel.
    public let username: String?
    /// Their language.
    public let locale: String?
    /// How far the lead has come.
    public let status: String
    /// Whose word the status is; nil where nobody says anything.
    public let statusSource: SharedField.Source?
    /// 0 to 100; nil when nobody has scored the lead.
    public let score: Int64?
    /// Whose word the score is.
    public let scoreSource: SharedField.Source?
    /// Who looks after them.
    public let assignee: Person?
    /// Whose word the assignee is. A person may have said that it is nobody.
    public let assigneeSource: SharedField.Source?
    /// Who they are and what they want, in a few sentences.
    public let summary: String?
    /// Sorted.
    public let labels: [String]
    /// What they care about, sorted.
    public let interests: [String]
    /// Names that only this person has, such as `whatsapp:4915112345678`, sorted.
    public let identities: [String]
    /// Leads that are other people, whatever they share, by id.
    public let apart: [RootID]
    /// Notes among the team, oldest first.
    public let notes: [LeadNote]
    /// The person's conversations, newest first.
    public let conversations: [RootID]

    /// What the score says in a word.
    public var scoreBand: ScoreBand? { score.map(ScoreBand.init) }
}

/// A note among the team about a person outside it.
public struct LeadNote: Hashable, Sendable {
    /// Names the note.
    public let id: ElementID
    /// The name of who wrote it, if known.
    public let author: String?
    /// Milliseconds since 1970.
    public let at: Int64
    /// Its text.
    public let text: String
}
