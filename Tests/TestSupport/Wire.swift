package import ChangeLog
package import Storage

/// Moves deltas between replicas in one process: everything verified as on any other way.
package enum Wire {
    /// All that `replica` holds under seal, after sealing its own, in an order in which causes come first.
    package static func everything(of replica: Replica) throws -> [VerifiedDelta] {
        try replica.publish()
        return try verified(
            replica.arrivals(after: 0, excluding: nil, byteLimit: .max).deltas, in: replica.workspace)
    }

    /// Hands `receiver` what it lacks.
    ///
    /// - Parameter excludingOwn: whether what it wrote itself cannot be missing there.
    @discardableResult
    package static func carry(
        from sender: Replica, to receiver: Replica, now: UInt64, excludingOwn: Bool = true
    ) throws -> [Verdict] {
        try sender.publish()
        let lacking = try sender.arrivals(
            after: 0, excluding: excludingOwn ? receiver.id : nil, frontier: receiver.frontier(), byteLimit: .max)
        return try receiver.append(verified(lacking.deltas, in: receiver.workspace), now: now)
    }

    /// Carries everything everywhere.
    package static func join(_ replicas: [Replica], now: UInt64) throws {
        guard let first = replicas.first else { return }
        for replica in replicas.dropFirst() { try carry(from: replica, to: first, now: now) }
        for replica in replicas.dropFirst() { try carry(from: first, to: replica, now: now) }
    }

    /// The chain that `replica` writes, after sealing it.
    package static func own(of replica: Replica) throws -> [Change] {
        try replica.publish()
        return try verified(replica.outgoing(after: 0, byteLimit: .max).deltas, in: replica.workspace)
            .flatMap(\.changes).filter { $0.replica == replica.id }
    }

    /// Seals the last change of `replica`'s own, and that alone.
    package static func last(of replica: Replica) throws -> VerifiedDelta {
        let before = try own(of: replica).dropLast().last.map { [$0.asCause] } ?? []
        let outgoing = try replica.arrivals(
            after: 0, excluding: nil, only: replica.id.device, frontier: before, byteLimit: .max)
        guard let delta = try verified(outgoing.deltas, in: replica.workspace).last else {
            preconditionFailure("what was just written is there")
        }
        return delta
    }

    private static func verified(_ deltas: [[UInt8]], in workspace: WorkspaceID) throws -> [VerifiedDelta] {
        try deltas.map { try ReceivedDelta($0[...]).verified(in: workspace) }
    }
}
