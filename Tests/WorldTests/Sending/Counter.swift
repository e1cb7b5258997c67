import CRDT
import ChangeLog
import Channels
import Gateway
import Inbox
import Storage
import Sync
import Synchronization
import TestSupport
import Testing

/// A team whose gateways have a provider: what customers receive is what counts.
final class Counter {
    let team: Team
    /// Carries the messages, as its script says.
    let provider: SimulatedChannel
    private let clock: CounterClock
    private var dispatcherByName: [String: Dispatcher] = [:]
    private var relayByName: [String: CounterRelay] = [:]
    private(set) var conversation = RootID(high: 0, low: 0)

    /// Anna has asked for a lamp, and everybody knows; people have her conversation on their screens.
    ///
    /// - Parameters:
    ///   - script: the provider's.
    ///   - window: the provider's, in milliseconds.
    init(_ script: String = "", window: Int64 = SimulatedProvider.standardWindow) throws {
        let clock = CounterClock(UInt64(Team.now))
        self.clock = clock
        let simulated = SimulatedProvider(try SimulatedScript(Array(script.utf8)), window: window)
        provider = SimulatedChannel(simulated) { clock.wall }
        team = try Team(in: TemporaryDirectory())
        try team.join("assistant", as: .assistant)
        conversation = try asks("Is the lamp in stock?")
        for name in team.names { try team.show(conversation, to: name) }
    }

    /// As commands take it.
    var id: String { conversation.text }

    // MARK: Customers

    /// A customer writes, to provider and gateway alike; everybody hears of it.
    @discardableResult
    func asks(_ text: String, from customer: String = "anna", at: UInt64? = nil) throws -> RootID {
        provider.withProvider { $0.noteCustomer(customer, wroteAt: Int64(at ?? team.now)) }
        let conversation = try team.receive(text, from: customer, at: at)
        try team.syncAll()
        return conversation
    }

    /// What customers have on their screens, in the order in which it came.
    var received: [String] { provider.withProvider { $0.received.map(\.text) } }
    /// How often the provider was asked.
    var requestCount: Int { provider.withProvider { $0.requestCount } }

    // MARK: People

    /// Somebody replies to what their screen shows, and syncs unless they are offline.
    @discardableResult
    func reply(
        _ text: String, by name: String = "maya", in conversation: RootID? = nil, terms: SendingTerms = SendingTerms(),
        isOffline: Bool = false
    ) throws -> ElementID {
        let id = (conversation ?? self.conversation).text
        let written = try team.write(name) { try $0.reply(to: id, with: text, seen: nil, terms: terms) }
        if !isOffline { try team.sync(name) }
        return written.message
    }

    /// Somebody looks at the conversation as it is at the relay, and does something about a message.
    func look<Result>(_ name: String = "maya", _ act: (InboxWriter) throws -> Result) throws {
        try team.sync(name)
        try team.show(conversation, to: name)
        _ = try team.write(name, act)
        try team.sync(name)
    }

    // MARK: Gateways

    /// One round of a gateway's; what the provider tells by then is taken in.
    @discardableResult
    func round(_ name: String = "gateway") throws -> Dispatcher.Report {
        clock.set(team.now)
        let report = try dispatcher(name).round()
        try takeIn(name)
        return report
    }

    /// As long as something goes out, six seconds apart.
    func rounds(_ count: Int = 8, _ name: String = "gateway") throws {
        for _ in 0..<count {
            _ = try round(name)
            team.pass(6_000)
        }
        try takeIn(name)
    }

    /// A gateway hears what the provider tells until now.
    func takeIn(_ name: String = "gateway") throws {
        clock.set(team.now)
        let now = clock.wall
        let events = provider.withProvider { $0.events(until: now) }
        _ = try EventIntake(team[name], clock: clock.gatewayClock).take(events)
        try team.sync(name)
    }

    /// What a gateway's process remembers is gone.
    func restart(_ name: String = "gateway") { dispatcherByName[name] = nil }

    /// What happens in between: done whenever that gateway syncs, before it does, with how often it has from now on.
    /// Of a round the first sync is to learn, and the second pushes what is bid for.
    func onSync(of name: String = "gateway", _ act: @escaping (Int) throws -> Void) throws {
        _ = try dispatcher(name)
        relayByName[name]?.watch(before: act)
    }

