import CRDT
import ChangeLog
import Inbox
import Simulation
import Storage
import Testing

/// What lives have found, each as small as it can be told.
struct FoundTests {
    private let directory = TemporaryDirectory()
    private let now: UInt64 = 1_800_000_000_000

    /// A joiner's log names a grant that it does not hold. Others, who hold it, name only the joiner's change from
    /// then on: to the joiner that is its own change and seems to be there with all before it.
    ///
    /// First met as seed 95 of 200 steps, where the joiner refused a relay whose own grant it did not hold.
    @Test func `what a joiner hears before its own grant waits for all that it was made upon`() throws {
        let founder = try replica("founder") { path, key, configuration in
            try Replica.found(
                at: path, name: "Shop", person: "founder", secret: secret, key: key, now: now,
                configuration: configuration)
        }
        let early = try join("early", founder)
        let before = try publish(founder)
        let add = try founder.transact(now: now) { try $0.commit(draft(.add(.text("vip")))) }
        let late = try join("late", founder)
        let after = try publish(founder)

        // `early` hears everything, and takes the label back.
        try deliver(before + after + publish(late), to: early)
        _ = try early.transact(now: now) { try $0.commit(draft(.remove(.text("vip"), dots: [add.id]))) }
        // `late` hears of that before it hears of the label, and of its own grant.
        try deliver(before, to: late)
        try deliver(publish(early), to: late)
        try deliver(after, to: late)
        // The founder lets both in, and everybody hears of everything.
        for replica in [early, late] { try deliver(all(of: replica), to: founder) }
        #expect(try founder.admitJoiners(now: now))
        for replica in [early, late] {
            try deliver(all(of: founder) + all(of: early) + all(of: late), to: replica)
        }

        #expect(try late.counts().waiting == 0)
        let digests = [try late.digest(), try early.digest()]
        #expect(digests[0] == digests[1])
    }

    /// A tip in a frontier stands for all that lies in its past. A joiner's own tip does not: the grant lies there, and
    /// all before it, which the joiner does not hold yet.
    ///
    /// Found by comparing frontiers instead of delivering everything.
    @Test func `a joiner that says what it holds is sent what its own change was made upon`() throws {
        let founder = try replica("founder") { path, key, configuration in
            try Replica.found(
                at: path, name: "Shop", person: "founder", secret: secret, key: key, now: now,
                configuration: configuration)
        }
        let late = try join("late", founder)
        try founder.publish()
        try deliver(publish(late), to: founder)
        let lacking = try founder.arrivals(
            after: 0, excluding: late.id, frontier: late.frontier(), byteLimit: .max)
        #expect(lacking.changes == 2)
    }

    private let secret = [UInt8](repeating: 9, count: 32)

    private func replica(
        _ name: String, make: (String, SigningKey, Replica.Configuration) throws -> Replica
    ) throws -> Replica {
        let seed = Digest.of(Array(name.utf8), domain: "test key")
        let key = try #require(SigningKey(seed: seed))
        let chance = seed.reduce(0) { $0 << 8 | UInt64($1) }
        return try make(directory.file(name), key, InboxSchema.configuration.rolling(Seed(chance)))
    }

    private func join(_ name: String, _ founder: Replica) throws -> Replica {
        let invitation = try founder.invitation(
            .agent, oneTimeSeed: Digest.of(Array(name.utf8), domain: "test invitation"), secret: secret, now: now)
        return try replica(name) { path, key, configuration in
            try Replica.join(
                at: path, invitation: invitation, person: name, key: key, now: now, configuration: configuration)
        }
    }

    private func draft(_ action: Operation.Action) -> Draft {
        let labels = InboxSchema.lead.field(named: "labels").number
        let operation = Operation(field: labels, action: action)
        let segment = Segment(kind: InboxSchema.lead.number, root: RootID(high: 1, low: 1), operations: [operation])
        return Draft(segments: [segment])
    }

    /// What `replica` wrote since the last time.
    private func publish(_ replica: Replica) throws -> [[UInt8]] {
        let sealed = try replica.outgoing(after: 0, byteLimit: .max).reach
        try replica.publish()
        return try replica.outgoing(after: sealed, byteLimit: .max).deltas
    }

    /// All that a replica wrote.
    private func all(of replica: Replica) throws -> [[UInt8]] {
        try replica.publish()
        return try replica.outgoing(after: 0, byteLimit: .max).deltas
    }

    private func deliver(_ deltas: [[UInt8]], to replica: Replica) throws {
        _ = try replica.append(
            deltas.map { try ReceivedDelta($0[...]).verified(in: replica.workspace) }, now: now)
    }
}
