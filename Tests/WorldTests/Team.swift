import CRDT
import ChangeLog
import GRDB
import Inbox
import Storage
import TestSupport
import Testing

/// People, a gateway and a relay, each with a replica, in one directory. Nothing moves between them but by a sync.
final class Team {
    /// When these stories begin, in milliseconds since 1970; screens are drawn as of then, unless told otherwise.
    static let now: Int64 = 1_800_000_000_000
    /// Milliseconds since 1970; every step takes one.
    private(set) var now = UInt64(Team.now)
    let relay: MemoryRelay
    let secret = [UInt8](repeating: 9, count: 32)
    private(set) var names: [String] = []
    private(set) var replicaByName: [String: Replica] = [:]
    private var channel = RootID(high: 0, low: 0)
    private var messages = 0
    let directory: TemporaryDirectory
    let configuration: Replica.Configuration
    private var dice: Dice

    var ids: NaturalID { NaturalID(secret: secret) }
    /// Everyone's, and the relay's.
    var replicas: [Replica] { names.compactMap { replicaByName[$0] } + [relay.replica] }

    /// - Parameter people: the first founds the workspace, the second is an admin, the others are agents.
    init(_ people: [String] = ["maya", "jonas", "leila"], in directory: TemporaryDirectory, seed: Seed = Seed(1)) throws
    {
        self.directory = directory
        configuration = InboxSchema.configuration.rolling(seed)
        dice = Dice(seed)
        let founder = try Replica.found(
            at: directory.file(people[0]), name: "Lantern & Loom", person: people[0], secret: secret,
            key: .of(people[0]), now: now, configuration: configuration)
        relay = MemoryRelay(
            try Replica.create(
                at: directory.file("relay"), workspace: founder.workspace, key: .of("relay"), epoch: 1,
                configuration: configuration), incarnation: 1)
        names = [people[0]]
        replicaByName[people[0]] = founder
        for (number, name) in people.enumerated().dropFirst() { try join(name, as: number == 1 ? .admin : .agent) }
        try join("gateway", as: .gateway)
        try syncAll()
        channel = try write("gateway") { [ids] in
            try $0.openChannel(.whatsapp, name: "Shop", account: "15550100", ids: ids)
        }
        try syncAll()
    }

    /// Lets a device in; what it writes is there for others with its first sync.
    func join(_ name: String, as role: Role) throws {
        let invitation = try self[names[0]].invitation(role, oneTimeSeed: dice.bytes(32), secret: secret, now: now)
        replicaByName[name] = try Replica.join(
            at: directory.file(name), invitation: invitation, person: name, key: .of(name), now: now,
            configuration: configuration)
        names.append(name)
    }

    subscript(name: String) -> Replica {
        guard let replica = replicaByName[name] else { preconditionFailure("nobody is called \(name)") }
        return replica
    }

    func person(_ name: String) throws -> ChangeID {
        guard let member = try self[name].member(self[name].id.device) else { throw StorageFailure.notAMember }
        return member.person
    }

    /// An empty copy of the workspace for somebody who never writes.
    func stranger(_ name: String, file: String? = nil) throws -> Replica {
        try Replica.create(
            at: directory.file(file ?? name), workspace: self[names[0]].workspace, key: .of(name), epoch: 1,
            configuration: configuration)
    }

    // MARK: Steps

    func pass(_ milliseconds: UInt64) { now += milliseconds }

    /// One command of one person's, at its own millisecond.
    @discardableResult
    func write<Result>(_ name: String, _ command: (InboxWriter) throws -> Result) throws -> Result {
        now += 1
        return try self[name].transact(now: now) { try command(InboxWriter($0)) }
    }

    @discardableResult
    func sync(_ name: String) throws -> Moved {
        now += 1
        return try self[name].sync(with: relay, now: now)
    }

    /// Somebody cuts a device off where they know its chains to end.
    func revoke(_ device: DeviceID, by name: String) throws {
        let tips = try self[name].frontier().filter { $0.replica.device == device }.sorted()
        now += 1
        _ = try self[name].transact(now: now) {
            try $0.commit(Draft(acts: [.revoke(device: device, upTo: tips)]))
        }
    }

