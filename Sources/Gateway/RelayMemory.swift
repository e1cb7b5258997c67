import ChangeLog
import GRDB
import Storage

/// What this gateway remembers of its relay, so that it notices one that has forgotten something.
struct RelayMemory {
    private let replica: Replica

    init(_ replica: Replica) { self.replica = replica }

    /// Before which time a message's being queued is no proof that it was not sent: the relay was replaced since, or put
    /// back from a backup, or was off for long. The first relay that a workspace has ever sent by has nothing to forget.
    ///
    /// - Parameter steadySince: since when the relay says to have forgotten nothing, in milliseconds since 1970.
    /// - Returns: milliseconds since 1970; 0 for none.
    func doubtBefore(_ steadySince: UInt64) throws -> Int64 {
        let known = try replica.localValue(.steadyRelay).integer
        if known == nil, try !hasEverSent() {
            try replica.setLocalValue(.steadyRelay, .integer(Int64(clamping: steadySince)))
            return 0
        }
        return Int64(clamping: steadySince) > known ?? 0 ? Int64(clamping: steadySince) : 0
    }

    private func hasEverSent() throws -> Bool {
        try replica.read { try Bool.fetchOne($0, sql: "SELECT 1 FROM ruling WHERE refusal = 0 LIMIT 1") ?? false }
    }
}