    /// The same after it has synced.
    func afterSync(of name: String = "gateway", _ act: @escaping (Int) throws -> Void) throws {
        _ = try dispatcher(name)
        relayByName[name]?.watch(after: act)
    }

    /// A gateway asks another provider from now on.
    func change(providerOf name: String = "gateway", to provider: any Provider) throws {
        let relay = CounterRelay(team, name, clock)
        relayByName[name] = relay
        dispatcherByName[name] = try Dispatcher(
            team[name], relay: relay, provider: provider, clock: clock.gatewayClock)
    }

    func dispatcher(_ name: String = "gateway") throws -> Dispatcher {
        if let held = dispatcherByName[name] { return held }
        try change(providerOf: name, to: provider)
        return try dispatcher(name)
    }

    /// A second gateway of the same account.
    func addGateway(_ name: String) throws {
        try team.join(name, as: .gateway)
        try team.syncAll()
        _ = try team.write(name) { [ids = team.ids] in
            try $0.openChannel(.whatsapp, name: "Shop", account: "15550100", ids: ids)
        }
        try team.syncAll()
    }

    // MARK: What shows

    /// What has become of a message, as its author's outbox shows it; all agree once all have synced.
    func outbox(_ message: ElementID, on name: String = "maya") throws -> OutboxItem {
        try team.syncAll()
        let items = try team.replicas.map { replica in
            try replica.read { try OutboxReader($0).item(message.text) }
        }
        #expect(Set(items.map(\.outbox)).count == 1)
        #expect(Set(items.map(\.unseen)).count == 1)
        return try team[name].read { try OutboxReader($0).item(message.text) }
    }

    /// Whether it is held, and why; nil if it is not.
    func holdReason(_ message: ElementID) throws -> OutboxReason? {
        let outbox = try outbox(message).outbox
        return outbox.state == .held ? outbox.reason : nil
    }

    func state(_ message: ElementID) throws -> DeliveryState { try outbox(message).outbox.state }

    /// Nothing was received twice, and every message accounts for itself, on every device.
    func checkAll() throws {
        let references = provider.withProvider { $0.received.compactMap(\.reference) }
        #expect(Set(references).count == references.count)
        try team.syncAll()
        for replica in team.replicas { #expect(try replica.read { try OutboxAudit($0) }.problems == []) }
        #expect(Set(try team.replicas.map { try $0.digest() }).count == 1)
    }
}

/// The time by which a gateway and its provider go.
final class CounterClock: Sendable {
    private let reading: Mutex<UInt64>

    init(_ now: UInt64) { reading = Mutex(now) }

    var wall: Int64 { Int64(clamping: reading.withLock(\.self)) }
    func set(_ now: UInt64) { reading.withLock { $0 = max($0, now) } }

    var gatewayClock: GatewayClock {
        let read: @Sendable () -> UInt64 = { self.reading.withLock(\.self) }
        return GatewayClock(wall: read, running: read)
    }
}

/// The team's relay, as one of its gateways asks it.
private final class CounterRelay: GatewayRelay {
    private let team: Team
    private let name: String
    private let clock: CounterClock
    private var count = 0
    private var before: (Int) throws -> Void = { _ in }
    private var after: (Int) throws -> Void = { _ in }

    init(_ team: Team, _ name: String, _ clock: CounterClock) {
        (self.team, self.name, self.clock) = (team, name, clock)
    }

    func watch(before: @escaping (Int) throws -> Void = { _ in }, after: @escaping (Int) throws -> Void = { _ in }) {
        (self.before, self.after, count) = (before, after, 0)
    }

    func sync() throws {
        count += 1
        let number = count
        try before(number)
        try team.sync(name)
        try after(number)
        clock.set(team.now)
    }

    func lease(_ scope: LeaseScope, givesBack: Bool) throws -> LeaseReply {
        let replica = team[name]
        let request = LeaseRequest(
            workspace: replica.workspace, replica: replica.id, scope: scope, givesBack: givesBack)
        let reply = try team.relay.lease(LeaseRequest(request.bytes), now: team.now)
        return try LeaseReply(reply.bytes)
    }
}