    /// One change of somebody's about who belongs.
    @discardableResult
    func govern<Result>(_ name: String, _ act: (Transaction) throws -> Result) throws -> Result {
        now += 1
        return try self[name].transact(now: now, act)
    }

    /// Takes in a device that was made outside, by an own grant or an invitation.
    func welcome(_ name: String, _ replica: Replica) {
        names.append(name)
        replicaByName[name] = replica
    }

    /// Somebody's device is in other hands now: its copy is gone, and whoever has the key goes on with a program of
    /// their own.
    func steal(_ name: String) throws -> Hand {
        let replica = self[name]
        let changes = try Wire.own(of: replica)
        names.removeAll { $0 == name }
        replicaByName[name] = nil
        return Hand(continuing: changes, key: .of(name), workspace: replica.workspace, epoch: replica.id.epoch)
    }

    /// Twice round, so that the first hears of the last one's too.
    func syncAll() throws { for name in names + names { try sync(name) } }

    /// A customer's message reaches the gateway, which may be offline.
    ///
    /// - Returns: the conversation.
    @discardableResult
    func receive(_ text: String, from customer: String = "anna", providerID: String? = nil, at: UInt64? = nil) throws
        -> RootID
    {
        messages += 1
        let time = Instant.text(milliseconds: Int64(at ?? now))
        let line = """
            {"channel": "whatsapp", "from": {"id": "\(customer)", "name": "\(customer)"},
            "providerId": "\(providerID ?? "wamid.\(messages)")", "at": "\(time)", "kind": "text", "text": "\(text)"}
            """
        let message = try InboundMessage(line: Array(line.utf8))
        _ = try write("gateway") { [ids] in try $0.receive(message, ids: ids) }
        return ids.conversation(account: channel, customer: customer)
    }

    /// The screen of a conversation is drawn.
    @discardableResult
    func show(_ conversation: RootID, to name: String) throws -> String { try self[name].markDisplayed(conversation) }
}

extension Replica {
    /// A conversation as its screen shows it here.
    func detail(_ conversation: RootID, now: Int64 = Team.now) throws -> ConversationDetail {
        try read { try ConversationReader($0, now: now).conversation(conversation.text) }
    }

    /// The inbox as the person of this replica sees it.
    func cards(_ change: (inout InboxQuery) -> Void = { _ in }, now: Int64 = Team.now) throws -> [Card] {
        var query = InboxQuery()
        query.limit = 0
        change(&query)
        return try read { try query.cards(in: $0, now: now) }
    }

    /// How many messages a person has not read, as any replica can tell; the person's own tells it on the card.
    func unread(_ conversation: RootID, for person: ChangeID) throws -> Int {
        let count = try read { try UnreadCount($0, person: person).count(in: conversation) }
        if try member(id.device)?.person == person {
            #expect(try cards().first { $0.id == conversation }?.unread == count)
        }
        return count
    }

    /// All that the screens of this replica show to one person, for comparison.
    func screens(for person: ChangeID) throws -> [String] {
        let cards = try cards().sorted { $0.id < $1.id }
        let details = try cards.map { try detail($0.id) }
        var query = LeadQuery()
        query.limit = 0
        let leads = try read { try query.leads(in: $0) }
        let lines = try cards.map { card in
            """
            \(card.id) \(card.customer) \(card.channel ?? "") \(card.preview) \(card.lastMessageAt ?? 0) \(card.status)
            \(card.lead.map { "\($0)" } ?? "") \(card.assignee?.name ?? "") \(card.snoozedUntil ?? 0) \(card.labels)
            \(try unread(card.id, for: person))
            """
        }
        return lines + details.map { "\($0)" } + leads.map { "\($0)" }
    }

    /// Fails if the index of words is not what the messages say.
    func checkWords() throws {
        try writeLocal { try $0.execute(sql: "INSERT INTO words(words, rank) VALUES('integrity-check', 1)") }
    }
}
