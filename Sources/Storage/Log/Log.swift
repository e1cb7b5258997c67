import CRDT
import ChangeLog
import GRDB

/// The log's tables within one transaction. Nothing it holds outlives the transaction.
final class Log {
    let database: Database
    let workspace: WorkspaceID
    let statements: Statements
    let branches: Branches
    let past: CausalPast
    let runs: Runs
    /// Whether changes of this device's own were written in this transaction.
    var hasWrittenOwn = false
    private var lastArrivalCheck: UInt64?
    /// What ``own()`` said; nil while nobody has asked.
    private(set) var ownIfAsked: ReplicaID?

    init(_ database: Database, workspace: WorkspaceID, statements cache: StatementCache) {
        (self.database, self.workspace) = (database, workspace)
        statements = Statements(cache, database)
        branches = Branches(statements)
        past = CausalPast(statements, branches: branches)
        runs = Runs(statements, branches: branches)
    }

    /// Writes back what was held; called once, before the transaction ends, and before anybody else reads the tables.
    func flush() throws {
        try runs.flush()
        try branches.flush()
    }

    // MARK: Finding

    /// The replica whose chain own changes go to: read here, for another process may have begun a new epoch.
    func own() throws -> ReplicaID {
        if let ownIfAsked { return ownIfAsked }
        let find = try statements("SELECT value FROM local WHERE key='replica'")
        defer { find.reset() }
        guard try find.step(), let own = ReplicaID(find.bytes(0)) else { throw StorageFailure.corrupt }
        ownIfAsked = own
        return own
    }

    /// From now on own changes go to another chain.
    func begin(_ replica: ReplicaID) throws {
        try LocalValues.set(.replica, .bytes(replica.bytes), in: database)
        ownIfAsked = replica
    }

    /// The branch that this replica's own changes go to; nil before the first.
    func ownBranch() throws -> Branch? { try branches.of(own()).first }

    /// Every branch of every chain of this device, in the order in which they came to be here.
    func ownBranches() throws -> [Branch] { try branches.of(own().device).filter { $0.number > 0 } }

    /// Where a change of that number and hash is held, in whichever branch.
    func place(of replica: ReplicaID, number: UInt64, isIt: (ChangeHash) -> Bool) throws -> LocalPlace? {
        for branch in try branches.of(replica) where branch.fork < number && number <= branch.number {
            let place = LocalPlace(branch: branch.id, number: number)
            if number == branch.number {
                if isIt(branch.hash) { return place }
            } else if let entry = try past.entry(at: place), isIt(entry.hash) {
                return place
            }
        }
        return nil
    }

    /// The change that a cause names, if it is here.
    func place(of cause: Cause) throws -> LocalPlace? {
        try place(of: cause.replica, number: cause.number) { $0.prefix.elementsEqual(cause.prefix) }
    }

    /// How a change held here is named on the wire.
    func cause(_ place: LocalPlace) throws -> Cause? {
        guard let branch = try branches.branch(place.branch), let entry = try past.entry(at: place) else { return nil }
        return Cause(replica: branch.replica, number: place.number, prefix: entry.hash.prefix)
    }

    /// The hash that the change at `place` is chained on. A chain starts from the workspace's id; the founding change,
    /// whose hash is that id, from nothing.
    func hash(before place: LocalPlace) throws -> ChangeHash {
        guard let branch = try branches.branch(place.branch) else { throw StorageFailure.corrupt }
        if let before = branch.place(before: place.number), before.number > 0 {
            guard let entry = try past.entry(at: before) else { throw StorageFailure.corrupt }
            return entry.hash
        }
        let isFounding = try past.entry(at: place)?.hash.bytes == workspace.bytes
        return isFounding ? .none : ChangeHash(unchecked: workspace.bytes)
    }

    /// A change held here.
    func change(at place: LocalPlace) throws -> Change { try runs.change(at: place, hashBefore: hash(before:)) }

    // MARK: Appending

    /// What a change does here.
    enum Effect: Int64 {
        /// Nothing, for ever: its stamp does not lie above its causes.
        case void = 0
        /// What it says.
        case counts = 1
        /// Nothing while a lower copy of it counts.
        case copy = 2
        /// Nothing as long as its author has no role that counts: cut off, or not admitted yet.
        case cut = 3
    }

    /// Appends a change to a branch: its row, bytes, causes and, now and then, the vector of its past.
    ///
    /// - Parameters:
    ///   - stamp: the change's own or, for a void one, that of the latest it has seen.
    ///   - received: milliseconds since 1970, by this device's clock.
    func append(
        _ change: Change, to branch: Branch, stamp: Stamp, causes: [LocalPlace], effect: Effect, received: UInt64
    ) throws -> LocalPlace {
        let place = branch.next
        var weight = branch.weight
        var past = branch.past
        for cause in causes {
            past.merge(try self.past.vector(at: cause))
            weight = max(weight, try self.weight(of: cause))
        }
        weight += UInt64(max(causes.count, 1))
        past.raise(to: place)
        if weight >= CausalPast.vectorDistance {
            weight = 0
            try store(past, at: place)
        }
        try insert(change, at: place, stamp: stamp, effect: effect, weight: weight, received: received)
        try runs.append(change.wire, at: place)
        for cause in causes { try insertCause(cause, of: place) }
        branch.advance(to: change.hash, stamp: stamp, weight: weight, past: past)
        for cause in causes { try cite(cause) }
        return place
    }

