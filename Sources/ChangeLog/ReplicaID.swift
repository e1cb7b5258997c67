/// One device's copy of a workspace: the device's key and an *epoch*, drawn anew whenever the copy may have lost its
/// memory, so that numbers are not used twice by accident.
public struct ReplicaID: Hashable, Comparable, Sendable {
    /// How many bytes the binary form has.
    public static let byteCount = 40
    /// Whose copy.
    public let device: DeviceID
    /// Random.
    public let epoch: UInt64

    /// A device's copy.
    public init(device: DeviceID, epoch: UInt64) { (self.device, self.epoch) = (device, epoch) }

    /// By device, then by epoch.
    public static func < (left: Self, right: Self) -> Bool {
        (left.device, left.epoch) < (right.device, right.epoch)
    }

    /// The key's thirty-two bytes, then the epoch, big-endian.
    public var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.raw(device.bytes)
        writer.word(epoch)
        return writer.bytes
    }

    /// - Returns: nil unless there are forty bytes.
    public init?(_ bytes: some Collection<UInt8>) {
        var reader = ByteReader(bytes)
        guard let id = try? reader.replica(), reader.remaining == 0 else { return nil }
        self = id
    }

    /// Sixty-four letters of base32.
    public var text: String { Base32.text(bytes) }
}

extension ByteReader {
    /// Forty bytes.
    public mutating func replica() throws(FormatRejection) -> ReplicaID {
        let device: DeviceID = try fixed()
        return ReplicaID(device: device, epoch: try word())
    }
}

/// A change of another chain that an author's replica had applied: named by place and by the start of its hash, so
/// that it can mean one change only.
public struct Cause: Hashable, Comparable, Sendable {
    /// How much of the hash is named.
    public static let prefixByteCount = 16
    /// Whose change.
    public let replica: ReplicaID
    /// Which, from 1.
    public let number: UInt64
    /// The first sixteen bytes of its hash.
    public let prefix: [UInt8]

    /// - Parameter prefix: sixteen bytes.
    public init(replica: ReplicaID, number: UInt64, prefix: some Sequence<UInt8>) {
        (self.replica, self.number, self.prefix) = (replica, number, Array(prefix))
    }

    /// By replica, then by number, then by hash.
    public static func < (left: Self, right: Self) -> Bool {
        if (left.replica, left.number) != (right.replica, right.number) {
            return (left.replica, left.number) < (right.replica, right.number)
        }
        return left.prefix.lexicographicallyPrecedes(right.prefix)
    }
}

extension ByteWriter {
    /// Replica, number, hash prefix.
    public mutating func cause(_ cause: Cause) {
        raw(cause.replica.bytes)
        integer(cause.number)
        raw(cause.prefix)
    }

    /// A count, then the causes, rising strictly.
    public mutating func causes(_ causes: [Cause]) {
        integer(causes.count)
        for cause in causes.sorted() { self.cause(cause) }
    }
}

extension ByteReader {
    /// Replica, number from 1, hash prefix.
    public mutating func cause() throws(FormatRejection) -> Cause {
        let replica = try replica()
        let number = try integer()
        guard number > 0, number <= ChangeNumber.limit else { throw .outOfRange }
        return Cause(replica: replica, number: number, prefix: try raw(Cause.prefixByteCount))
    }

    /// At most 1,024, rising strictly. One replica may be named more than once, where its chain has branches.
    public mutating func causes() throws(FormatRejection) -> [Cause] {
        var causes: [Cause] = []
        for _ in 0..<(try count(.causes)) {
            let next = try cause()
            if let previous = causes.last, previous >= next { throw .notSorted }
            causes.append(next)
        }
        return causes
    }
}

/// Bounds on a change's place in its chain.
public enum ChangeNumber {
    /// 2^40 - 1: at a thousand changes a second, thirty-five years of one replica.
    public static let limit: UInt64 = (1 << 40) - 1
}
