import ChangeLog
import Glibc
import Inbox
import Replication
import Storage
import Sync

/// A replica whose changes leave one by one, each pushed as it is written, at set times.
struct RelayWriter {
    /// Ninety-two bytes.
    private static let text =
        "Thank you, that worked. One more question: how do I move the old folders to the new profile?"

    private let index: Int
    private let load: RelayLoad
    private let place: RelayPlace
    private let key: SigningKey
    private let replica: Replica
    private let relay: RelayConversation
    private let changes: WrittenChanges
    private(set) var outcome = Outcome()

    /// What a writer finds.
    struct Outcome {
        /// How long each push took, from the request's first byte to the answer's last.
        var roundTrips: [UInt32] = []
        /// How often the relay said that it cannot just now.
        var busyAnswers = 0
    }

    /// Makes the replica, and syncs it.
    init(
        _ index: Int, of load: RelayLoad, in workspace: WorkspaceID, at place: RelayPlace, file: String,
        _ changes: WrittenChanges
    ) throws {
        (self.index, self.load, self.place, self.changes) = (index, load, place, changes)
        key = RelayCast.writer(index)
        replica = try Replica.create(
            at: file, workspace: workspace, key: key, epoch: 1, configuration: InboxSchema.configuration)
        try replica.setLocalValue(.secret, .bytes(Cast.secret))
        relay = try RelayConversation(place, as: key)
        _ = try relay.sync(replica)
    }

    /// Writes its share of the changes; those that are late when the time is up are left out.
    ///
    /// - Parameter start: by ``Ticks``.
    mutating func write(from start: UInt64) throws {
        let end = start + UInt64(load.seconds) * 1_000_000_000
        for number in stride(from: index, to: load.writes, by: load.writers) {
            let due = start + UInt64(number) * 1_000_000_000 / UInt64(load.rate)
            let now = Ticks.now
            guard now < end else { return }
            if due > now { usleep(UInt32(clamping: (due - now) / 1_000)) }
            try write(on: RelayCast.conversations[number % RelayCast.conversations.count])
        }
    }

    private mutating func write(on conversation: RootID) throws {
        _ = try replica.transact(now: WallTime.now()) { try InboxWriter($0).note(on: conversation.text, Self.text) }
        var requester = try SyncRequester(replica, clock: WallTime.now, pushesOnly: true)
        var number: UInt64? = try replica.ownTip()
        while let request = try requester.next() {
            try requester.receive(SyncAnswer(body: push(request.body, bringing: &number)))
        }
        guard requester.report.sent == 1 else { throw BenchmarkFailure.wrongOutcome(.wrongSync) }
        changes.accept(at: Ticks.now)
    }

    /// - Parameter number: of the change that the request brings; nil afterwards.
    private mutating func push(_ body: [UInt8], bringing number: inout UInt64?) throws -> [UInt8] {
        var backoff = Backoff()
        while true {
            let request = place.request("POST", "/v0/sync", body: body, by: key)
            let start = Ticks.now
            if let number { changes.add(replica.id, number, sentAt: start) }
            number = nil
            let answer = try relay.exchange(request)
            outcome.roundTrips.append(Ticks.sample(since: start, now: Ticks.now))
            if answer.status == 200 { return answer.body }
            guard [429, 503].contains(answer.status) else {
                throw BenchmarkFailure.relayAnswered(status: answer.status)
            }
            outcome.busyAnswers += 1
            usleep(UInt32(backoff.next(dice: .random(in: .min ... .max))) * 1_000)
        }
    }
}
