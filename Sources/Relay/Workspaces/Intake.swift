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
    private var hasAdmitted = false

    /// - Parameter now: milliseconds since 1970.
    init(of replica: Replica, from asker: ReplicaID, now: UInt64) throws(StorageFailure) {
        (self.replica, self.asker, self.now) = (replica, asker, now)
        isMember = try replica.member(asker.device) != nil
    }

    /// Path of a change, stop 7: the relay verifies, judges and appends (stop 4 again); whoever asks next gets it.
    mutating func take(_ deltas: [[UInt8]]) throws(StorageFailure) -> [Verdict] {
        let verified = deltas.map { try? ReceivedDelta($0[...]).verified(in: replica.workspace) }
        verdicts = Array(repeating: .refused(.malformed), count: deltas.count)
        for (place, delta) in verified.enumerated() {
            guard let delta else { continue }
            if !isMember {
                try takeFromStranger(delta, at: place)
            } else if delta.joins {
                try takeJoin(delta, at: place, among: verified)
            } else {
                pending.append((place, delta))
            }
        }
        try store()
        if hasAdmitted { try replica.publish() }
        return verdicts
    }

    /// One who is not a member yet may bring the delta that makes it one, and nothing else: what is stored of a
    /// stranger waits for ever.
    private mutating func takeFromStranger(_ delta: VerifiedDelta, at place: Int) throws(StorageFailure) {
        guard delta.changes.first?.replica == asker, delta.joins || delta.founds(replica.workspace) else {
            verdicts[place] = .refused(.stranger)
            return
        }
        try judge(delta, at: place)
        isMember = try replica.member(asker.device) != nil
    }

    /// A relay that was restored gets joiners back whose invitations have lapsed or been used up since. They were
    /// judged when they came, as the admission tells that comes with them.
    private mutating func takeJoin(
        _ delta: VerifiedDelta, at place: Int, among deltas: [VerifiedDelta?]
    ) throws(StorageFailure) {
        try store()
        if let joiner = delta.changes.first?.replica.device, try admissions(in: deltas).contains(joiner) {
            pending.append((place, delta))
        } else {
            try judge(delta, at: place)
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

    /// Whom a relay of this workspace has admitted, as told by changes in this same request.
    private func admissions(in deltas: [VerifiedDelta?]) throws(StorageFailure) -> Set<DeviceID> {
        var admitted: Set<DeviceID> = []
        for change in deltas.lazy.compactMap({ $0 }).flatMap(\.changes) {
            let devices = change.acts.compactMap { if case .admit(let device, _, _) = $0 { device } else { nil } }
            guard !devices.isEmpty, try isRelay(change.replica.device) else { continue }
            admitted.formUnion(devices)
        }
        return admitted
    }

    private func isRelay(_ device: DeviceID) throws(StorageFailure) -> Bool {
        if device == replica.id.device { return true }
        return try replica.member(device)?.role == .relay
    }

    private mutating func store() throws(StorageFailure) {
        guard !pending.isEmpty else { return }
        let stored = try replica.append(pending.map(\.delta), now: now, durability: .full)
        for (entry, verdict) in zip(pending, stored) { verdicts[entry.place] = verdict }
        pending = []
        if try replica.admitJoiners(now: now) { hasAdmitted = true }
    }
}
