public import CRDT

/// Names a root: a conversation with its messages, a lead, a channel.
public struct RootID: Identifier {
    /// The first eight bytes.
    public let high: UInt64
    /// The last eight bytes.
    public let low: UInt64
    /// From the two halves.
    public init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }
}

/// The operations of a change on one root. The root's id stands here, in the body, and nowhere in the header.
public struct Segment: Hashable, Sendable {
    /// The root's kind, by its number in the schema; unknown ones are kept and have no effect.
    public let kind: UInt64
    /// Which root.
    public let root: RootID
    /// In the order in which they take effect.
    public var operations: [Operation]

    /// Operations on a root.
    public init(kind: UInt64, root: RootID, operations: [Operation]) {
        (self.kind, self.root, self.operations) = (kind, root, operations)
    }

    /// Kind, root, operations.
    var body: [UInt8] {
        var writer = ByteWriter()
        writer.integer(kind)
        writer.identifier(root)
        writer.integer(operations.count)
        for operation in operations { writer.operation(operation) }
        return writer.bytes
    }

    /// - Parameter body: what ``body`` gives, and nothing else.
    init(body: ArraySlice<UInt8>) throws(FormatRejection) {
        var reader = ByteReader(body)
        kind = try reader.integer()
        root = try reader.identifier()
        let count = try reader.count(.operations)
        var operations: [Operation] = []
        operations.reserveCapacity(min(count, reader.remaining / 3))
        for _ in 0..<count { operations.append(try reader.operation()) }
        try reader.finish()
        self.operations = operations
    }
}
