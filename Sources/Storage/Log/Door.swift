import CRDT
import ChangeLog
import GRDB

/// The one door: every change, made here or received, takes this path into the log, the state and the membership,
/// within one transaction. There is no second way to alter any of them.
final class Door {
    let log: Log
    let members: Members
    let bids: BidTable
    let state: StateMerge
    let configuration: Replica.Configuration
    let room: BranchRoom
    /// The changes of this transaction that bid for something.
    private(set) var newBids: [LocalPlace] = []

    init(_ log: Log, configuration: Replica.Configuration) {
        (self.log, self.configuration) = (log, configuration)
        members = Members(log: log)
        bids = BidTable(log: log)
        room = BranchRoom(log)
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
        if change.stamp.milliseconds > now + Replica.earliness {
            return .waits(.early, for: .time(change.stamp.milliseconds - Replica.earliness))
        }
        var causes: [LocalPlace] = []
        for cause in change.causes {
            // An own change that was made on a grant which is not here yet has no past here to speak of.
            let missing = try cause.replica.device == members.own().device ? members.grantToCome() : nil
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
        return try room.admits(change) ? .follows(.fork(after: parent)) : .crowded
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
        let isVoid = Verdicts.isVoid(change.stamp, above: floor)
        // A void change stands where the latest that it has seen does: stamps never fall along causes, and a change
        // that cites it has to lie above all of them.
        let place = try log.append(
            change, to: branch, stamp: max(change.stamp, floor), causes: admission.causes,
            effect: isVoid ? .void : .counts, received: now)
        let isOwnGrant = try linkOwnGrant(change, at: place)
        for segment in change.segments { try log.note(segment.root, at: place) }
        if !isVoid {
            try takeBids(of: change, at: place)
            try weigh(change, at: place)
        }
        if change.acts.contains(where: \.isBid) { newBids.append(place) }
        if isOwnGrant { try follow(members.takeAgain(device: members.own().device)) }
    }

    /// Lets a change that is not void have its effect, if it counts.
    private func weigh(_ change: Change, at place: LocalPlace) throws {
        if change.acts.contains(where: \.isOfMembership) {
            // What the acts alter is derived anew before it is known whether this change counts.
            try log.setEffect(.cut, at: place)
            try follow(members.take(change, at: place), incoming: place)
            try log.setEffect(.counts, at: place)
        }
        let copies = try log.copies(of: change.id).filter { $0.place != place }
        if !copies.isEmpty { try log.noteCopies(copies.map(\.place) + [place], of: change.id) }
        guard try counts(change, at: place) else { return try log.setEffect(.cut, at: place) }
        let others = copies.filter { $0.effect != .cut }
        guard !log.isOutdone(change, by: others) else { return try log.setEffect(.copy, at: place) }
        guard others.isEmpty else { return try replace(others, by: place) }
        try apply(change, at: place)
    }

    /// What counts is another matter now: derives anew what was touched by changes that do, or no longer do.
    func follow(_ reversal: Reversal, incoming: LocalPlace? = nil) throws {
        var reconsideration = Reconsideration(self, incoming: incoming)
        let dirty = try reconsideration.follow(reversal)
        if !dirty.isEmpty { try Rebuild(self).roots(touchedBy: Array(dirty)) }
    }

    // MARK: Counting

    func counts(at place: LocalPlace) throws -> Bool { try counts(log.change(at: place), at: place) }

    private func counts(_ change: @autoclosure () throws -> Change, at place: LocalPlace) throws -> Bool {
        guard let device = try log.branches.branch(place.branch)?.replica.device else { return false }
        let standing = try members.standing(of: device, at: place)
        return try Verdicts.counts(
            standing,
            isAdopted: { cuts in
                guard let id = try log.past.entry(at: place)?.id else { return false }
                return try members.isAdopted(id, at: place, from: cuts)
            }, may: { try isOpen(change(), at: place, to: $0) })
    }

    /// Whether a role may do all of a change.
    private func isOpen(_ change: Change, at place: LocalPlace, to role: Role) throws -> Bool {
        try change.segments.allSatisfy { segment in
            state.schema.root(segment.kind).map { state.mayWrite(segment, of: $0, as: role) } ?? true
        } && (change.acts.isEmpty || isOpen(change.acts, at: place, to: role))
    }

    private func isOpen(_ acts: [Act], at place: LocalPlace, to role: Role) throws -> Bool {
        try members.roll.deeds(at: place).allSatisfy { try $0.isOpen(to: role, in: log) }
            && acts.allSatisfy { $0.isOfMembership || $0.isOpen(to: role, isAgainstOwner: false) }
    }

    /// What a change that counts does to the state: when it comes in, and in every rebuild.
    func apply(_ change: Change, at place: LocalPlace) throws {
        guard let author = try author(of: change, at: place) else { return }
        try takeRulings(of: change, by: author)
        try state.apply(change, by: author)
    }

    /// What a stored change that is not void does where everything is derived anew.
    func replay(_ place: LocalPlace, counts: Bool) throws {
        let change = try log.change(at: place)
        try takeBids(of: change, at: place)
        if counts { try apply(change, at: place) }
    }

    /// Notes what a change that is not void bids for, whether it counts or not.
    func takeBids(of change: Change, at place: LocalPlace) throws {
        guard change.acts.contains(where: \.isBid) else { return }
        let right = try members.standing(of: change.replica.device, at: place).right
        try bids.take(bidsOf: change, at: place, right: right)
    }

    /// Notes what a change rules. That alters how the roots show that the bid is about.
    func takeRulings(of change: Change, by author: StateMerge.Author) throws {
        guard !change.acts.isEmpty else { return }
        for bid in try bids.take(rulingsOf: change, by: author) {
            try state.noteRuling(on: bids.subject(of: bid), in: log.change(at: bid))
        }
    }

    func author(of change: Change, at place: LocalPlace) throws -> StateMerge.Author? {
        let standing = try members.standing(of: change.replica.device, at: place)
        guard let person = standing.person else { return nil }
        return .init(place: place, stamp: change.stamp, change: change.id, standing: standing, person: person)
    }

    private func branch(for change: Change, at end: End) throws -> Branch {
        switch end {
        case .branch(let branch): return branch
        case .fork(let parent):
            let branch = try fork(change.replica, after: parent)
            try room.note(branch, from: change)
            return branch
        }
    }

    private func fork(_ replica: ReplicaID, after parent: LocalPlace?) throws -> Branch {
        guard let parent else { return try log.branches.add(replica) }
        guard let entry = try log.past.entry(at: parent) else { throw StorageFailure.corrupt }
        return try log.branches.add(
            replica, parent: parent, hash: entry.hash, stamp: entry.stamp, weight: entry.weight,
            past: log.past.vector(at: parent))
    }

    /// The highest stamp among a change's causes and predecessor.
    private func floor(of causes: [LocalPlace], branch: Branch) throws -> Stamp {
        try causes.reduce(branch.stamp) { floor, cause in max(floor, try log.stamp(at: cause) ?? .zero) }
    }

    /// A lower copy came: what the higher ones did is taken back and done as the lower one says.
    private func replace(_ others: [Log.Copy], by place: LocalPlace) throws {
        for other in others { try log.setEffect(.copy, at: other.place) }
        try Rebuild(self).roots(touchedBy: others.map(\.place) + [place])
    }

    /// A joiner's first change cites a grant that arrives later. Once it is here, it is in the joiner's past.
    ///
    /// - Returns: whether this was it.
    private func linkOwnGrant(_ change: Change, at place: LocalPlace) throws -> Bool {
        guard let grant = try members.ownGrant(), grant.number == change.number, grant == change.asCause,
            let branch = try log.branches.of(members.own()).first, branch.number > 0
        else { return false }
        try log.insertCause(place, of: LocalPlace(branch: branch.id, number: 1))
        let past = try log.past.vector(at: place)
        for branch in try log.ownBranches() { try log.learn(past, in: branch) }
        return true
    }

    // MARK: Ending

    /// Brings projections up to date and writes the tips back; called once, before the transaction ends.
    func finish() throws {
        try log.flush()
        for projection in configuration.projections { try projection.refresh(state.touched, in: log.database) }
    }
}

extension Replica {
    /// How far a stamp may lie ahead of the clock, in milliseconds, before its change waits until due.
    public static let earliness: UInt64 = 5 * 60 * 1000
}
