import CRDT
import ChangeLog
import Storage

/// What happens in one step. Each returns what to write down of it, without anything that differs between two runs of
/// one seed; nil when there was nothing to do.
extension World {
    /// - Returns: where it happened, and what.
    func happen(_ event: Event, at number: Int) throws -> (Node, String)? {
        let node = nodes[number]
        switch event {
        case .write: return try write(at: node).map { (node, $0) }
        case .show: return (node, try show(at: node))
        case .publish: return try publish(number).map { (node, $0) }
        case .forward: return try forward(from: number).map { (node, $0) }
        case .deliver: return try deliver(network.arrive(&dice))
        case .duplicate: return try deliver(network.arrive(&dice, leaving: true))
        case .lose: return network.lose(&dice) ? (node, "lost") : nil
        case .resend: return resend().map { (node, $0) }
        case .damage: return try damage()
        case .intrude: return (node, try intrude(at: node))
        case .ask: return try ask(number).map { (node, $0) }
        case .serve: return try serve()
        case .repeatRequest: return try serve(repeating: true)
        case .hear: return try hear()
        case .losePacket: return losePacket().map { (node, $0) }
        case .damagePacket: return damagePacket().map { (node, $0) }
        case .photograph: return photograph().map { (node, $0) }
        case .putBackRelay: return try putBackRelay()
        case .pass: return (node, pass())
        case .setClock:
            node.clock = .any(&dice)
            return (node, "clock at \(node.clock.reading(at: time))")
        case .wake: return (node, try wake(node))
        case .reopen: return (node, try reopen(node))
        case .kill: return try kill(node)
        case .interrupt: return try interrupt(node).map { (node, $0) }
        }
    }

    // MARK: People

    /// - Returns: nil where a relay has nobody to admit.
    private func write(at node: Node) throws -> String? {
        if let what = try admit(at: node) { return what }
        guard node.role != .relay else { return nil }
        let change = try node.replica.transact(now: node.now(time)) { try $0.commit(draft(at: node, in: $0)) }
        remember(change)
        try acknowledgeTip(of: node)
        try node.checkOwnWrites(of: change)
        if node.clock.isYearsBehind { tally.add(.wroteInThePast) }
        if !change.segments.allSatisfy({ node.tables.kind($0.kind)?.mayWrite($0, as: node.role) == true }) {
            tally.add(.forbiddenWrite)
        }
        if node.role != .owner, try node.replica.frontier().allSatisfy({ $0.replica == node.replica.id }) {
            tally.add(.wroteBeforeGrant)
        }
        return "wrote \(change.id.text) in \(change.segments.map(\.operations.count))"
    }

    private func draft(at node: Node, in transaction: Transaction) throws -> Draft {
        try Author(role: node.role, tables: node.tables, history: history).draft(in: transaction, &dice)
    }

    /// What a relay does or, in a world without one, the founder, who made all invitations.
    func admit(at node: Node) throws -> String? {
        guard try node.replica.admitJoiners(now: node.now(time)) else { return nil }
        tally.add(.admitted)
        try acknowledgeTip(of: node)
        return "admitted"
    }

    private func show(at node: Node) throws -> String {
        "showed \(try node.replica.markDisplayed(dice.pick(Author.targets).root))"
    }

    // MARK: Network

    /// Everyone gets what this device wrote since it last sent something, or a bit more.
    ///
    /// - Returns: nil if there is nothing new.
    func publish(_ number: Int) throws -> String? {
        let node = nodes[number]
        try node.replica.publish()
        guard try !node.replica.outgoing(after: node.sent, byteLimit: .max).deltas.isEmpty else { return nil }
        let after = dice.once(in: 4) ? dice.number(0...node.sent) : node.sent
        let outgoing = try node.replica.outgoing(after: after, byteLimit: .max)
        for receiver in nodes.indices where receiver != number {
            for delta in outgoing.deltas { network.send(delta, to: receiver) }
        }
        node.sent = outgoing.reach
        return "published from \(after) to \(outgoing.reach)"
    }