    private func weight(of place: LocalPlace) throws -> UInt64 {
        if let branch = try branches.branch(place.branch), branch.number == place.number { return branch.weight }
        return try past.entry(at: place)?.weight ?? 0
    }

    private func cite(_ place: LocalPlace) throws {
        guard let branch = try branches.branch(place.branch), branch.number <= place.number, !branch.isCited else {
            return
        }
        branch.isCited = true
    }

    private func insert(
        _ change: Change, at place: LocalPlace, stamp: Stamp, effect: Effect, weight: UInt64, received: UInt64
    ) throws {
        let insert = try statements(
            "INSERT INTO change(place, at, effect, id, hash, weight, received) VALUES(?1,?2,?3,?4,?5,?6,?7)")
        insert.bind(1, place.packed)
        insert.bind(2, stamp.packed)
        insert.bind(3, effect.rawValue)
        insert.bind(4, change.id.bytes)
        insert.bind(5, change.hash.bytes)
        insert.bind(6, weight)
        insert.bind(7, received)
        try insert.run()
    }

    func stamp(at place: LocalPlace) throws -> Stamp? {
        if let branch = try branches.branch(place.branch), branch.number == place.number { return branch.stamp }
        return try past.entry(at: place)?.stamp
    }

    /// Remembers that a change has something to say about a root, whether it has effect or not. Half of the root's id
    /// is enough to find it by.
    func note(_ root: RootID, at place: LocalPlace) throws {
        let insert = try statements("INSERT INTO touch(root, place) VALUES(?1,?2) ON CONFLICT DO NOTHING")
        insert.bind(1, Int64(bitPattern: root.high))
        insert.bind(2, place.packed)
        try insert.run()
    }

    /// The changes that mention a root, in a causal order.
    func places(mentioning root: RootID) throws -> [LocalPlace] {
        let read = try statements(
            "SELECT place FROM touch JOIN change USING(place) WHERE root=?1 ORDER BY change.at, place")
        defer { read.reset() }
        read.bind(1, Int64(bitPattern: root.high))
        var places: [LocalPlace] = []
        while try read.step() { places.append(LocalPlace(packed: read.unsigned(0))) }
        return places
    }

    func insertCause(_ cause: LocalPlace, of place: LocalPlace) throws {
        let insert = try statements("INSERT INTO cause(place, of) VALUES(?1,?2) ON CONFLICT DO NOTHING")
        insert.bind(1, place.packed)
        insert.bind(2, cause.packed)
        try insert.run()
    }

    /// The past of a branch's changes turned out to hold more.
    func learn(_ vector: CausalVector, in branch: Branch) throws {
        branch.learn(vector)
        let read = try statements("SELECT place, past FROM vector WHERE place > ?1 AND place <= ?2")
        read.bind(1, LocalPlace(branch: branch.id, number: branch.fork).packed)
        read.bind(2, branch.tip.packed)
        var stored: [(LocalPlace, CausalVector)] = []
        while try read.step() { stored.append((LocalPlace(packed: read.unsigned(0)), CausalVector(read.bytes(1)))) }
        read.reset()
        for (place, held) in stored {
            var past = held
            past.merge(vector)
            try store(past, at: place)
        }
    }

    private func store(_ vector: CausalVector, at place: LocalPlace) throws {
        let insert = try statements("INSERT OR REPLACE INTO vector(place, past) VALUES(?1,?2)")
        insert.bind(1, place.packed)
        insert.bind(2, vector.bytes)
        try insert.run()
    }

    // MARK: Sealing

    /// Stores a seal and gives the stretch it newly vouches for an arrival number.
    func seal(_ seal: Signature, at number: UInt64, of branch: Branch) throws {
        guard number > branch.sealed, number <= branch.number else { return }
        try runs.seal(seal, at: LocalPlace(branch: branch.id, number: number))
        try arrive(branch, through: number)
        branch.loose += number - branch.sealed
        branch.sealed = number
        try runs.pack(branch)
    }

    /// Gives the stretch of a branch after what was sealed before its number. Its check covers all that arrived up to it:
    /// two copies of one replica that go on differently soon have one number for two things, and by the check they are
    /// told apart even where they happen to agree on what has that number.
    private func arrive(_ branch: Branch, through number: UInt64) throws {
        let hash =
            try number == branch.number
            ? branch.hash : past.entry(at: LocalPlace(branch: branch.id, number: number))?.hash
        var content = ByteWriter()
        content.word(try lastArrivalCheck ?? readLastArrivalCheck())
        content.word(branch.sealed + 1)
        content.raw((hash ?? .none).bytes)
        let digest = Digest.of(content.bytes, domain: "nexus arrival", byteCount: 8)
        let check = digest.reduce(0) { $0 << 8 | UInt64($1) }
        let insert = try statements("INSERT INTO arrival(branch, first, last, sum) VALUES(?1,?2,?3,?4)")
        insert.bind(1, branch.id)
        insert.bind(2, branch.sealed + 1)
        insert.bind(3, number)
        insert.bind(4, Int64(bitPattern: check))
        try insert.run()
        lastArrivalCheck = check
    }

    private func readLastArrivalCheck() throws -> UInt64 {
        let read = try statements("SELECT sum FROM arrival ORDER BY number DESC LIMIT 1")
        defer { read.reset() }
        return try read.step() ? UInt64(bitPattern: read.integer(0)) : 0
    }
}
