public import CRDT
public import ChangeLog
import GRDB

/// A change that is held and does not count, by what is known of its author.
public struct QuarantinedChange: Hashable, Sendable {
    /// Names it.
    public let id: ChangeID
    /// Whose chain it is in.
    public let replica: ReplicaID
    /// Its number there.
    public let number: UInt64
    /// When, by its author's clock.
    public let stamp: Stamp
    /// When it came here, in milliseconds since 1970.
    public let received: UInt64
    /// Who wrote it.
    public let author: Member?
    /// Why it does not count.
    public let reason: Reason
    /// What it is about, by kind and id.
    public let roots: [Root]
    /// Whether it holds acts of membership: adopting it does not bring them back.
    public let hasActs: Bool

    /// One root that it writes to.
    public struct Root: Hashable, Sendable {
        /// The kind's number in the schema.
        public let kind: UInt64
        /// Which one.
        public let id: RootID
    }

    /// Why a change does not count.
    public enum Reason: String, Hashable, Sendable {
        /// Its device was cut off before it.
        case revoked
        /// Its author was given a role that may not do all of it.
        case demoted
        /// Nobody has admitted its device yet.
        case notAdmitted = "not-admitted"
        /// Whoever gave its author a role had no right to any more.
        case noRole = "no-role"
    }
}

extension Replica {
    /// The changes that do not count for now, oldest first.
    ///
    /// - Parameter limit: how many, the last ones; 0 is all.
    public func quarantine(limit: Int = 0) throws(StorageFailure) -> [QuarantinedChange] {
        try readLog { (log: Log) throws -> [QuarantinedChange] in
            let members = Members(log: log)
            let read = try log.statements(
                "SELECT place, at, id, received FROM change WHERE effect = 3 ORDER BY at DESC, place DESC LIMIT ?1")
            defer { read.reset() }
            read.bind(1, Int64(limit == 0 ? -1 : limit))
            var found: [QuarantinedChange] = []
            while try read.step() {
                let place = LocalPlace(packed: read.unsigned(0))
                guard let stamp = Stamp(packed: read.unsigned(1)), let id = ChangeID(bytes: read.bytes(2)),
                    let branch = try log.branches.branch(place.branch)
                else { throw StorageFailure.corrupt }
                let change = try log.change(at: place)
                let standing = try members.standing(of: branch.replica.device, at: place)
                found.append(
                    QuarantinedChange(
                        id: id, replica: branch.replica, number: place.number, stamp: stamp,
                        received: read.unsigned(3), author: try members.member(branch.replica.device),
                        reason: try members.reason(for: standing, of: branch.replica.device),
                        roots: change.segments.map { .init(kind: $0.kind, id: $0.root) },
                        hasActs: !change.acts.isEmpty))
            }
            return found.reversed()
        }
    }
}

extension Members {
    fileprivate func reason(for standing: Standing, of device: DeviceID) throws -> QuarantinedChange.Reason {
        if !standing.cuts.isEmpty { return .revoked }
        if standing.role == nil {
            let member = try member(device)
            return member?.admitted == nil && member?.isRevoked == false ? .notAdmitted : .noRole
        }
        return .demoted
    }
}
