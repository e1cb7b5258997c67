import CRDT
import ChangeLog
import Storage
import TestSupport
import Testing

/// Chains that fork: how it is proved to others, and how many branches are taken.
struct ForkTests {
    private let directory = TemporaryDirectory()
    private let now = Crew.now

    @Test func `a fork is proved by two deltas without a body, to anybody`() throws {
        let crew = try Crew(1, guests: ["forker"], in: directory)
        let informed = try crew.informedObserver("informed")
        var left = Hand(key: .of("forker"), workspace: crew.workspace)
        try left.write(
            Things.draft(Things.tag("shared")), stamp: stamp(1), causes: informed.frontier(), seed: bytes(1))
        var right = left.branching(after: 1)
        for number in 2...4 as ClosedRange<UInt8> {
            try left.write(Things.draft(Things.tag("a secret \(number)")), stamp: stamp(number), seed: bytes(number))
        }
        try right.write(Things.draft(Things.tag("another secret")), stamp: stamp(5), seed: bytes(5))
        for delta in try [left.delta(), right.delta(1..<2)] {
            #expect(try informed.append([delta], now: now + 10) != [.refused(.tooManyBranches)])
        }
        let fork = try #require(try informed.forks().first)
        #expect(fork.number == 1 && fork.replica == left.replica && fork.hash == left.changes[0].hash)
        #expect(fork.tips == [left, right].compactMap { $0.changes.last?.asCause }.sorted())
        #expect(!fork.isDeclared)
        let proof = try #require(fork.proof)
        for bytes in [proof.left, proof.right] {
            let delta = try ReceivedDelta(bytes[...]).verified(in: crew.workspace)
            #expect(delta.changes.allSatisfy { $0.segments.isEmpty })
            #expect(!String(decoding: bytes, as: UTF8.self).contains("secret"))
        }
        let shown = try #require(try ForkProof.check(proof.left, proof.right, in: crew.workspace))
        #expect(shown.replica == left.replica && shown.number == 2)
        #expect(shown.hashes == [left.changes[1].hash, right.changes[1].hash].sorted())
        // What is no proof.
        #expect(try ForkProof.check(proof.left, proof.left, in: crew.workspace) == nil)
        #expect(try ForkProof.check(proof.left, left.bytes(2..<4), in: crew.workspace) == nil)
        var forged = proof.right
        forged[forged.count - 70] ^= 1
        #expect(throws: FormatRejection.self) { try ForkProof.check(proof.left, forged, in: crew.workspace) }
        let elsewhere = WorkspaceID(unchecked: Array(repeating: 1, count: 32))
        #expect(throws: FormatRejection.notAuthentic) { try ForkProof.check(proof.left, proof.right, in: elsewhere) }
    }

    @Test func `a chain that forks at its start is proved too`() throws {
        let crew = try Crew(1, guests: ["forker"], in: directory)
        let observer = try crew.informedObserver()
        let causes = try observer.frontier()
        let hands = try (1...2 as ClosedRange<UInt8>).map { number in
            var hand = Hand(key: .of("forker"), workspace: crew.workspace)
            try hand.write(Things.draft(Things.tag("\(number)")), stamp: stamp(1), causes: causes, seed: bytes(number))
            return hand
        }
        for hand in hands { #expect(try observer.append([hand.delta()], now: now + 10) == [.stored(new: 1)]) }
        let forks = try observer.forks()
        #expect(forks.map(\.number) == [0])
        let proof = try #require(forks.first?.proof)
        #expect(try ForkProof.check(proof.left, proof.right, in: crew.workspace)?.number == 1)
    }

    /// Each honest device took other branches of its own accord, wrote, and so cites them.
    @Test(arguments: [false, true])
    func `a device that branches without end parts nobody, and takes a bounded place`(manyChains: Bool) throws {
        let crew = try Crew(3, guests: ["forker"], in: directory)
        let causes = try crew.founder.frontier()
        for (index, replica) in crew.replicas.enumerated() {
            var taken = 0
            for number in 0..<24 {
                let chain = manyChains ? UInt64(number / 8 + 1) : 1
                var hand = Hand(key: .of("forker"), workspace: crew.workspace, epoch: chain)
                let draft = Things.draft(Things.tag("\(index) \(number)"))
                try hand.write(draft, stamp: stamp(1), causes: causes, seed: bytes(UInt8(100 + index * 30 + number)))
                try hand.write(draft, stamp: stamp(2), seed: bytes(UInt8(10 + number)))
                if try replica.append([hand.delta()], now: now + 10) == [.stored(new: 2)] { taken += 1 }
            }
            #expect(taken == (manyChains ? 24 : 16))
            try replica.transact(now: now + 20) { _ = try $0.commit(Things.draft(Things.name("\(index)"))) }
        }
        for _ in 0..<4 { try Wire.join(crew.replicas, now: now + 30) }
        #expect(Set(try crew.replicas.map { try $0.digest() }).count == 1)
        for replica in crew.replicas {
            #expect(try replica.counts().waiting == 0)
            let branches = try replica.frontier().count { $0.replica.device == SigningKey.of("forker").device }
            #expect(branches == (manyChains ? 72 : 48))
            #expect(try replica.verify().isClean)
        }
        // What nobody rests on finds no room any more.
        var further = Hand(key: .of("forker"), workspace: crew.workspace)
        try further.write(Things.draft(Things.tag("more")), stamp: stamp(1), causes: causes, seed: bytes(255))
        let verdicts = try crew.replicas.map { try $0.append([further.delta()], now: now + 40) }
        if !manyChains { #expect(verdicts.allSatisfy { $0 == [.refused(.tooManyBranches)] }) }
    }

    private func stamp(_ later: UInt8) -> Stamp { Stamp(milliseconds: now + UInt64(later), counter: 0) ?? .last }
    private func bytes(_ value: UInt8) -> [UInt8] { Array(repeating: value, count: 16) }
}
