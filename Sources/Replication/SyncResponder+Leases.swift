import ChangeLog
public import Storage
public import Sync

extension SyncResponder {
    /// Gives, renews or takes back a lease. Whether the asker is a gateway that counts is decided before.
    ///
    /// - Parameters:
    ///   - steadySince: since when the machine that this copy is on has run without a gap, in milliseconds since 1970.
    ///   - now: milliseconds since 1970.
    public func lease(
        _ request: LeaseRequest, steadySince: UInt64, now: UInt64
    ) throws(StorageFailure) -> LeaseReply {
        let begun = try replica.localValue(.incarnationSince).integer.map { UInt64(clamping: $0) } ?? 0
        var reply = LeaseReply(
            .givenBack, until: now, incarnation: incarnation, counter: 0, steadySince: max(begun, steadySince),
            time: now)
        if request.givesBack {
            try replica.takeBack(request.scope, from: request.replica.device, now: now)
            return reply
        }
        switch try replica.lend(request.scope, to: request.replica.device, incarnation: incarnation, now: now) {
        case .lent(let lease): (reply.outcome, reply.until, reply.counter) = (.lent, lease.until, lease.token.counter)
        case .taken(let until): (reply.outcome, reply.until) = (.taken, until)
        }
        return reply
    }
}
