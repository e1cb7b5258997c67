import ChangeLog
import Gateway
import Inbox
import Simulation
import Storage
import Sync
import TestSupport
import Testing

/// What a gateway takes for the relay's time where answers are slow, or its machine sleeps.
struct RelayTimeTests {
    private let world: OutboxWorld

    init() throws {
        world = try OutboxWorld(Seed(1))
        world.isTroubled = false
    }

    /// Time passes before the relay is asked, or after a sync.
    private struct SlowRelay: GatewayRelay {
        let world: OutboxWorld
        let line: RelayLine
        var beforeLease: UInt64 = 0
        var afterSync: UInt64 = 0

        func sync() throws {
            try line.sync()
            world.pass(afterSync)
        }

        func lease(_ scope: LeaseScope, givesBack: Bool) throws -> LeaseReply {
            world.pass(beforeLease)
            return try line.lease(scope, givesBack: givesBack)
        }
    }

    /// A round with a message under way that is not to go out for so many milliseconds.
    private func round(notBefore delay: Int64, _ change: (inout SlowRelay) -> Void) throws {
        let (maya, gateway) = (world.people[0], world.gateways[0])
        let conversation = world.conversation(of: OutboxWorld.customers[0])
        try world.show(conversation, to: maya)
        try world.reply(in: conversation, by: maya, SendingTerms(notBefore: Int64(world.now) + delay))
        try world.sync(maya)
        var relay = SlowRelay(world: world, line: RelayLine(world, gateway))
        change(&relay)
        let dispatcher = try Dispatcher(
            gateway.desk.replica, relay: relay, provider: ProviderLine(world, gateway),
            clock: world.gatewayClock(of: gateway.desk))
        _ = try dispatcher.round()
    }

    @Test func `a machine that slept in a sync renews its lease, and does not add the sleep to the new time`() throws {
        try round(notBefore: 60_000) { $0.afterSync = 45_000 }
        #expect(world.witness.received.isEmpty)
        world.pass(20_000)
        try world.round(world.gateways[0])
        #expect(world.witness.received.count == 1)
        #expect(world.witness.breaches.isEmpty)
    }

    @Test func `a relay that is reached slowly does not make the time run ahead`() throws {
        try round(notBefore: 35_000) { $0.beforeLease = 15_000 }
        #expect(world.witness.received.isEmpty)
        world.pass(20_000)
        try world.round(world.gateways[0])
        #expect(world.witness.received.count == 1)
        #expect(world.witness.breaches.isEmpty)
    }
}
