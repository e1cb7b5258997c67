import ChangeLog

/// What is kept for this device alone, as far as it can be told to be right.
struct LocalCheck {
    private let log: Log
    private let branches: BranchRows

    init(log: Log) throws {
        self.log = log
        branches = try BranchRows(log)
    }

    func run(_ report: inout Verification) throws {
        try checkOwnChain(&report)
        try checkSecret(&report)
        try checkWaiting(&report)
    }

    /// What was published is here.
    private func checkOwnChain(_ report: inout Verification) throws {
        let mark = try LocalValues.value(.published, in: log.database)
        guard mark != .null else { return }
        guard let published = PublishedMark(mark.bytes ?? []), try isHeld(published) else {
            let own = try log.own()
            return report.note(.ownChain, at: Problem.Spot(replica: own, number: branches.of(own).first?.number ?? 0))
        }
    }

    private func isHeld(_ mark: PublishedMark) throws -> Bool {
        for branch in branches.of(mark.replica) where branch.fork < mark.number && mark.number <= branch.number {
            let place = LocalPlace(branch: branch.id, number: mark.number)
            if try log.past.entry(at: place)?.hash == mark.hash { return true }
        }
        return false
    }

    /// The founding change commits to the secret; a relay has none.
    private func checkSecret(_ report: inout Verification) throws {
        guard let secret = try LocalValues.value(.secret, in: log.database).bytes, let place = try founding(),
            let change = try? log.change(at: place)
        else { return }
        for case .found(_, _, let digest) in change.acts where digest != Act.secretDigest(secret) {
            report.note(.secret)
        }
    }

    private func founding() throws -> LocalPlace? {
        for branch in branches.all where branch.fork == 0 && branch.number > 0 {
            let place = LocalPlace(branch: branch.id, number: 1)
            if try log.past.entry(at: place)?.hash.bytes == log.workspace.bytes { return place }
        }
        return nil
    }

    private func checkWaiting(_ report: inout Verification) throws {
        let read = try SQLStatement(log.database, "SELECT replica, first, changes, digest, delta FROM waiting")
        while try read.step() {
            report.waiting += 1
            guard WaitingRow(read).isSound(in: log.workspace) else {
                report.note(
                    .waiting, at: ReplicaID(read.bytes(0)).map { Problem.Spot(replica: $0, number: read.unsigned(1)) })
                continue
            }
        }
    }
}

/// A delta that waits, as its row has it.
struct WaitingRow {
    private let replica: [UInt8]
    private let first: UInt64
    private let changes: UInt64
    private let digest: [UInt8]
    private let delta: [UInt8]

    /// From columns replica, first, changes, digest, delta.
    init(_ row: SQLStatement) {
        (replica, first, changes) = (row.bytes(0), row.unsigned(1), row.unsigned(2))
        (digest, delta) = (row.bytes(3), row.bytes(4))
    }

    /// Whether it is what was once held.
    func isSound(in workspace: WorkspaceID) -> Bool {
        guard Digest.of(delta, domain: "nexus waiting", byteCount: 16) == digest,
            let received = try? ReceivedDelta(delta[...]), received.replica.bytes == replica, received.first == first,
            let verified = try? received.verified(in: workspace)
        else { return false }
        return UInt64(verified.changes.count) == changes
    }
}
