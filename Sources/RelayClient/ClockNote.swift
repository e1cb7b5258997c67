import ChangeLog
import Replication
public import Storage

/// By what a device notices that its clock was set, or that it was off for a while: without asking anybody.
public struct ClockWitness: Hashable, Sendable {
    /// Another for every start of the system.
    public let boot: [UInt8]
    /// What the wall clock shows more than the clock that counts from that start, in milliseconds.
    public let offset: Int64

    /// A witness.
    public init(boot: [UInt8], offset: Int64) { (self.boot, self.offset) = (boot, offset) }
}

/// What was seen of this device's clock at the last sync: local to it.
public struct ClockNote: Hashable, Sendable {
    /// The clock's state then.
    public let witness: ClockWitness
    /// How far it was ahead of the relay's, in milliseconds; below 0 behind.
    public let ahead: Int64

    init(witness: ClockWitness, ahead: Int64) { (self.witness, self.ahead) = (witness, ahead) }

    /// What the last sync noted; nil before the first.
    public init?(of replica: Replica) throws(StorageFailure) {
        guard let bytes = try replica.localValue(.clock).bytes else { return nil }
        var reader = ByteReader(bytes)
        guard let boot = try? reader.sized(.text), let offset = try? reader.word(), let ahead = try? reader.word()
        else { return nil }
        witness = ClockWitness(boot: Array(boot), offset: Int64(bitPattern: offset))
        self.ahead = Int64(bitPattern: ahead)
    }

    func keep(in replica: Replica) throws(StorageFailure) {
        var writer = ByteWriter()
        writer.sized(witness.boot)
        writer.word(UInt64(bitPattern: witness.offset))
        writer.word(UInt64(bitPattern: ahead))
        try replica.setLocalValue(.clock, .bytes(writer.bytes))
    }

    /// How far the clock is ahead now, if it has been running since; nil after a restart, when nobody can tell.
    public func ahead(now: ClockWitness) -> Int64? {
        guard now.boot == witness.boot else { return nil }
        return ahead.addingReportingOverflow(now.offset.subtractingReportingOverflow(witness.offset).partialValue)
            .partialValue
    }

    /// Whether the clock may be wrong for all that is known: it was then, or it was set or restarted since.
    func leavesDoubt(now: ClockWitness) -> Bool {
        guard let ahead = ahead(now: now) else { return true }
        let moved = now.offset.subtractingReportingOverflow(witness.offset).partialValue
        return abs(clamping: ahead) > SyncRequester.clockTolerance
            || abs(clamping: moved) > SyncRequester.clockTolerance
    }

    /// By more than a second.
    func differs(from other: ClockNote) -> Bool {
        let pairs = [(ahead, other.ahead), (witness.offset, other.witness.offset)]
        return pairs.contains { abs(clamping: $0.subtractingReportingOverflow($1).partialValue) > 1_000 }
    }

    private func abs(clamping value: Int64) -> Int64 { value == .min ? .max : Swift.abs(value) }
}
