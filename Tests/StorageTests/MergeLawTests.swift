import ChangeLog
import GRDB
import Simulation
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
        let model = Model(CausalHistory(world.changes), schema: Things.schema, isCounted: Things.isCounted)

        let inOrder = try world.crew.observer("in order")
        for delta in world.deltas { try deliver([delta], to: inOrder) }
        let difference = try inOrder.facts(Things.schema).difference(from: model.facts)
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
            let difference = try replica.facts(Things.schema).difference(from: model.facts)
            #expect(difference == [])
            #expect(try replica.digest() == digest)
        }
    }

    @Test(arguments: Seed.several(6))
    func `all who wrote end up with the same digest, and one more round moves nothing`(seed: Seed) throws {
        let world = try RandomWorld(4, steps: 60, in: directory, seed: seed)
        let replicas = world.crew.replicas
        // What waits is not passed on: each round may set free what the next one carries.
        for _ in 0..<5 { try Wire.join(replicas, now: Crew.now + 1000) }
        let digests = Set(try replicas.map { try $0.digest() })
        #expect(digests.count == 1)
        for replica in replicas {
            #expect(try Wire.carry(from: world.crew.founder, to: replica, now: Crew.now).isEmpty)
        }
    }

    /// Else the laws above would hold for want of anything to break them.
    @Test func `the worlds hold branches, copies and void changes`() throws {
        var (branches, copies, voids) = (0, 0, 0)
        for seed in Seed.several(6) {
            let world = try RandomWorld(3, steps: 70, in: TemporaryDirectory(), seed: seed)
            let observer = try world.crew.observer()
            try deliver(world.deltas, to: observer)
            try observer.read { database in
                branches += try Int.fetchOne(database, sql: "SELECT count(*) FROM branch WHERE parent > 0") ?? 0
                copies += try Int.fetchOne(database, sql: "SELECT count(*) FROM change WHERE effect = 2") ?? 0
                voids += try Int.fetchOne(database, sql: "SELECT count(*) FROM change WHERE effect = 0") ?? 0
            }
        }
        #expect(branches > 5)
        #expect(copies > 5)
        #expect(voids > 5)
    }

    private func deliver(_ deltas: [VerifiedDelta], to replica: Replica) throws {
        for verdict in try replica.append(deltas, now: Crew.now + 1000) {
            if case .refused = verdict { Issue.record("\(verdict)") }
        }
    }
}
