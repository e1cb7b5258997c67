public import ChangeLog

/// A place at which a chain goes on in two ways. Both count; this is for people, to tell an accident from a device that
/// says one thing to some and another to others.
public struct Fork: Hashable, Sendable {
    /// Whose chain.
    public let replica: ReplicaID
    /// The number of the last change that both have; 0 if they have none.
    public let number: UInt64
    /// The hash of that change; of what stands before every chain if they have none.
    public let hash: ChangeHash
    /// How far the two go.
    public let tips: [Cause]
    /// Whether the device has said with a later epoch what happened, naming both: an honest accident.
    public let isDeclared: Bool
    /// Two deltas from that place on, without bodies, that prove it to anybody: see ``ForkProof``. Nil as long as one of
    /// the two is not sealed here.
    public let proof: Proof?

    /// What ``ForkProof/check(_:_:in:)`` takes.
    public struct Proof: Hashable, Sendable {
        /// One delta.
        public let left: [UInt8]
        /// The other.
        public let right: [UInt8]
    }
}

extension Replica {
    /// Where chains forked, as far as is known here.
    public func forks() throws(StorageFailure) -> [Fork] { try readLog { try Forks($0).all() } }
}

private struct Forks {
    private let log: Log

    init(_ log: Log) { self.log = log }

    /// One branch, from a place on.
    private struct Side {
        let branch: Branch
        let after: UInt64
    }

    func all() throws -> [Fork] {
        var forks: [Fork] = []
        var firstByReplica: [ReplicaID: Branch] = [:]
        for branch in try log.branches.all() {
            let trunk: Branch?
            if let parent = branch.parent {
                trunk = try log.branches.branch(parent.branch)
            } else {
                trunk = firstByReplica[branch.replica]
                if trunk == nil { firstByReplica[branch.replica] = branch }
            }
            guard let trunk else { continue }
            forks.append(try fork(Side(branch: trunk, after: branch.fork), Side(branch: branch, after: branch.fork)))
        }
        return forks
    }

    private func fork(_ left: Side, _ right: Side) throws -> Fork {
        let start = LocalPlace(branch: right.branch.id, number: right.after + 1)
        return Fork(
            replica: right.branch.replica, number: right.after, hash: try log.hash(before: start),
            tips: [left, right].map(\.branch.tipAsCause).sorted(), isDeclared: try isDeclared(left, right),
            proof: try proof(left, right))
    }

    // MARK: What the device says

    private func isDeclared(_ left: Side, _ right: Side) throws -> Bool {
        let declared = try DeclaredEpochs(log).all(of: right.branch.replica.device)
            .flatMap(\.tips).filter { $0.replica == right.branch.replica }.compactMap(log.place(of:))
        return try [left, right].allSatisfy { side in try declared.contains { try holds($0, side) } }
    }

    /// Whether a change lies on that side, or on a branch that forked from it.
    private func holds(_ place: LocalPlace, _ side: Side) throws -> Bool {
        if place.branch == side.branch.id { return place.number > side.after }
        let start = LocalPlace(branch: side.branch.id, number: side.after + 1)
        return try log.branches.branch(place.branch)?.descends(from: start, in: log.branches) ?? false
    }

    // MARK: Proof

    private func proof(_ left: Side, _ right: Side) throws -> Fork.Proof? {
        guard let left = try delta(left), let right = try delta(right) else { return nil }
        return Fork.Proof(left: left, right: right)
    }

    /// From the fork to the first seal, all bodies withheld.
    private func delta(_ side: Side) throws -> [UInt8]? {
        let start = LocalPlace(branch: side.branch.id, number: side.after + 1)
        guard let (end, seal) = try firstSeal(from: start) else { return nil }
        let changes = try (start.number...end).map { number in
            try log.change(at: LocalPlace(branch: start.branch, number: number)).withoutBodies()
        }
        return DeltaWriter.bytes(
            replica: side.branch.replica, first: start.number, previous: try log.hash(before: start),
            wires: changes.map(\.wire), seal: seal)
    }

    private func firstSeal(from start: LocalPlace) throws -> (number: UInt64, seal: Signature)? {
        let read = try log.statements(
            "SELECT last, seal FROM run WHERE last >= ?1 AND last <= ?2 AND seal IS NOT NULL ORDER BY last LIMIT 1")
        defer { read.reset() }
        read.bind(1, start.packed)
        read.bind(2, start.branchEnd.packed)
        guard try read.step(), let seal = Signature(read.bytes(1)) else { return nil }
        return (LocalPlace(packed: read.unsigned(0)).number, seal)
    }
}

extension Change {
    fileprivate func withoutBodies() throws(FormatRejection) -> Change {
        let here = bodies.indices.filter { if case .here = bodies[$0] { true } else { false } }
        return here.isEmpty ? self : try withholding(Set(here))
    }
}

extension Fork.Proof {
    /// Writes the two deltas to `path` with `.left.delta` and `.right.delta`, each whole or not at all.
    ///
    /// - Throws: `.exists` if there is a file of that name.
    public func write(to path: String) throws(BundleFailure) {
        for (name, bytes) in [("left", left), ("right", right)] {
            let file = try NewFile(path: "\(path).\(name).delta")
            try file.write(bytes)
            try file.appear(replacing: false)
        }
    }
}
