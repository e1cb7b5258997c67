import CRDT
import ChangeLog
import Storage
import TestSupport

/// A founder, an agent, two gateways and a relay: letters are written, bid for and ruled on.
struct Office {
    /// Letters, which anybody writes who is not the relay.
    static let configuration = Replica.Configuration(
        schema: Schema(
            version: 1,
            roots: [
                Schema.Root(
                    1, "letter",
                    fields: [
                        .init(
                            1, "line", .sequence([.init(1, "text", .text)], marked: "0"),
                            writers: .any([.owner, .agent, .gateway]))
                    ])
            ]),
        projections: [])
    static let now = Crew.now
    static let incarnation: UInt64 = 70
    static let scope = LeaseScope(of: RootID(high: 5, low: 5))

    let founder: Replica
    let agent: Replica
    let gateway: Replica
    let second: Replica
    let relay: Replica
    var replicas: [Replica] { [founder, agent, gateway, second, relay] }

    /// - Parameter relays: names of further devices that are relays.
    init(in directory: TemporaryDirectory, relays: [String] = []) throws {
        let roles: [(String, Role)] =
            [("agent", .agent), ("gateway", .gateway), ("second", .gateway), ("relay", .relay)]
            + relays.map { ($0, .relay) }
        let founder = try Replica.found(
            at: directory.file("founder"), name: "Office", person: "founder", secret: Array(repeating: 1, count: 32),
            key: .of("founder"), now: Self.now, configuration: Self.configuration)
        try founder.transact(now: Self.now) { transaction in
            for (name, role) in roles {
                let grant = Grant(role: role, key: SigningKey.of(name).device, isDevice: true, expires: nil, uses: 1)
                try transaction.commit(Draft(acts: [.grant(grant)]))
            }
        }
        let copy = { (name: String) in
            let replica = try Replica.create(
                at: directory.file(name), workspace: founder.workspace, key: .of(name), epoch: 1,
                configuration: Self.configuration)
            try Wire.carry(from: founder, to: replica, now: Self.now)
            return replica
        }
        self.founder = founder
        (agent, gateway, second, relay) = (
            try copy("agent"), try copy("gateway"), try copy("second"), try copy("relay")
        )
        try relay.begin(Self.incarnation, now: Self.now)
    }

    // MARK: Steps

    /// A letter's line, by whoever holds `replica`.
    @discardableResult
    func line(_ text: String, on root: UInt64 = 1, by replica: Replica, now: UInt64 = now) throws -> Change {
        try replica.transact(now: now) { try $0.commit(Self.draft(text, on: root)) }
    }

    /// A line of the agent's that everybody has, the relay as well.
    func knownLine(_ text: String = "Hello", on root: UInt64 = 1) throws -> Change {
        let change = try line(text, on: root, by: agent)
        try push(agent)
        try pull()
        return change
    }

    static func draft(_ text: String, on root: UInt64 = 1, acts: [Act] = []) -> Draft {
        let append = Operation(field: 1, action: .append(Element(fields: [.init(1, .text(text))])))
        return Draft(
            acts: acts, segments: [Segment(kind: 1, root: RootID(high: root, low: 0), operations: [append])])
    }

    /// The gateway's lease, or another's.
    func lease(_ holder: Replica? = nil, now: UInt64 = now) throws -> LeaseToken {
        let device = (holder ?? gateway).id.device
        guard
            case .lent(let lease) = try relay.lend(
                Self.scope, to: device, incarnation: Self.incarnation, now: now)
        else { throw StorageFailure.corrupt }
        return lease.token
    }

    static func bid(for line: Change, attempt: UInt64 = 1, _ lease: LeaseToken) -> Bid {
        Bid(
            subject: ElementID(change: line.id, body: 0, operation: 0), content: line.asCause, attempt: attempt,
            lease: lease)
    }

    /// A change that bids, and says so on the letter; it has not left.
    func write(_ bid: Bid, on root: UInt64 = 1, by replica: Replica? = nil, now: UInt64 = now) throws -> Change {
        try (replica ?? gateway).transact(now: now) {
            try $0.commit(Self.draft("sending", on: root, acts: [.bid(bid)]))
        }
    }

    /// The relay gets all that `replicas` hold, in one transaction, and rules.
    @discardableResult
    func push(_ replicas: Replica..., now: UInt64 = now) throws -> Bool {
        var deltas: [VerifiedDelta] = []
        for replica in replicas {
            try replica.publish()
            deltas += try replica.arrivals(
                after: 0, excluding: relay.id, frontier: relay.frontier(), byteLimit: .max
            ).deltas.map { try ReceivedDelta($0[...]).verified(in: relay.workspace) }
        }
        return try relay.appendAndRule(deltas, now: now).hasRuled
    }

    /// Everybody gets all that the relay holds.
    func pull(now: UInt64 = now) throws {
        for replica in replicas.dropLast() { try Wire.carry(from: relay, to: replica, now: now) }
    }

    /// Bids and pushes.
    ///
    /// - Returns: what the relay ruled; nil for nothing.
    func ruling(
        on bid: Bid, on root: UInt64 = 1, by replica: Replica? = nil, now: UInt64 = now
    ) throws -> BidRuling? {
        let change = try write(bid, on: root, by: replica, now: now)
        try push(replica ?? gateway, now: now)
        return try relay.ruling(on: change.id)
    }
}
