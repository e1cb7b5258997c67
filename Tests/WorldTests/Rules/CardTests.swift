import CRDT
import ChangeLog
import GRDB
import Inbox
import Storage
import TestSupport
import Testing

/// The inbox: what a card says, and which of them a filter finds.
struct CardTests {
    private let directory = TemporaryDirectory()

    /// Filters by chance, for everyone of the team, while things are going on and in the end, now and later.
    @Test(arguments: Seed.several(4))
    func `whatever filters are combined, the inbox finds, orders and counts what the conversations' screens say`(
        seed: Seed
    ) throws {
        let team = try Team(in: directory, seed: seed)
        var busy = try BusyTeam(team, seed: seed)
        var dice = Dice(Seed(seed.value &+ 1_000_000))
        for _ in 0..<3 {
            for _ in 0..<80 { try busy.step() }
            for name in ["maya", "jonas", "leila"] { try check(name, of: team, &dice) }
        }
        try team.syncAll()
        for name in ["maya", "jonas", "leila"] { try check(name, of: team, &dice) }
        #expect(Set(try team.replicas.map { try $0.digest() }).count == 1)
        try team["jonas"].rebuild()
        try check("jonas", of: team, &dice)
    }

    @Test func `what needs a person comes first, and of each kind the newest`() throws {
        let team = try Team(in: directory)
        let names = ["active", "closed", "escalated", "older"]
        let ids = Dictionary(uniqueKeysWithValues: try names.map { ($0, try team.receive("Hello", from: $0)) })
        try team.receive("Hello again", from: "active")
        try team.syncAll()
        try team.write("leila") { try $0.close(ids["closed"]?.text ?? "", seen: nil) }
        try team.write("leila") { try $0.escalate(ids["escalated"]?.text ?? "") }
        try team.syncAll()
        for name in ["maya", "jonas", "leila"] {
            let cards = try team[name].cards { $0.order = .need }
            #expect(cards.map(\.customer.name) == ["escalated", "active", "older", "closed"])
            #expect(try team[name].cards().map(\.customer.name) == ["active", "older", "escalated", "closed"])
        }
    }

    private func check(_ name: String, of team: Team, _ dice: inout Dice) throws {
        let person = try team.person(name)
        let replica = team[name]
        let now = dice.pick([Int64(clamping: team.now), minute(dice.number(0...90)), minute(60 * 24)])
        let naive = try NaiveInbox(of: replica, for: person, now: now)
        let everything = try replica.cards(now: now)
        let conversations = try replica.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM conversation") }
        #expect(everything.count == conversations)
        for _ in 0..<15 {
            let query = try self.query(for: team, now: now, &dice)
            let cards = try replica.read { try query.cards(in: $0, now: now) }
            let expected = naive.find(query)
            #expect(cards.map(\.id) == expected.map(\.detail.id), "\(name), \(now): \(query)")
            for (card, entry) in zip(cards, expected) { expect(card, toSay: entry) }
            let counts = try replica.read { try query.counts(in: $0, now: now) }
            #expect(NaiveInbox.Counts(counts) == naive.counts(query), "\(name), \(now): \(query)")
        }
    }

    private func expect(_ card: Card, toSay entry: NaiveInbox.Entry) {
        let detail = entry.detail
        #expect(card.preview == entry.preview)
        #expect(card.lastMessageAt == entry.lastAt)
        #expect(card.status == detail.status)
        #expect(card.unread == entry.unread)
        #expect(card.isDisplaced == entry.isDisplaced)
        #expect(card.assignee?.id == detail.assignee?.id)
        #expect(card.snoozedUntil == detail.snoozedUntil)
        #expect(card.labels == detail.labels)
        #expect(card.lead?.status == detail.lead?.status)
    }

    private func query(for team: Team, now: Int64, _ dice: inout Dice) throws -> InboxQuery {
        var query = InboxQuery()
        if dice.once(in: 3) { query.status = dice.pick(ConversationStatus.allCases) }
        if dice.once(in: 4) { query.channel = dice.pick(["whatsapp", "messenger"]) }
        if dice.once(in: 4) { query.leadStatus = dice.pick(["new", "qualified"]) }
        if dice.once(in: 4) {
            query.assignee = dice.once(in: 2) ? InboxQuery.Assignee.none : .person(try team.person("leila"))
        }
        if dice.once(in: 4) { query.since = minute(dice.number(-5...20)) }
        if dice.once(in: 4) { query.until = minute(dice.number(-5...20)) }
        if dice.once(in: 4) { query.search = dice.pick(["anna", "message", "note", "corr", "example.org", "absent"]) }
        if dice.once(in: 4) { query.label = dice.pick(["vip", "late"]) }
        query.unreadOnly = dice.once(in: 4)
        query.displacedOnly = dice.once(in: 6)
        if dice.once(in: 6) { query.mentioning = try team.person("leila") }
        query.isSnoozed = dice.pick([nil, nil, true, false])
        query.order = dice.pick(InboxQuery.Order.allCases)
        query.limit = dice.pick([0, 0, 3])
        return query
    }
}
