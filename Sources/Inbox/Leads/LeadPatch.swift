public import CRDT

/// What to set on a lead; nil leaves a field as it is, an empty text takes a name, address or number away.
public struct LeadPatch: Hashable, Sendable {
    /// A field that people and the assistant share.
    public enum Setting<Value: Hashable & Sendable>: Hashable, Sendable {
        /// To this. A person's word is pinned: the assistant's waits.
        case to(Value)
        /// To what the assistant says of it.
        case automatic
    }

    /// The person's name.
    public var name: String?
    /// E-mail address.
    public var email: String?
    /// Phone number, with `+` and country code, or as dialled in the workspace's region.
    public var phone: String?
    /// How far the lead has come.
    public var status: Setting<String>?
    /// 0 to 100.
    public var score: Setting<Int64>?
    /// Who looks after them; to nil is nobody.
    public var assignee: Setting<ChangeID?>?
    /// Who they are and what they want, in a few sentences; an empty text leaves that to the assistant.
    public var summary: String?
    /// What they care about, too.
    public var newInterests: [String] = []
    /// What they do not care about any more.
    public var oldInterests: [String] = []
    /// Labels to add.
    public var newLabels: [String] = []
    /// Labels to remove.
    public var oldLabels: [String] = []

    /// Nothing to set, but for these.
    public init(
        name: String? = nil, email: String? = nil, phone: String? = nil, status: Setting<String>? = nil,
        score: Setting<Int64>? = nil
    ) {
        (self.name, self.email, self.phone) = (name, email, phone)
        (self.status, self.score) = (status, score)
    }
}
