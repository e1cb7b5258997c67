public import ChangeLog

/// What a copy finds out about itself before it writes: is it still the one that its device last wrote?
///
/// The head beside the database says how far the own chain had come. If it is ahead of the log, or off it, the database
/// was put back from an older copy (or rotted); if it was noted in another file or on another machine, the database is a
/// copy. A head that lies behind on the own chain is what a process leaves that was killed after its commit: no
/// accident. In doubt it is one: a new epoch costs next to nothing, a number used twice is a fork.
struct SelfCheck {
    let log: Log
    let head: HeadFile
    let site: Site

    /// What happened to this copy, if it must not go on with its chain.
    func accident() throws -> Accident? { try accidentByHead() ?? (isSpent() ? .restored : nil) }

    private func accidentByHead() throws -> Accident? {
        let tip = try log.ownBranch()
        // A copy that has written nothing has no number to use twice.
        let hasWritten = (tip?.number ?? 0) > 0
        switch try head.read() {
        case .missing: return hasWritten ? .copied : nil
        case .damaged: return hasWritten ? .restored : nil
        case .head(let head):
            guard try holds(head, tip: tip) else { return .restored }
            return hasWritten && head.site != site ? .copied : nil
        }
    }

    /// Whether the head knows of changes that the log does not hold.
    func hasForgotten() throws -> Bool {
        guard case .head(let head) = try head.read() else { return false }
        return try !holds(head, tip: log.ownBranch())
    }

    /// Whether the log has come as far as the head.
    private func holds(_ head: Head, tip: Branch?) throws -> Bool {
        if head.number == 0 { return true }
        let own = try log.own()
        if let tip, head.epoch == own.epoch, head.number == tip.number { return head.hash == tip.hash }
        // An earlier epoch's: the process was killed after the commit that began this one.
        let chain = ReplicaID(device: own.device, epoch: head.epoch)
        return try log.place(of: chain, number: head.number) { $0 == head.hash } != nil
    }

    /// Whether changes of the own chain came in that were not made here.
    private func isSpent() throws -> Bool {
        let find = try log.statements("SELECT 1 FROM local WHERE key='spent'")
        defer { find.reset() }
        return try find.step()
    }
}

extension Replica {
    func site() throws -> Site { try Site(of: path, machine: configuration.machine, in: workspace) }

    /// The head that stands for what the log holds now.
    func head(of log: Log) throws -> Head {
        let tip = try log.ownBranch()
        return Head(
            epoch: try log.own().epoch, number: tip?.number ?? 0, hash: tip?.hash ?? .none, site: try site())
    }

    func accident(in log: Log) throws -> Accident? { try SelfCheck(log: log, head: head, site: site()).accident() }

    /// What happened to this copy since it was last written, if it has to begin a new epoch before it writes again.
    public func accident() throws(StorageFailure) -> Accident? { try readLog { try self.accident(in: $0) } }

    /// Begins a new epoch if something happened to this copy: what the next change of its own would do, right away.
    ///
    /// - Parameter now: milliseconds since 1970.
    /// - Returns: what happened; nil if nothing did.
    @discardableResult
    public func settle(now: UInt64) throws(StorageFailure) -> Accident? {
        guard let accident = try accident() else { return nil }
        try write { try Transaction($0, replica: self, now: now).settle() }
        return accident
    }
}
