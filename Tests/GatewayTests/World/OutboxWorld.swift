import CRDT
import ChangeLog
import Gateway
import Inbox
import Simulation
import Storage
import Sync
import Synchronization
import TestSupport

/// A team, its customers, a relay, two gateways of one account, and a provider that one cannot rely on, in one process:
/// without a clock, a socket, or any chance but the seed's.
final class OutboxWorld {
    /// What can go wrong in this world; each world lacks some of it, so that the rest is met more often.
    enum Trouble: CaseIterable {
        case kills, cuts, sleeps, doubts, refusals, restores, gaps, secondGateway, revocations, offline, nights
    }

    static let customers = ["4915110000001", "4915110000002", "4915110000003"]
    let directory = TemporaryDirectory()
    let secret = [UInt8](repeating: 9, count: 32)
    let troubles: Set<Trouble>
    let plain: Replica.Configuration
    var dice: Dice
    /// When these worlds begin, in milliseconds since 1970.
    private static let start: UInt64 = 1_800_000_000_000
    private let clock = WorldClock(OutboxWorld.start)
    /// How far the provider's clock is off, in milliseconds.
    let providerSkew: Int64
    let relay: MemoryRelay
    var people: [Desk] = []
    var gateways: [GatewayDesk] = []
    var account = RootID(high: 0, low: 0)
    var witness = Witness()
    var tally = WorldTally()
    /// Whether anything goes wrong; in the end nothing does any more.
    var isTroubled = true
    /// How many rounds, and things that happen meanwhile, are under way within each other.
    var depth = 0
    var pendingEvents: [PendingEvent] = []
    /// The relay's files, as of the last backup.
    var picture: RelayPicture?
    /// Whether the relay's machine is about to be put back to its last backup.
    var isRestoreDue = false
    var knownRulings: Set<[Int64]> = []
    var providerMessages = 0
    /// What happened, a line each, for whoever looks into a failure.
    var story: [String] = []

    /// The right time, which is the relay's, in milliseconds since 1970.
    var now: UInt64 {
        get { clock.now }
        set { clock.now = newValue }
    }
    var ids: NaturalID { NaturalID(secret: secret) }
    var providerTime: Int64 { Int64(now) + providerSkew }
    var desks: [Desk] { people + gateways.map(\.desk) }

    init(_ seed: Seed) throws {
        var dice = Dice(seed)
        troubles = Set(Trouble.allCases.filter { _ in !dice.once(in: 3) })
        providerSkew = dice.number(-20_000...20_000)
        plain = InboxSchema.configuration.rolling(Seed(dice.next()))
        let founder = try Replica.found(
            at: directory.file("maya"), name: "Lantern & Loom", person: "maya", secret: secret, key: .of("maya"),
            now: clock.now, configuration: plain)
        relay = MemoryRelay(
            try Replica.create(
                at: directory.file("relay"), workspace: founder.workspace, key: .of("relay"), epoch: 1,
                configuration: plain), incarnation: 1)
        self.dice = dice
        people = [Desk("maya", path: directory.file("maya"), configuration: plain, skew: 0, replica: founder)]
        for (name, role) in [("jonas", Role.admin), ("leila", .agent), ("assistant", .assistant)] {
            people.append(try join(name, role, plain))
        }
        for name in ["gateway", "spare"] where name == "gateway" || troubles.contains(.secondGateway) {
            let wire = Tripwire()
            let configuration = Replica.Configuration(
                schema: plain.schema, projections: plain.projections + [wire], random: plain.random)
            gateways.append(GatewayDesk(try join(name, .gateway, configuration), wire: wire))
        }
        isTroubled = false
        try syncAll()
        for gateway in gateways {
            account = try write(gateway.desk) { [ids] in
                try $0.openChannel(.whatsapp, name: "Shop", account: "15550100", ids: ids)
            }
        }
        try addTemplate()
        try syncAll()
        for gateway in gateways { try start(gateway) }
        for customer in Self.customers { writes(customer, isEcho: false) }
        pass(900_000)
        try pickUpEvents()
        for _ in 1...2 { try syncAll() }
        isTroubled = true
    }

    /// Lets a device in.
    private func join(_ name: String, _ role: Role, _ configuration: Replica.Configuration) throws -> Desk {
        let invitation = try people[0].replica.invitation(role, oneTimeSeed: dice.bytes(32), secret: secret, now: now)
        let skew: Int64 = dice.once(in: 2) ? 0 : dice.number(-45_000...45_000)
        let replica = try Replica.join(
            at: directory.file(name), invitation: invitation, person: name, key: .of(name), now: now,
            configuration: configuration)
        return Desk(name, path: directory.file(name), configuration: configuration, skew: skew, replica: replica)
    }

    private func addTemplate() throws {
        let json = """
            {"name":"hello_again","language":"en_US","category":"UTILITY","status":"APPROVED",
            "components":[{"type":"BODY","text":"Hello again! Are you still there?"}]}
            """
        let template = try TemplateDefinition(json: Array(json.utf8))
        try write(people[0]) { [ids, account] in _ = try $0.take([template], of: account, ids: ids) }
    }

    // MARK: Steps

    func tell(_ line: String) { story.append("\(now - Self.start)  \(line)") }

    func pass(_ milliseconds: UInt64) { now += milliseconds }

    /// One command, at its own millisecond.
    @discardableResult
    func write<Result>(_ desk: Desk, _ command: (InboxWriter) throws -> Result) throws -> Result {
        now += 1
        return try desk.replica.transact(now: desk.clock(now)) { try command(InboxWriter($0)) }
    }

    func conversation(of customer: String) -> RootID { ids.conversation(account: account, customer: customer) }

    /// A new process on a gateway's copy.
    func start(_ gateway: GatewayDesk) throws {
        gateway.wire.disarm()
        let desk = gateway.desk
        gateway.dispatcher = try Dispatcher(
            desk.replica, relay: RelayLine(self, gateway), provider: ProviderLine(self, gateway),
            clock: gatewayClock(of: desk))
    }

    func gatewayClock(of desk: Desk) -> GatewayClock {
        let skew = desk.skew
        return GatewayClock(
            wall: { [clock] in UInt64(Int64(clock.now) + skew) }, running: { [clock] in clock.now })
    }

    /// The process is gone, and what it had in memory. Another one begins on the same file.
    func restart(_ gateway: GatewayDesk) throws {
        tell("\(gateway.name): another process")
        gateway.wire.disarm()
        let desk = gateway.desk
        desk.replica = try Replica.open(at: desk.path, key: .of(desk.name), configuration: desk.configuration)
        try start(gateway)
    }
}

/// The time in a world.
private final class WorldClock: Sendable {
    private let time: Mutex<UInt64>

    init(_ time: UInt64) { self.time = Mutex(time) }

    var now: UInt64 {
        get { time.withLock(\.self) }
        set { time.withLock { $0 = newValue } }
    }
}