    /// What a relay does for a living, and any device may do.
    private func forward(from number: Int) throws -> String? {
        let receiver = dice.number(0...nodes.count - 1)
        guard receiver != number else { return nil }
        let known = dice.once(in: 2) ? try nodes[receiver].replica.frontier() : []
        let arrivals = try nodes[number].replica.arrivals(
            after: 0, excluding: nodes[receiver].replica.id, frontier: known, byteLimit: .max)
        for delta in arrivals.deltas { network.send(delta, to: receiver) }
        return "forwarded \(arrivals.changes) to \(nodes[receiver].name)"
    }

    /// - Parameter parcels: all for one receiver; nothing happens without any.
    @discardableResult
    func deliver(_ parcels: [Network.Parcel]) throws -> (Node, String)? {
        guard let first = parcels.first else { return nil }
        let node = nodes[first.receiver]
        let deltas = try parcels.map { try ReceivedDelta($0.bytes[...]).verified(in: workspace) }
        let before = try node.replica.counts()
        // As what a relay still has: `now` is the receiver's, and a killed process is all it has to survive.
        let verdicts = try node.replica.append(deltas, now: node.now(time), durability: .normal)
        // A copy that was put back may have heard of what it has forgotten.
        if try node.replica.settle(now: node.now(time)) != nil { try node.replica.publish() }
        let after = try node.replica.counts()
        for verdict in verdicts { try judge(verdict, at: node) }
        if after.waiting < before.waiting { tally.add(.releasedByArrival) }
        if verdicts.contains(where: { if case .waiting = $0 { true } else { false } }), after.applied > before.applied,
            verdicts.count == 1
        {
            tally.add(.partlyApplied)
        }
        return (node, "received \(verdicts)")
    }

    private func judge(_ verdict: Verdict, at node: Node) throws {
        switch verdict {
        case .stored(new: 0): tally.add(.duplicateDelivered)
        case .stored: break
        case .waiting(.gap): tally.add(.waitedForGap)
        case .waiting(.cause): tally.add(.waitedForCause)
        case .waiting(.early): tally.add(.waitedForTime)
        // Nothing here withholds a body.
        case .waiting(.body): throw Violation.foreignTaken(node: node.name, verdict)
        case .refused(let reason): throw Violation.honestRefused(node: node.name, reason)
        }
    }

    private func resend() -> String? {
        let count = network.resend()
        tally.add(.resent, times: count)
        return count > 0 ? "sent \(count) again" : nil
    }

    // MARK: Accidents and strangers

    private func damage() throws -> (Node, String)? {
        guard let (parcel, damage) = network.damaged(&dice) else { return nil }
        let node = nodes[parcel.receiver]
        // Nothing is appended: that there is no way from unverified bytes to a replica is for the types to say. But
        // parsing must neither trap nor believe.
        let rejection = try node.unchanged(by: "damaged bytes") { refusal(of: parcel.bytes) }
        guard let rejection else { throw Violation.damageBelieved(node: node.name) }
        tally.add(damage == .cut ? .truncationRefused : .corruptionRefused)
        return (node, "refused \(damage) as \(rejection)")
    }

    private func refusal(of bytes: [UInt8]) -> FormatRejection? {
        do throws(FormatRejection) {
            _ = try ReceivedDelta(bytes[...]).verified(in: workspace)
            return nil
        } catch {
            return error
        }
    }

