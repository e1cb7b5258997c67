import CRDT
import ChangeLog
import Replication
import Storage
import Sync

/// Syncs with the relay, packet by packet: what real devices do over HTTP. Between any two packets anything may happen.
extension World {
    // MARK: Asking

    /// A device begins to sync. One that still waits for an answer gives it up: its connection is gone.
    ///
    /// - Returns: nil for the relay, and where there is none.
    func ask(_ number: Int) throws -> String? {
        guard let relay, number != relay.number else { return nil }
        let node = nodes[number]
        if errands.removeValue(forKey: number) != nil { tally.add(.syncGivenUp) }
        let requester = try SyncRequester(
            node.replica, clock: { [unowned self] in node.now(time) }, pullsFirst: dice.once(in: 4),
            pageByteCount: dice.pick(Self.pageByteCounts))
        return try go(on: Errand(requester: requester, ticket: 0), of: number) ?? "nothing to ask"
    }

    /// From pages that take a change or two to such that take everything.
    private static let pageByteCounts = [300, 2_000, PacketFormat.pageByteCount]

    /// Sends the next request, if there is any.
    ///
    /// - Returns: nil where the sync is done.
    private func go(on errand: Errand, of number: Int) throws -> String? {
        var errand = errand
        guard let request = try errand.requester.next() else {
            errands[number] = nil
            tally.add(.synced)
            return nil
        }
        // The relay may hear of all that was sealed for it.
        try acknowledgeTip(of: nodes[number])
        tickets += 1
        errand.ticket = tickets
        errands[number] = errand
        post.send(.init(device: number, ticket: tickets, body: request.body))
        return "asked \(tickets), with \(request.deltas.count) deltas"
    }

    // MARK: Answering

    /// The relay hears a request and answers.
    func serve(repeating: Bool = false) throws -> (Node, String)? {
        guard let number = relay?.number, let packet = post.takeRequest(&dice, leaving: repeating) else { return nil }
        if repeating { tally.add(.requestRepeated) }
        let node = nodes[number]
        guard let answer = try relay?.responder?.answer(SyncRequest(body: packet.body), now: node.now(time)) else {
            return nil
        }
        for verdict in answer.verdicts {
            if case .refused(let reason) = verdict, reason != .stranger {
                throw Violation.honestRefused(node: node.name, reason)
            }
        }
        if answer.cursor.arrival == 0, answer.frontier != nil { tally.add(.startedOver) }
        if answer.hasMore { tally.add(.pagedAnswer) }
        post.reply(.init(device: packet.device, ticket: packet.ticket, body: answer.body))
        return (node, "answered \(packet.ticket) with \(answer.deltas.count) deltas, \(answer.verdicts)")
    }

    /// A device hears the answer to what it asked last. To anything else nobody listens any more.
    func hear() throws -> (Node, String)? {
        guard let packet = post.takeAnswer(&dice) else { return nil }
        let node = nodes[packet.device]
        guard var errand = errands[packet.device], errand.ticket == packet.ticket else {
            tally.add(.answerUnheard)
            return (node, "did not hear answer \(packet.ticket)")
        }
        let answer = try SyncAnswer(body: packet.body)
        node.hear(time: answer.time)
        do {
            try errand.requester.receive(answer)
        } catch ReplicationFailure.refused(.stranger) {
            // Its grant has not come to the relay yet.
            errands[packet.device] = nil
            tally.add(.notLetInYet)
            return (node, "heard that nobody knows it")
        }
        if errand.requester.report.restamped > errand.restamped {
            errand.restamped = errand.requester.report.restamped
            tally.add(.restamped)
            try rememberAnew(node)
        }
        return (node, try go(on: errand, of: packet.device) ?? "is done")
    }

    // MARK: Accidents

    /// A packet comes mutilated. Whoever carries it notices that by its digest; taking it apart must not trap all the same.
    func damagePacket() -> String? {
        let packets = post.requests + post.answers
        guard !packets.isEmpty else { return nil }
        let body = dice.pick(packets).body
        let damaged = dice.pick(Network.Damage.allCases).done(to: body, &dice)
        let isRequest = (try? SyncRequest(body: damaged)) != nil
        let isAnswer = (try? SyncAnswer(body: damaged)) != nil
        tally.add(.packetDamaged)
        return "damaged a packet, to be read as a request: \(isRequest), as an answer: \(isAnswer)"
    }

    /// A packet is lost, and whoever waits for it has to give up.
    func losePacket() -> String? {
        if dice.once(in: 2) {
            guard let packet = post.takeRequest(&dice) else { return nil }
            tally.add(.requestLost)
            return "lost request \(packet.ticket)"
        }
        guard let packet = post.takeAnswer(&dice) else { return nil }
        tally.add(.answerLost)
        return "lost answer \(packet.ticket)"
    }

    /// Somebody keeps a backup of the relay's disk.
    func photograph() -> String? {
        guard let relay, relay.pictures.count < 4 else { return nil }
        self.relay?.pictures.append(nodes[relay.number].diskImage())
        return "kept a backup"
    }

    /// A backup of the relay's takes its place: it has forgotten what it told others since.
    func putBackRelay() throws -> (Node, String)? {
        guard let number = relay?.number, let pictures = relay?.pictures, !pictures.isEmpty else { return nil }
        let node = nodes[number]
        relay?.wasPutBack = true
        node.forget()
        try restart(node, from: dice.pick(pictures))
        tally.add(.relayPutBack)
        return (node, "was put back from a backup")
    }

    // MARK: Without accidents

    /// Everybody syncs until all hold the same: in so many rounds at the most.
    func syncEveryone() throws {
        post = Post()
        errands = [:]
        for _ in 0..<Self.roundLimit {
            for number in dice.shuffled(Array(nodes.indices)) { try sync(number) }
            if try Set(nodes.map { try $0.replica.frontier() }).count == 1 { return }
        }
        throw Violation.notSettled(from: "everybody", to: "the relay")
    }

    /// One brings what it wrote, one hears of all, and a joiner whose grant came after it takes a round more; so does whoever
    /// a relay that was put back asks for what it has forgotten.
    private static let roundLimit = 6

    private func sync(_ number: Int) throws {
        guard var what = try ask(number) else { return }
        while errands[number] != nil {
            try note("\(nodes[number].name): \(what)", at: nodes[number])
            guard try serve() != nil, let (_, heard) = try hear() else { break }
            what = heard
        }
    }
}
