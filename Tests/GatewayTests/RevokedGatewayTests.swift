import ChangeLog
import Inbox
import Simulation
import Testing

/// A gateway that is cut off while its messages are on their way.
struct RevokedGatewayTests {
    private let world: OutboxWorld

    /// The first seed whose world has a second gateway.
    init() throws {
        world = try OutboxWorld(Seed(1))
        world.isTroubled = false
        try #require(world.gateways.count == 2)
    }

    /// What the gateway noted does not count any more, so nobody knows what came of it; but for what the provider tells.
    @Test func `what the relay granted to a gateway is not sent again, though an owner who did not know cuts it off`()
        throws
    {
        let (maya, gateway, spare) = (world.people[0], world.gateways[0], world.gateways[1])
        let conversation = world.conversation(of: OutboxWorld.customers[0])
        try world.show(conversation, to: maya)
        try world.reply(in: conversation, by: maya, SendingTerms())
        try world.sync(maya)
        try world.round(spare)
        #expect(world.witness.received.count == 1)
        try world.revoke(spare.desk, by: maya, .gatewayRevoked)
        try world.sync(maya)
        world.pass(60_000)
        try world.round(gateway)
        #expect(world.witness.breaches.isEmpty)
        #expect(world.witness.received.count == 1)
    }
}
