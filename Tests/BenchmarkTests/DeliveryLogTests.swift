import ChangeLog
import Testing

@testable import Benchmark

struct DeliveryLogTests {
    private var load: RelayLoad {
        var load = RelayLoad()
        (load.replicas, load.rate, load.seconds) = (3, 2, 1)
        return load
    }

    private func written(_ index: Int, at sentAt: UInt64) -> WrittenChanges.Written {
        .init(index: index, sentAt: sentAt)
    }

    @Test func `a delivery counts once, however often it comes`() {
        var log = DeliveryLog(load)
        for now: UInt64 in [2_000_000, 9_000_000] { log.note(written(0, at: 1_000_000), at: 2, now: now) }
        #expect(log.count == 1)
        #expect(log.repeated == 1)
        #expect(log.latency.seconds(1_000) == 0.001)
    }

    @Test func `a change has spread when it has reached all, and took as long as the last`() {
        var log = DeliveryLog(load)
        for replica in 0..<3 {
            log.note(written(1, at: 0), at: replica, now: UInt64(3 - replica) * 1_000_000)
            log.note(written(0, at: 0), at: min(replica, 1), now: 5_000_000)
        }
        #expect(log.count == 5 && log.repeated == 1)
        #expect(log.spread.seconds(500) == 0.003)
        #expect(log.spread.seconds(1_000) == 0.003, "the other one has not reached all")
    }

    @Test func `a percentile is the least that so many do not exceed`() {
        let percentiles = Percentiles((1...1_000).reversed().map { UInt32($0) })
        #expect(percentiles.seconds(500) == 500 / 1e6)
        #expect(percentiles.seconds(990) == 990 / 1e6)
        #expect(percentiles.seconds(999) == 999 / 1e6)
        #expect(percentiles.seconds(1_000) == 1_000 / 1e6)
        #expect(Percentiles([7]).seconds(1) == 7 / 1e6)
        #expect(Percentiles([]).seconds(500) == 0)
    }

    @Test func `a run of changes is found by its chain, and others' changes are passed over`() throws {
        let changes = WrittenChanges()
        let (mine, other) = (replica(1), replica(2))
        changes.add(mine, 7, sentAt: 70)
        changes.add(mine, 8, sentAt: 80)
        #expect(changes.find(mine, from: 6, count: 3).map(\.index) == [0, 1])
        #expect(changes.find(mine, from: 8, count: 1).map(\.sentAt) == [80])
        #expect(changes.find(other, from: 7, count: 2).isEmpty)
    }

    private func replica(_ epoch: UInt64) -> ReplicaID {
        ReplicaID(device: RelayCast.follower(0).device, epoch: epoch)
    }
}
