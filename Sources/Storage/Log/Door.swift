import CRDT
import ChangeLog
import GRDB

/// The one door: every change, made here or received, takes this path into the log, the state and the membership,
/// within one transaction. There is no second way to alter any of them.
final class Door {
    /// How far a stamp may lie ahead of the clock before its change waits until due.
    static let earliness: UInt64 = 5 * 60 * 1000

    let log: Log
    let members: Members
    let state: StateMerge
    let configuration: Replica.Configuration
    /// The role and the grant that an invitation promised this device, until the grant itself is here.
    private lazy var promise = Result { try Promise(in: log.database) }
    private lazy var own = Result { try LocalValues.replica(in: log.database) }

    init(_ log: Log, configuration: Replica.Configuration) {
        (self.log, self.configuration) = (log, configuration)
        members = Members(log: log)
        state = StateMerge(log, schema: configuration.schema, projections: configuration.projections)
    }

    /// Whether a received change can be applied now.
    enum Readiness {
        case ready(Admission)
        /// Held already.
        case known
        case waits(WaitingReason, for: Need)
        case refused(RefusalReason)
    }

    /// Where a change goes, and what it stands on.
    struct Admission {
        fileprivate let end: End
        fileprivate let causes: [LocalPlace]
    }

    /// What a change continues.
    fileprivate enum End {
        case branch(Branch)
        /// A new branch: of a chain not heard of or, after the place given, of one that goes on otherwise here.
        case fork(after: LocalPlace?)
    }

    // MARK: Judging

    func readiness(of change: Change, now: UInt64) throws -> Readiness {
        let end: End
        switch try standing(of: change) {
        case .held: return .known
        case .gap: return .waits(.gap, for: .change(change.replica, change.number - 1))
        case .crowded: return .refused(.tooManyBranches)
        case .follows(let found): end = found
        }
        guard change.isWhole else { return .waits(.body, for: .change(change.replica, change.number)) }
        if change.stamp.milliseconds > now + Self.earliness {
            return .waits(.early, for: .time(change.stamp.milliseconds - Self.earliness))
        }
        var causes: [LocalPlace] = []
        for cause in change.causes {
            // An own change that was made on a grant which is not here yet has no past here to speak of.
            let missing = try cause.replica == own.get() ? grantToCome() : nil
            guard missing == nil, let place = try log.place(of: cause) else {
                let cause = missing ?? cause
                return .waits(.cause, for: .change(cause.replica, cause.number))
            }
            causes.append(place)
        }
        guard try members.belongs(change) else { return .refused(.stranger) }
        return .ready(Admission(end: end, causes: causes))
    }

    private enum Standing {
        case held, gap, crowded
        case follows(End)
    }

    private func standing(of change: Change) throws -> Standing {
        let branches = try log.branches.of(change.replica)
        let previous = change.place.previous
        for branch in branches where branch.number + 1 == change.number {
            if branch.hash == previous || branch.number == 0 { return .follows(.branch(branch)) }
        }
        if try log.place(of: change.replica, number: change.number, isIt: { $0 == change.hash }) != nil { return .held }
        var parent: LocalPlace?
        if change.number > 1 {
            parent = try log.place(of: change.replica, number: change.number - 1) { $0 == previous }
            guard parent != nil else { return .gap }
        }
        return branches.count < Branches.limit ? .follows(.fork(after: parent)) : .crowded
    }

    /// For a change made here: what it stands on is what this transaction has read.
    func ownAdmission(of change: Change, to branch: Branch) throws -> Admission {
        Admission(end: .branch(branch), causes: try change.causes.compactMap(log.place(of:)))
    }

    // MARK: Admitting

