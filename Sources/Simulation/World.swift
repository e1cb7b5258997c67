import CRDT
import ChangeLog
import Inbox
import Replication
import Storage

/// A team's devices and the network between them, driven by one generator: everything that happens follows from the
/// seed.
///
/// What runs is the real code on real SQLite files. Only time, chance, the network and death are simulated. SQLite
/// adds chance of its own only to the salts of its write-ahead log, which nobody reads but SQLite.
package final class World {
    /// The time at which every world begins, in milliseconds since 1970.
    static let start: UInt64 = 1_800_000_000_000

    let schema = InboxSchema.current
    var dice: Dice
    var network = Network()
    var post = Post()
    /// The syncs under way, by device.
    var errands: [Int: Errand] = [:]
    /// How many requests were made.
    var tickets = 0
    /// Nil in a world without one.
    var relay: RelayDesk?
    /// In milliseconds since 1970; devices see it through their clocks.
    var time = World.start
    private(set) var nodes: [Node] = []
    /// Every change made by a draft, in the order in which they were made.
    private(set) var history: [Change] = []
    private(set) var historyByCause: [Cause: Change] = [:]
    /// The tips of own chains that devices were told are safe.
    private(set) var acknowledged: Set<Cause> = []
    private let directory: TemporaryDirectory

    /// What rare things happened.
    package internal(set) var tally = Tally()
    /// What happened, in one number.
    package private(set) var trace = Trace()
    /// Is told of each event, in one line.
    private let report: (String) -> Void
    private var steps = 0

    var workspace: WorkspaceID { nodes[0].replica.workspace }
    /// How many devices there are.
    package var nodeCount: Int { nodes.count }
    /// How many changes were made.
    package var changeCount: Int { history.count }

    // MARK: Beginning

    /// A founder and two to five others, who have been invited and have heard of nothing yet.
    ///
    /// - Parameter report: is told of each event, in one line.
    package init(_ seed: Seed, in directory: TemporaryDirectory, report: @escaping (String) -> Void = { _ in }) throws {
        (dice, self.directory, self.report) = (Dice(seed), directory, report)
        try found()
        try invite("gateway", as: .gateway)
        if !dice.once(in: 4) {
            try grant("relay", .relay)
            relay = RelayDesk(number: nodes.count - 1)
            relay?.responder = try responder(for: nodes[nodes.count - 1])
        }
        for number in 1...dice.number(1...3) {
            try invite("person \(number)", as: dice.pick([.agent, .agent, .admin, .viewer]))
        }
        for node in nodes { node.clock = .any(&dice) }
    }

    private static let secret = [UInt8](repeating: 9, count: 32)

    private func found() throws {
        try add("founder", .owner) { path, key, configuration in
            try Replica.found(
                at: path, name: "Lantern & Loom", person: "founder", secret: Self.secret, key: key, now: time,
                configuration: configuration)
        }
    }

    /// Lets somebody in who starts to work at once: the grant itself comes later, over the network.
    private func invite(_ name: String, as role: Role) throws {
        let invitation = try nodes[0].replica.invitation(
            role, oneTimeSeed: dice.bytes(32), secret: Self.secret, now: nodes[0].now(time))
        try acknowledgeTip(of: nodes[0])
        try add(name, role) { path, key, configuration in
            try Replica.join(
                at: path, invitation: invitation, person: name, key: key, now: time, configuration: configuration)
        }
    }

    /// Lets a device in by its own key: it starts with an empty copy.
    private func grant(_ name: String, _ role: Role) throws {
        try add(name, role) { path, key, configuration in
            let grant = Grant(role: role, key: key.device, isDevice: true, expires: nil, uses: 1)
            try nodes[0].replica.transact(now: nodes[0].now(time)) { _ = try $0.commit(Draft(acts: [.grant(grant)])) }
            try acknowledgeTip(of: nodes[0])
            return try Replica.create(
                at: path, workspace: workspace, key: key, epoch: 1, configuration: configuration)
        }
    }

    /// The relay's pages hold a change or two, or all there is.
    func responder(for node: Node) throws -> SyncResponder {
        var counts = Dice(Seed(dice.next()))
        return try SyncResponder(
            resuming: node.replica, now: node.now(time), pageByteCount: dice.pick([300, 2_000, 1 << 20]),
            releaseInterval: 0
        ) { counts.next() }
    }

    private func add(
        _ name: String, _ role: Role, make: (String, SigningKey, Replica.Configuration) throws -> Replica
    ) throws {
        guard let key = SigningKey(seed: dice.bytes(SigningKey.seedByteCount)) else {
            preconditionFailure("a seed has 32 bytes")
        }
        let node = try Node(
            name, role, path: directory.file(name), key: key,
            configuration: InboxSchema.configuration.rolling(Seed(dice.next())), make: make)
        nodes.append(node)
        try acknowledgeTip(of: node)
    }

    /// A copy that belongs to nobody.
    func stranger(_ name: String) throws -> Replica {
        guard let key = SigningKey(seed: dice.bytes(SigningKey.seedByteCount)) else {
            preconditionFailure("a seed has 32 bytes")
        }
        return try Replica.create(
            at: directory.file(name), workspace: workspace, key: key, epoch: 1,
            configuration: InboxSchema.configuration.rolling(Seed(dice.next())))
    }

    // MARK: Running

    /// Lets one thing happen somewhere.
    ///
    /// - Throws: the ``Violation`` of a promise, or a failure that should not have been.
    package func step() throws {
        steps += 1
        let event = Event.any(&dice)
        let number = dice.number(0...nodes.count - 1)
        guard let (node, what) = try happen(event, at: number) else { return }
        try node.check(historyByCause)
        try note("\(node.name): \(what)", at: node)
    }

    /// Adds to the trace what happened at a node, and what state that left it in.
    func note(_ event: String, at node: Node) throws {
        let digest = try node.replica.digest()
        trace.add(event, digest)
        report("\(steps)  \(event)  \(Base32.text(digest.prefix(5)))")
    }

    /// Ends a device's process and begins another.
    func restart(_ node: Node, from image: DiskImage? = nil) throws {
        guard let number = nodes.firstIndex(where: { $0 === node }) else { return }
        errands[number] = nil
        guard relay?.number == number else { return try node.restart(from: image) }
        // Whatever holds the copy has to let go of it.
        relay?.responder = nil
        try node.restart(from: image)
        relay?.responder = try responder(for: node)
    }

    // MARK: Remembering

    /// A change was acknowledged to its author: it must be everywhere in the end.
    func remember(_ change: Change) {
        history.append(change)
        historyByCause[change.asCause] = change
    }

    /// A node stamped anew what had not left it: that is what it was told is safe, from now on.
    func rememberAnew(_ node: Node) throws {
        try node.replica.publish()
        let held = try holdings(of: node).filter { $0.replica == node.replica.id }
        let causes = Set(held.map(\.asCause))
        let byID = Dictionary(held.map { ($0.id, $0) }) { first, _ in first }
        history = history.map { change in
            change.replica == node.replica.id && !causes.contains(change.asCause) ? byID[change.id] ?? change : change
        }
        historyByCause = Dictionary(history.map { ($0.asCause, $0) }) { first, _ in first }
        acknowledged = acknowledged.filter { $0.replica != node.replica.id || causes.contains($0) }
        try acknowledgeTip(of: node)
    }

    /// The node was told that all it wrote so far is safe. A relay writes for nobody.
    func acknowledgeTip(of node: Node) throws {
        guard node.role != .relay else { return }
        let tip = try node.replica.frontier().first { $0.replica == node.replica.id }
        if let tip { acknowledged.insert(tip) }
    }
}
