public import CRDT
public import ChangeLog

extension Transaction {
    /// Begins a new epoch if something happened to this copy. What its chain had come to stands as it is, as a branch;
    /// nothing is issued again, and ids and causes stay.
    func settle() throws {
        guard !isSettled else { return }
        isSettled = true
        if let accident = try replica.accident(in: log) { try begin(after: accident) }
    }

    private func begin(after accident: Accident) throws {
        let earlier = try log.own()
        let tips = try DeclaredEpochs(log).undeclaredTips(of: earlier.device)
        let returned = UInt64(clamping: try LocalValues.value(.spent, in: database).integer ?? 0)
        if try LocalValues.value(.credential, in: database) != .null,
            try LocalValues.value(.joiner, in: database) == .null
        {
            try LocalValues.set(.joiner, .bytes(earlier.bytes), in: database)
        }
        try LocalValues.set(.spent, .null, in: database)
        try log.begin(ReplicaID(device: earlier.device, epoch: Replica.epoch(from: replica.configuration)))
        let change = try commit(Draft(acts: [.declare(accident, tips: tips)]))
        var recoveries = try Recoveries(log)
        try recoveries.add(
            Recovery(
                accident: accident, noticed: change.stamp.milliseconds, tips: tips, returned: returned,
                returnedAt: returned == 0 ? nil : change.stamp.milliseconds))
    }
}

/// An epoch whose first change says why its device began a new chain.
public struct DeclaredEpoch: Hashable, Sendable {
    /// The new chain.
    public let replica: ReplicaID
    /// What happened to its device's copy.
    public let accident: Accident
    /// When, by its device's clock.
    public let stamp: Stamp
    /// How far the device's earlier chains went on that copy.
    public let tips: [Cause]
}

/// The epochs in the log that declare what happened. An honest one does so with the first change of its chain.
struct DeclaredEpochs {
    private let log: Log

    init(_ log: Log) { self.log = log }

    /// - Parameter device: nil for all.
    func all(of device: DeviceID? = nil) throws -> [DeclaredEpoch] {
        let branches = try device.map { try log.branches.of($0) } ?? log.branches.all()
        return try branches.filter { $0.fork == 0 && $0.number > 0 }.flatMap { branch in
            let change = try log.change(at: LocalPlace(branch: branch.id, number: 1))
            return change.acts.compactMap { act -> DeclaredEpoch? in
                guard case .declare(let accident, let tips) = act else { return nil }
                return DeclaredEpoch(replica: branch.replica, accident: accident, stamp: change.stamp, tips: tips)
            }
        }
    }

    /// The tips of a device's branches that none of its epochs has declared, as many as an act may name.
    func undeclaredTips(of device: DeviceID) throws -> [Cause] {
        let declared = Set(try all(of: device).flatMap(\.tips))
        let tips = try log.branches.of(device).filter { $0.number > $0.fork }.map(\.tipAsCause)
        return tips.filter { !declared.contains($0) }.suffix(Self.tipLimit).sorted()
    }

    /// How many causes of 61 bytes an act's payload takes.
    private static let tipLimit = 256
}

extension Replica {
    /// The accidents that devices have declared, as the log tells, by stamp.
    public func accidents() throws(StorageFailure) -> [DeclaredEpoch] {
        try readLog { try DeclaredEpochs($0).all().sorted { ($0.stamp, $0.replica) < ($1.stamp, $1.replica) } }
    }
}
