/// What a relay is put under.
public struct RelayLoad: Hashable, Sendable {
    /// How many replicas follow it, a live stream each.
    public var replicas = 2_000
    /// How many replicas write, a thread each.
    public var writers = 4
    /// Changes a second, of all writers together.
    public var rate = 100
    /// For how long they write.
    public var seconds = 10
    /// Whether the relay is restarted at the end, with all connected.
    public var restarts = false

    /// The most deliveries that are noted, each in four bytes.
    public static let deliveryLimit = 20_000_000

    /// The usual load.
    public init() {}

    /// How many changes are written, if the writers keep up.
    public var writes: Int { rate * seconds }
    /// How many times one of them has to reach somebody.
    public var deliveries: Int { replicas * writes }
}
