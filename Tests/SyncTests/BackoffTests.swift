import Sync
import TestSupport
import Testing

struct BackoffTests {
    @Test(arguments: Seed.several(5))
    func `waits double from a tenth of a second to half a minute, and lie in the upper half of their span`(seed: Seed) {
        var dice = Dice(seed)
        var backoff = Backoff()
        for span: UInt64 in [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000] {
            #expect((span / 2...span).contains(backoff.next(dice: dice.next())))
        }
        backoff.reset()
        #expect((50...100).contains(backoff.next(dice: .max)))
    }

    @Test(arguments: Seed.several(5))
    func `what the other side asks for is waited, up to five minutes, and up to half of it more`(seed: Seed) {
        var dice = Dice(seed)
        for (asked, least) in [(UInt64(7_000), UInt64(7_000)), (300_000, 300_000), (.max, 300_000)] {
            var backoff = Backoff()
            #expect((least...least * 3 / 2).contains(backoff.next(dice: dice.next(), asked: asked)))
        }
        var backoff = Backoff()
        for _ in 0..<9 { _ = backoff.next(dice: dice.next()) }
        #expect((15_000...30_000).contains(backoff.next(dice: dice.next(), asked: 1_000)), "it never waits less for it")
    }

    @Test func `two who lost the relay together do not come back together`() {
        var waits: Set<UInt64> = []
        var dice = Dice(Seed(1))
        for _ in 0..<100 {
            var backoff = Backoff()
            for _ in 0..<6 { _ = backoff.next(dice: dice.next()) }
            waits.insert(backoff.next(dice: dice.next()))
        }
        #expect(waits.count > 80)
    }
}
