import ChangeLog
import Inbox
import Simulation
import Testing

/// A relay that was put back to a time before it granted something.
struct RestoredRelayTests {
    private let world: OutboxWorld

    init() throws {
        world = try OutboxWorld(Seed(1))
        world.isTroubled = false
        try #require(world.gateways.count == 2)
    }

    /// The first message that the workspace ever sent: the other gateway has seen no grant that would tell it that this
    /// relay had a life before.
    @Test func `a gateway that never sent before does not send again what the relay forgot that it granted`() throws {
        let (maya, gateway, spare) = (world.people[0], world.gateways[0], world.gateways[1])
        let conversation = world.conversation(of: OutboxWorld.customers[0])
        try world.show(conversation, to: maya)
        try world.reply(in: conversation, by: maya, SendingTerms())
        try world.sync(maya)
        world.takePicture()
        try world.round(gateway)
        #expect(world.witness.received.count == 1)

        try world.restoreRelay()
        world.pass(60_000)
        try world.round(spare)
        #expect(world.witness.breaches.isEmpty)
        #expect(world.witness.received.count == 1)
    }
}
