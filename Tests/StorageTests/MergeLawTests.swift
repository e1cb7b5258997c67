import ChangeLog
import Storage
import TestSupport
import Testing

/// The state tables follow the laws of the plain values, whatever the order in which changes come.
struct MergeLawTests {
    private let directory = TemporaryDirectory()

    @Test(arguments: Seed.several(24))
    func `the tables say what the plain values say, in any order of delivery`(seed: Seed) throws {
        var dice = Dice(seed)
        let world = try RandomWorld(dice.number(2...4), steps: 70, in: directory, seed: seed)
        let model = Model(world.changes, owner: world.crew.founder.id.device)

        let inOrder = try world.crew.observer("in order")
        for delta in world.deltas { try deliver([delta], to: inOrder) }
        let difference = try State.difference(of: inOrder, from: model.lines)
        #expect(difference == [])
        let digest = try inOrder.digest()

        for number in 0..<3 {
            let replica = try world.crew.observer("\(number) of any order")
            // Nothing is believed of a stranger, so the founder's word on who belongs comes first.
            try deliver(Array(world.deltas.prefix(1)), to: replica)
            var left = dice.shuffled(world.deltas.dropFirst() + dice.some(of: world.deltas))
            while !left.isEmpty {
                let count = min(left.count, dice.number(1...9))
                try deliver(Array(left.prefix(count)), to: replica)
                left.removeFirst(count)
            }
            #expect(try replica.counts().waiting == 0)
            let difference = try State.difference(of: replica, from: model.lines)
            #expect(difference == [])
            #expect(try replica.digest() == digest)
        }
    }

    @Test(arguments: Seed.several(6))
    func `all who wrote end up with the same digest, and a second round moves nothing`(seed: Seed) throws {
        let world = try RandomWorld(4, steps: 60, in: directory, seed: seed)
        let replicas = world.crew.replicas
        try Wire.join(replicas, now: Crew.now + 1000)
        try Wire.join(replicas, now: Crew.now + 1000)
        let digests = Set(try replicas.map { try $0.digest() })
        #expect(digests.count == 1)
        for replica in replicas {
            #expect(try Wire.carry(from: world.crew.founder, to: replica, now: Crew.now).isEmpty)
        }
    }

    private func deliver(_ deltas: [VerifiedDelta], to replica: Replica) throws {
        for verdict in try replica.append(deltas, now: Crew.now + 1000) {
            if case .refused = verdict { Issue.record("\(verdict)") }
        }
    }
}