    /// Path of a change, stop 4: log, membership and state, together or not at all.
    ///
    /// - Parameter now: milliseconds since 1970, by this device's clock.
    func admit(_ change: Change, _ admission: Admission, now: UInt64) throws {
        let branch = try branch(for: change, at: admission.end)
        let floor = try floor(of: admission.causes, branch: branch)
        let isVoid = change.stamp <= floor
        let others = isVoid ? [] : try log.copies(of: change.id)
        let effect: Log.Effect = isVoid ? .void : log.isOutdone(change, by: others) ? .copy : .counts
        // A void change stands where the latest that it has seen does: stamps never fall along causes, and a change
        // that cites it has to lie above all of them.
        let place = try log.append(
            change, to: branch, stamp: max(change.stamp, floor), causes: admission.causes, effect: effect,
            received: now)
        if !others.isEmpty { try log.noteCopies(others.map(\.place) + [place], of: change.id) }
        try linkOwnGrant(change, at: place)
        for segment in change.segments { try log.note(segment.root, at: place) }
        guard effect == .counts else { return }
        guard others.isEmpty else { return try replace(others, by: place) }
        try apply(change, at: place)
    }

    /// What a change that counts does to membership and state: when it comes in, and in every rebuild.
    func apply(_ change: Change, at place: LocalPlace) throws {
        try members.apply(change, at: place) { try localRole(of: change) }
        guard let author = try author(of: change, at: place) else { return }
        try state.apply(change, by: author)
    }

    func author(of change: Change, at place: LocalPlace) throws -> StateMerge.Author? {
        guard let member = try members.member(change.replica.device) else { return nil }
        return .init(place: place, stamp: change.stamp, change: change.id, role: member.role, person: member.person)
    }

    private func branch(for change: Change, at end: End) throws -> Branch {
        switch end {
        case .branch(let branch): return branch
        case .fork(nil): return try log.branches.add(change.replica)
        case .fork(let parent?):
            guard let entry = try log.past.entry(at: parent) else { throw StorageFailure.corrupt }
            return try log.branches.add(
                change.replica, parent: parent, hash: entry.hash, stamp: entry.stamp, weight: entry.weight,
                past: log.past.vector(at: parent))
        }
    }

    /// The highest stamp among a change's causes and predecessor.
    private func floor(of causes: [LocalPlace], branch: Branch) throws -> Stamp {
        try causes.reduce(branch.stamp) { floor, cause in max(floor, try log.stamp(at: cause) ?? .zero) }
    }

    /// A lower copy came: what the higher ones did is taken back and done as the lower one says.
    private func replace(_ others: [Log.Copy], by place: LocalPlace) throws {
        for other in others { try log.setEffect(.copy, at: other.place) }
        let places = others.map(\.place) + [place]
        let hasActs = try places.contains { try !log.change(at: $0).acts.isEmpty }
        if hasActs { try Rebuild(self).everything() } else { try Rebuild(self).roots(touchedBy: places) }
    }

    // MARK: The joiner's promise

    /// The grant that this device's own first change cites, as long as it is not here.
    private func grantToCome() throws -> Cause? {
        guard let grant = try promise.get().grant, try log.place(of: grant) == nil else { return nil }
        return grant
    }

    private struct Promise {
        let role: Role?
        let grant: Cause?

        init(in database: Database) throws {
            role = try LocalValues.value(.role, in: database).integer.flatMap { Role(rawValue: UInt8(clamping: $0)) }
            grant = try LocalValues.value(.credential, in: database).bytes.flatMap { try? Credential($0).grant }
        }
    }

    /// For this device's own changes made before the grant that let it in has arrived.
    private func localRole(of change: Change) throws -> Role? {
        try own.get() == change.replica ? promise.get().role : nil
    }

    /// A joiner's first change cites a grant that arrives later. Once it is here, it is in the joiner's past.
    private func linkOwnGrant(_ change: Change, at place: LocalPlace) throws {
        guard let grant = try promise.get().grant, grant.number == change.number, grant == change.asCause else {
            return
        }
        guard let branch = try log.ownBranch(of: own.get()), branch.number > 0 else { return }
        try log.insertCause(place, of: LocalPlace(branch: branch.id, number: 1))
        try log.learn(try log.past.vector(at: place), in: branch)
    }

    // MARK: Ending

    /// Brings projections up to date and writes the tips back; called once, before the transaction ends.
    func finish() throws {
        try log.flush()
        for projection in configuration.projections { try projection.refresh(state.touched, in: log.database) }
    }
}
