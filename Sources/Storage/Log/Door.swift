import CRDT
import ChangeLog

/// The one door: every change, made here or received, takes this path into the log, the state and the membership,
/// within one transaction. There is no second way to alter any of them.
final class Door {
    /// How far a stamp may lie ahead of the clock before its change waits until due.
    static let earliness: UInt64 = 5 * 60 * 1000

    let log: Log
    let members: Members
    let state: StateMerge
    private let schema: Schema
    private let projections: [any Projection]

    init(_ log: Log, schema: Schema, projections: [any Projection]) {
        (self.log, self.schema, self.projections) = (log, schema, projections)
        members = Members(log: log)
        state = StateMerge(log, schema: schema, projections: projections)
    }

    /// Whether a received change can be applied now.
    enum Readiness: Equatable {
        case ready
        /// Held already.
        case known
        case waits(WaitingReason)
        case refused(RefusalReason)
    }

    func readiness(of change: Change, now: UInt64) throws -> Readiness {
        if let chain = try log.knownChain(of: change.replica), chain.number > 0 {
            if change.number <= chain.number {
                let held = try log.past.entry(at: LocalPlace(chain: chain.id, number: change.number))
                return held?.hash == change.hash ? .known : .refused(.fork)
            }
            guard change.number == chain.number + 1 else { return .waits(.gap) }
            guard change.place.previous == chain.hash else { return .refused(.fork) }
        } else if change.number > 1 {
            return .waits(.gap)
        }
        if change.stamp.milliseconds > now + Self.earliness { return .waits(.early) }
        for cause in change.causes where try place(of: cause) == nil { return .waits(.cause) }
        return try members.belongs(change) ? .ready : .refused(.stranger)
    }

    /// Path of a change, stop 4: log, membership and state, together or not at all.
    ///
    /// - Parameter localRole: for this device's own changes made before the grant that let it in has arrived.
    func admit(_ change: Change, localRole: Role? = nil) throws {
        var chain = try log.chain(of: change.replica)
        let place = LocalPlace(chain: chain.id, number: change.number)
        let causes = try change.causes.map { cause in
            LocalPlace(chain: try log.chain(of: cause.replica).id, number: cause.number)
        }
        let floor = try floor(of: causes, chain: chain)
        let isVoid = change.stamp <= floor
        // A void change stands where the latest that it has seen does: stamps never fall along causes, and a change
        // that cites it has to lie above all of them.
        let stamp = max(change.stamp, floor)
        try log.insert(change, at: place, stamp: stamp, causes: causes, isVoid: isVoid)
        try advance(&chain, to: change, stamp: stamp)
        guard !isVoid else { return }
        try members.apply(change, at: place, localRole: localRole)
        guard let author = try members.member(change.replica.device) else { return }
        try state.apply(
            change,
            by: .init(
                place: place, stamp: change.stamp, change: change.id, role: author.role, person: author.person))
    }

    /// Brings projections up to date and writes the tips back; called once, before the transaction ends.
    func finish() throws {
        try log.flush()
        for projection in projections { try projection.refresh(state.touched, in: log.database) }
    }

    private func advance(_ chain: inout Chain, to change: Change, stamp: Stamp) throws {
        chain.number = change.number
        chain.hash = change.hash
        chain.stamp = stamp
        chain.isCited = false
        log.update(chain)
        for cause in change.causes {
            var cited = try log.chain(of: cause.replica)
            guard cited.number <= cause.number, !cited.isCited else { continue }
            cited.isCited = true
            log.update(cited)
        }
    }

    /// The highest stamp among a change's causes and predecessor.
    private func floor(of causes: [LocalPlace], chain: Chain) throws -> Stamp {
        try causes.reduce(chain.stamp) { floor, cause in max(floor, try log.past.entry(at: cause)?.stamp ?? .zero) }
    }

    private func place(of cause: Cause) throws -> LocalPlace? {
        guard let chain = try log.knownChain(of: cause.replica), cause.number <= chain.number else { return nil }
        let place = LocalPlace(chain: chain.id, number: cause.number)
        let hash = cause.number == chain.number ? chain.hash : try log.past.entry(at: place)?.hash
        return hash?.prefix.elementsEqual(cause.prefix) == true ? place : nil
    }
}
