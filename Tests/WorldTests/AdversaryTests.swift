import CRDT
import ChangeLog
import Foundation
import Inbox
import Storage
import TestSupport
import Testing

/// A member's real key in the hands of a changed program: the honest agree, lose nothing, and a report names the device.
struct AdversaryTests {
    private let directory = TemporaryDirectory()
    private let team: Team
    private let conversation: RootID
    private let leila: DeviceID

    init() throws {
        team = try Team(in: directory)
        conversation = try team.receive("Hello?")
        try team.syncAll()
        for number in 1...2 {
            try team.write("leila") { [conversation] in try $0.note(on: conversation.text, "note \(number)") }
        }
        try team.syncAll()
        leila = team["leila"].id.device
    }

    // MARK: Dating back

    @Test
    func `what is dated back past a revocation is quarantined by name wherever it is put, and the honest part stays`()
        throws
    {
        try team.revoke(leila, by: "jonas")
        let cut = try #require(try Wire.own(of: team["jonas"]).last?.stamp)
        var behind = try team.steal("leila")
        var fork = behind.branching(after: behind.changes.count - 1)
        let tip = try #require(behind.changes.last)
        var anew = Hand(key: behind.key, workspace: behind.workspace, epoch: 2)
        try behind.reply("behind the cut", to: conversation)
        try fork.reply("on a fork before it", to: conversation)
        let draft = Draft(segments: [.on(conversation, .reply("in a chain of its own"))])
        try anew.backdate("anew", draft, citing: [tip.asCause], floor: tip.stamp)
        try team.push(behind.last(1), fork.last(1), anew.last(1), by: behind.replica)
        try team.syncAll()
        for replica in team.replicas {
            let held = try replica.quarantine()
            #expect(Set(held.map(\.id)) == Set([behind, fork, anew].compactMap(\.changes.last?.id)))
            #expect(held.allSatisfy { $0.author?.name == "leila" && $0.reason == .revoked && $0.stamp < cut })
        }
        try team.expect(["Hello?", "note 1", "note 2"], in: conversation)
        try team.expectAgreement()
    }

    @Test func `what is dated back past a demotion counts as far as the new role may do all of it`() throws {
        let person = try team.person("leila")
        try team.govern("maya") { _ = try $0.setRole(of: person, to: .viewer) }
        var behind = try team.steal("leila")
        var fork = behind.branching(after: behind.changes.count - 1)
        try behind.reply("behind", to: conversation)
        try fork.reply("on a fork", to: conversation)
        let mixed = Draft(segments: [.on(conversation, .read, .reply("beside a mark"))])
        try fork.backdate("mixed", mixed)
        try team.push(behind.last(1), fork.last(2), by: behind.replica)
        try team.syncAll()
        for replica in team.replicas {
            #expect(try unread(on: replica, person) == 1)
            let held = try replica.quarantine()
            #expect(held.count == 3)
            #expect(held.allSatisfy { $0.author?.name == "leila" && $0.reason == .demoted })
        }
        try fork.backdate("mark", Draft(segments: [.on(conversation, .read)]))
        try team.push(fork.last(1), by: behind.replica)
        try team.syncAll()
        for replica in team.replicas {
            #expect(try unread(on: replica, person) == 0)
            #expect(try replica.quarantine().count == 3)
        }
        try team.expect(["Hello?", "note 1", "note 2"], in: conversation)
        try team.expectAgreement()
    }

    private func unread(on replica: Replica, _ person: ChangeID) throws -> Int {
        try replica.unread(conversation, for: person)
    }

    // MARK: Two histories

    @Test func `one thing said to one peer and another to a second is told by both to all, and proved to anybody`()
        throws
    {
        var left = try team.steal("leila")
        var right = left
        try left.reply("It is 10 euros", to: conversation)
        try right.reply("It is 20 euros", to: conversation)
        for (name, hand) in [("maya", left), ("jonas", right)] {
            let delta = try hand.delta(hand.changes.count - 1..<hand.changes.count)
            #expect(try team[name].append([delta], now: team.now) == [.stored(new: 1)])
            try team.write(name) { try $0.note(on: conversation.text, "note of \(name)") }
        }
        try team.syncAll()
        let texts = ["Hello?", "note 1", "note 2", "It is 10 euros", "It is 20 euros", "note of maya", "note of jonas"]
        try team.expect(texts, in: conversation)
        for replica in team.replicas {
            let fork = try #require(try replica.forks().first)
            #expect(try replica.forks().count == 1)
            #expect(fork.replica == left.replica && !fork.isDeclared)
            let proof = try #require(fork.proof)
            let shown = try #require(try ForkProof.check(proof.left, proof.right, in: left.workspace))
            #expect(shown.replica.device == leila && shown.number == left.changes.last?.number)
            #expect(shown.hashes == [left, right].compactMap(\.changes.last?.hash).sorted())
        }
        try team.expectAgreement()
    }

