import ChangeLog
import GRDB
import Storage

/// What this gateway remembers of its relay, so that it notices one that has forgotten something.
struct RelayMemory {
    private let replica: Replica

    init(_ replica: Replica) { self.replica = replica }

    /// Before which time a message's being queued is no proof that it was not sent: the relay was replaced since, or put
    /// back from a backup, or was off for long. A relay of which nothing older is known has nothing to forget.
    ///
    /// - Parameter steadySince: since when the relay says to have forgotten nothing, in milliseconds since 1970.
    /// - Returns: milliseconds since 1970; 0 for none.
    func doubtBefore(_ steadySince: UInt64) throws -> Int64 {
        let steadySince = Int64(clamping: steadySince)
        let known = try replica.localValue(.steadyRelay).integer
        if known == nil, try !hasRelayWritten(before: steadySince) {
            try replica.setLocalValue(.steadyRelay, .integer(steadySince))
            return 0
        }
        return steadySince > known ?? 0 ? steadySince : 0
    }

    /// Not whether anything was granted: what a relay forgot, only those know who heard of it in time.
    private func hasRelayWritten(before time: Int64) throws -> Bool {
        try replica.read { database in
            try Bool.fetchOne(
                database,
                sql: """
                    SELECT 1 FROM change JOIN branch ON branch.id = change.place >> 40
                    JOIN member ON member.device = substr(branch.replica, 1, \(DeviceID.byteCount))
                    WHERE member.role = ? AND change.at >> 16 < ? LIMIT 1
                    """, arguments: [Role.relay.rawValue, time]) ?? false
        }
    }
}