    /// Somebody with a key of their own, whom nobody let in, writes to this workspace, or to another.
    private func intrude(at node: Node) throws -> String {
        guard let key = SigningKey(seed: dice.bytes(SigningKey.seedByteCount)) else {
            preconditionFailure("a seed has 32 bytes")
        }
        let isOurs = dice.once(in: 2)
        let target = isOurs ? workspace : WorkspaceID(unchecked: dice.bytes(WorkspaceID.byteCount))
        let bytes = try foreignDelta(of: key, to: target, now: node.now(time))
        // What is due may be let go by any append; that is not the stranger's doing.
        _ = try node.replica.append([], now: node.now(time))
        try node.unchanged(by: "a stranger") { try refuse(bytes, isOurs: isOurs, at: node) }
        return isOurs ? "refused a stranger" : "refused another workspace's"
    }

    private func foreignDelta(of key: SigningKey, to target: WorkspaceID, now: UInt64) throws -> [UInt8] {
        let replica = ReplicaID(device: key.device, epoch: dice.next())
        let place = Place(replica: replica, number: 1, previous: ChangeHash(unchecked: target.bytes))
        let label = Operation(field: 11, action: .add(.text("mine")))
        let segment = Segment(kind: 1, root: Author.targets[0].root, operations: [label])
        let change = try Change.authored(
            Draft(segments: [segment]), at: place, stamp: Stamp(milliseconds: now, counter: 0) ?? .zero, causes: [],
            seed: dice.bytes(16))
        return DeltaWriter.bytes(
            replica: replica, first: 1, previous: place.previous, wires: [change.wire],
            seal: Seal.sign(change.hash, in: target, with: key))
    }

    private func refuse(_ bytes: [UInt8], isOurs: Bool, at node: Node) throws {
        guard isOurs else {
            guard refusal(of: bytes) != nil else { throw Violation.damageBelieved(node: node.name) }
            return tally.add(.foreignRefused)
        }
        let delta = try ReceivedDelta(bytes[...]).verified(in: workspace)
        let verdicts = try node.replica.append([delta], now: node.now(time))
        guard verdicts == [.refused(.stranger)] else {
            throw Violation.foreignTaken(node: node.name, verdicts[0])
        }
        tally.add(.strangerRefused)
    }

    // MARK: Time

    private func pass() -> String {
        time += dice.pick([1, 1, 2, 20, 1000, 60_000, 240_000, 900_000])
        return "time \(time)"
    }

    func wake(_ node: Node) throws -> String {
        let before = try node.replica.counts()
        _ = try node.replica.append([], now: node.now(time))
        let after = try node.replica.counts()
        // Nothing came, so what went can only have been due.
        if after.waiting < before.waiting { tally.add(.releasedByTime) }
        return "woke, \(before.waiting) to \(after.waiting) waiting"
    }

    // MARK: Death

    private func reopen(_ node: Node) throws -> String {
        try node.unchanged(by: "opening again") { try restart(node) }
        tally.add(.reopened)
        return "reopened"
    }

    /// Somebody writes or receives something, and dies before anything else can be written.
    private func kill(_ writer: Node) throws -> (Node, String)? {
        let happened =
            dice.once(in: 2) ? try write(at: writer).map { (writer, $0) } : try deliver(network.arrive(&dice))
        guard let (node, what) = happened else { return nil }
        let image = node.diskImage()
        try node.unchanged(by: "being killed after a commit") { try restart(node, from: image) }
        tally.add(.killedAfterCommit)
        return (node, what + ", and was killed")
    }

    /// Dies with a change half written: nobody was told that it is safe, and nothing of it may be left.
    private func interrupt(_ node: Node) throws -> String? {
        guard node.role != .relay else { return nil }
        try node.unchanged(by: "being killed within a transaction") {
            var image: DiskImage?
            do {
                try node.replica.transact(now: node.now(time)) { transaction in
                    _ = try transaction.commit(draft(at: node, in: transaction))
                    image = node.diskImage()
                    throw Killed()
                }
            } catch is Killed {
                try restart(node, from: image)
            }
        }
        tally.add(.killedInTransaction)
        return "was killed while writing"
    }
}

/// Ends a transaction in its middle.
private struct Killed: Error {}
