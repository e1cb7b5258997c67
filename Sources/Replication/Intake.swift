import ChangeLog
import Storage

/// The deltas of one request on their way into the replica, each to its verdict.
///
/// All are stored in one transaction, except where one lets somebody in: it is judged after what came before it was
/// stored, and its joiner admitted before the next is judged, so that two cannot share an invitation for one.
struct Intake {
    private let replica: Replica
    private let asker: ReplicaID
    private let now: UInt64
    private var isMember: Bool
    private var verdicts: [Verdict] = []
    private var pending: [(place: Int, delta: VerifiedDelta)] = []
    /// Whom changes in this request admit, and the devices that wrote them.
    private var admittersByJoiner: [DeviceID: Set<DeviceID>] = [:]

    /// - Parameter now: milliseconds since 1970.
    init(of replica: Replica, from asker: ReplicaID, now: UInt64) throws(StorageFailure) {
        (self.replica, self.asker, self.now) = (replica, asker, now)
        isMember = try replica.member(asker.device) != nil
    }

    /// Path of a change, stop 7: the relay verifies, judges and appends (stop 4 again); who follows is told at once.
    mutating func take(_ deltas: [[UInt8]]) throws(StorageFailure) -> [Verdict] {
        let verified = ReceivedDelta.verifyAll(deltas, in: replica.workspace)
        verdicts = Array(repeating: .refused(.malformed), count: deltas.count)
        noteAdmissions(in: verified)
        for (place, delta) in verified.enumerated() {
            guard let delta else { continue }
            if !isMember {
                try takeFromStranger(delta, at: place)
            } else if delta.joins {
                try takeJoin(delta, at: place)
            } else {
                pending.append((place, delta))
            }
        }
        try store()
        return verdicts
    }

    /// One who is not a member yet may bring the delta that makes it one, and nothing else: what is stored of a
    /// stranger waits for ever.
    private mutating func takeFromStranger(_ delta: VerifiedDelta, at place: Int) throws(StorageFailure) {
        guard delta.changes.first?.replica.device == asker.device, delta.joins || delta.founds(replica.workspace) else {
            verdicts[place] = .refused(.stranger)
            return
        }
        try judge(delta, at: place)
        isMember = try replica.member(asker.device) != nil
    }

    private mutating func takeJoin(_ delta: VerifiedDelta, at place: Int) throws(StorageFailure) {
        try store()
        if let joiner = delta.changes.first?.replica.device, try isSettled(joiner) {
            pending.append((place, delta))
        } else {
            try judge(delta, at: place)
        }
    }

    /// Whether a joiner is in already, or a relay's admission of it comes along. A relay that was restored gets joiners
    /// back whose invitations have lapsed or been used up since; they were judged when they came.
    private func isSettled(_ joiner: DeviceID) throws(StorageFailure) -> Bool {
        if try replica.member(joiner) != nil { return true }
        for admitter in admittersByJoiner[joiner] ?? [] {
            if admitter == replica.id.device { return true }
            if try replica.member(admitter)?.role == .relay { return true }
        }
        return false
    }

    private mutating func noteAdmissions(in deltas: [VerifiedDelta?]) {
        for change in deltas.lazy.compactMap({ $0 }).flatMap(\.changes) {
            for case .admit(let joiner, _, _) in change.acts {
                admittersByJoiner[joiner, default: []].insert(change.replica.device)
            }
        }
    }

    private mutating func judge(_ delta: VerifiedDelta, at place: Int) throws(StorageFailure) {
        if let reason = try replica.objection(to: delta, now: now) {
            verdicts[place] = .refused(reason)
        } else {
            pending.append((place, delta))
            try store()
        }
    }

    private mutating func store() throws(StorageFailure) {
        guard !pending.isEmpty else { return }
        let (stored, hasRuled) = try replica.appendAndRule(pending.map(\.delta), now: now)
        for (entry, verdict) in zip(pending, stored) { verdicts[entry.place] = verdict }
        pending = []
        if try replica.admitJoiners(now: now) || hasRuled { try replica.publish() }
    }
}
