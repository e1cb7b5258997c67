public import ChangeLog

/// What a list shows of a person: no more is read for it.
public struct LeadLine: Hashable, Sendable {
    /// Names the person: the lowest id of their leads.
    public let id: RootID
    /// The person's name.
    public let name: String?
    /// E-mail address.
    public let email: String?
    /// Phone number, in E.164 where it could be read.
    public let phone: String?
    /// How far the lead has come.
    public let status: String
    /// 0 to 100; nil when nobody has scored the lead.
    public let score: Int64?
    /// Who looks after them.
    public let assignee: Person?
}

extension LeadLine {
    /// Of a person who has been read whole.
    public init(_ lead: Lead) {
        (id, name, email, phone) = (lead.id, lead.name, lead.email, lead.phone)
        (status, score, assignee) = (lead.status, lead.score, lead.assignee)
    }
}
