import ChangeLog
import GRDB
import Storage

/// What this gateway remembers of its relay, so that it notices one that has forgotten something.
struct RelayMemory {
    private let replica: Replica

    init(_ replica: Replica) { self.replica = replica }

    /// Before which time a message's being queued is no proof that it was not sent: the relay was replaced since, or put
    /// back from a backup, or was off for long. One that remembers since it was let in has nothing to forget.
    ///
    /// - Parameter steadySince: since when the relay says to have forgotten nothing, in milliseconds since 1970.
    /// - Returns: milliseconds since 1970; 0 for none.
    func doubtBefore(_ steadySince: UInt64) throws -> Int64 {
        let steadySince = Int64(clamping: steadySince)
        let known = try replica.localValue(.steadyRelay).integer
        if known == nil, try steadySince <= firstRelay() + Self.tolerance {
            try replica.setLocalValue(.steadyRelay, .integer(steadySince))
            return 0
        }
        return steadySince > known ?? 0 ? steadySince : 0
    }

    /// How far the clock of whoever let the relay in may have been behind the relay's, in milliseconds.
    private static let tolerance: Int64 = 60_000

    /// When the workspace's first relay was let in, in milliseconds since 1970. Not when it first granted something: what a
    /// relay forgot, only those know who heard of it in time.
    private func firstRelay() throws -> Int64 {
        try replica.read { database in
            try Int64.fetchOne(
                database, sql: "SELECT min(admitted_at) >> 16 FROM member WHERE role = ?",
                arguments: [Role.relay.rawValue]) ?? 0
        }
    }
}
