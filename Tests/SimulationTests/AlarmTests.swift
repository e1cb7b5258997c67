import CRDT
import ChangeLog
import Inbox
import Storage
import Testing

@testable import Simulation

/// The alarms ring: what a life is checked for would be noticed if it happened.
struct AlarmTests {
    private let world: World
    private let founder: Node

    init() throws {
        world = try World(Seed(1), in: TemporaryDirectory())
        for _ in 0..<40 { try world.step() }
        founder = world.nodes[0]
    }

    @Test func `a disk put back to an earlier day is noticed at once`() throws {
        let yesterday = founder.diskImage()
        try write()
        #expect(throws: Violation.stateChanged(node: "founder", by: "a bad disk")) {
            try founder.unchanged(by: "a bad disk") { try founder.restart(from: yesterday) }
        }
    }

    @Test func `a change that was acknowledged and is gone is missed in the end`() throws {
        let yesterday = founder.diskImage()
        let change = try write()
        try founder.restart(from: yesterday)
        try world.heal()
        #expect(throws: Violation.lost(node: "founder", change.asCause)) { try world.checkHealed() }
    }

    @Test func `something that waits for ever is noticed`() throws {
        try world.heal()
        founder.clock = .right
        let ahead = world.time + 3_600_000
        world.remember(try founder.replica.transact(now: ahead) { try $0.commit(Draft()) })
        _ = try world.publish(0)
        for parcels in world.network.drain(&world.dice) { try world.deliver(parcels) }
        #expect(throws: Violation.stillWaiting(node: world.nodes[1].name, 1)) { try world.checkHealed() }
    }

    @Test func `tables that say something else than the changes mean are told apart from the model, fact by fact`()
        throws
    {
        let facts = try founder.replica.facts(world.schema)
        let change = try write()
        let later = try founder.replica.facts(world.schema)
        let name = FieldName("lead", Self.lead, "name")
        let difference = later.difference(from: facts)
        #expect(difference.contains("+ " + Fact.register(name, .text("x"), change.stamp).description))
        #expect(facts.difference(from: later).count == difference.count)
    }

    private static let lead = RootID(high: 9, low: 9)

    @discardableResult
    private func write() throws -> Change {
        let number = InboxSchema.lead.field(named: "name").number
        let operation = Operation(field: number, action: .write(.text("x")))
        let segment = Segment(kind: InboxSchema.lead.number, root: Self.lead, operations: [operation])
        let change = try founder.replica.transact(now: founder.now(world.time)) {
            try $0.commit(Draft(segments: [segment]))
        }
        world.remember(change)
        try world.acknowledgeTip(of: founder)
        return change
    }
}