    @Test func `a device that was put back by accident says so itself, and nobody takes it for a liar`() throws {
        let (path, old) = (directory.file("leila"), team["leila"].id)
        let picture = ["", "-wal", ".head"].map { ($0, FileManager.default.contents(atPath: path + $0)) }
        try team.write("leila") { try $0.note(on: conversation.text, "here") }
        try team.sync("leila")
        _ = try team.steal("leila")
        for (end, contents) in picture { try #require(contents).write(to: URL(filePath: path + end)) }
        try? FileManager.default.removeItem(atPath: path + "-shm")
        let restored = try Replica.open(at: path, key: .of("leila"), configuration: InboxSchema.configuration)
        team.welcome("leila", restored)
        try team.write("leila") { try $0.note(on: conversation.text, "there") }
        try restored.publish()
        try team.syncAll()
        for replica in team.replicas {
            let fork = try #require(try replica.forks().first)
            #expect(fork.replica == old && fork.isDeclared)
        }
        try team.expect(["Hello?", "note 1", "note 2", "here", "there"], in: conversation)
        try team.expectAgreement()
    }

    // MARK: Too much

    @Test
    func `a flood of changes that wait and of branches takes a bounded place, names its device, and stops nobody`()
        throws
    {
        var flood = try team.steal("leila")
        let count = flood.changes.count
        var branches = (0..<20).map { _ in flood }
        for number in 0..<10_002 { try flood.backdate("\(number)", Draft()) }
        let pieces = [1..<5_001, 5_001..<10_001, 10_001..<10_002].map {
            flood.bytes(count + $0.lowerBound..<count + $0.upperBound)
        }
        let verdicts = try pieces.flatMap { try team.push($0, by: flood.replica) }
        #expect(verdicts == [.waiting(.gap), .waiting(.gap), .refused(.tooMuchWaiting)])
        for number in branches.indices { try branches[number].reply("branch \(number)", to: conversation) }
        let taken = try branches.flatMap { try team.push($0.last(1), by: flood.replica) }
        #expect(taken.count { $0 == .stored(new: 1) } == 16)
        #expect(taken.count { $0 == .refused(.tooManyBranches) } == 4)
        for name in ["maya", "jonas"] { try team.write(name) { try $0.note(on: conversation.text, "note of \(name)") } }
        try team.syncAll()
        let waiting = try team.relay.replica.waiting()
        #expect(waiting.count == 2 && waiting.allSatisfy { $0.replica == flood.replica })
        #expect(waiting.map(\.changes).reduce(0, +) == 10_000)
        for replica in team.replicas {
            let texts = try replica.detail(conversation).messages.map(\.text)
            #expect(Set(texts).isSuperset(of: ["note 1", "note 2", "note of maya", "note of jonas"]))
            #expect(try replica.forks().allSatisfy { $0.replica == flood.replica && !$0.isDeclared })
        }
        #expect(Set(try team.replicas.map { try $0.digest() }).count == 1)
    }

    // MARK: Somewhere else

    @Test func `what a device wrote in one workspace is taken nowhere in another, though the key is the same`() throws {
        let other = try Replica.found(
            at: directory.file("other"), name: "Other", person: "leila", secret: team.secret, key: .of("leila"),
            now: team.now, configuration: InboxSchema.configuration)
        try other.transact(now: team.now) {
            _ = try $0.commit(Draft(segments: [.on(conversation, .reply("from elsewhere"))]))
        }
        let written = try Wire.own(of: other)
        let seal = try #require(try Wire.everything(of: other).last?.seal)
        let own = try team.steal("leila")
        let tip = try #require(own.changes.last)
        let digests = try team.replicas.map { try $0.digest() }
        // As it is, and as if it went on the chain that the device has here.
        let asItIs = try other.outgoing(after: 0, byteLimit: .max).deltas
        let transplanted = DeltaWriter.bytes(
            replica: own.replica, first: tip.number + 1, previous: tip.hash, wires: written.suffix(1).map(\.wire),
            seal: seal)
        for bytes in asItIs + [transplanted] {
            #expect(try team.push(bytes, by: own.replica) == [.refused(.malformed)])
        }
        _ = try other.exportBundle(to: directory.file("bundle"))
        for replica in team.replicas {
            #expect(throws: BundleFailure.otherWorkspace(other.workspace)) {
                try replica.importBundle(from: directory.file("bundle"), now: team.now)
            }
        }
        #expect(try team.replicas.map { try $0.digest() } == digests)
        try team.expectAgreement()
    }
}
