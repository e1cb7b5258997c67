/// What a device may do. The codes are part of the format.
public enum Role: UInt8, CaseIterable, Hashable, Sendable {
    /// Everything; founded the workspace or was made one.
    case owner = 1
    /// Everything an owner may, short of what keeps the last owner safe.
    case admin = 2
    /// Replies, notes, assigns, labels, works on leads.
    case agent = 3
    /// Reads.
    case viewer = 4
    /// Brings customers' messages in, for one channel account.
    case gateway = 5
    /// Writes its own messages, summaries and scores.
    case assistant = 6
    /// Admits devices.
    case relay = 7

    /// The name in commands and reports.
    public var name: String { String(describing: self) }

    /// - Returns: nil for a name that is no role's.
    public init?(name: String) {
        guard let role = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = role
    }

    /// Whether this role may let devices in.
    public var mayInvite: Bool { self == .owner || self == .admin }
}
