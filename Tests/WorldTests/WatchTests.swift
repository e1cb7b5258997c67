import CRDT
import ChangeLog
import Inbox
import Storage
import TestSupport
import Testing

/// What somebody is told of, and that they are told once.
struct WatchTests {
    private let team: Team

    init() throws { team = try Team(in: TemporaryDirectory()) }

    /// Somebody who watches, from what there is now on.
    private func watcher(_ name: String) throws -> Watcher {
        try Watcher(team[name], from: nil, notice: 3_600_000, now: Int64(team.now))
    }

    /// All there is to tell.
    private func events(_ watcher: Watcher, now: Int64? = nil) throws -> [Event] {
        var events: [Event] = []
        while let notice = try watcher.next(now: now ?? Int64(team.now)) {
            events.append(notice.event)
            watcher.acknowledge(notice)
        }
        return events
    }

    // MARK: What is told

    @Test func `whoever it concerns is told what others do, and nobody what they did themselves`() throws {
        let conversation = try team.receive("Hello?").text
        try team.syncAll()
        let (leila, jonas) = (try watcher("leila"), try watcher("jonas"))
        try team.receive("Anybody there?")
        try team.write("jonas") { try $0.note(on: conversation, "@leila, please; and @jonas") }
        try team.write("jonas") { try $0.assign(conversation, to: $0.person("leila")) }
        try team.write("jonas") { try $0.escalate(conversation) }
        let lead = try team["jonas"].detail(try #require(try team["jonas"].cards().first).id).lead
        let id = try #require(lead).id.text
        for score in [60, 85, 90] as [Int64] {
            try team.write("jonas") { try $0.setLead(id, LeadPatch(score: .to(score))) }
            try team.syncAll()
        }
        let told = try events(leila)
        #expect(told.map(\.kind.rawValue).sorted() == ["assigned", "escalation", "hot-lead", "mention", "message"])
        #expect(told.filter { $0.kind != .message }.allSatisfy { $0.by == "jonas" && $0.customer == "anna" })
        #expect(told.first { $0.kind == .hotLead }?.score == 90)
        #expect(told.first { $0.kind == .message }?.text == "Anybody there?")
        #expect(try events(jonas).map(\.kind) == [.message])
        #expect(try events(leila) == [])
    }

    @Test func `whoever loses a conversation is told, be it taken or taken meanwhile`() throws {
        let conversation = try team.receive("Hello?").text
        try team.syncAll()
        try team.write("leila") { try $0.assign(conversation, to: $0.person(nil)) }
        try team.syncAll()
        let leila = try watcher("leila")
        try team.write("jonas") { try $0.assign(conversation, to: $0.person(nil)) }
        try team.syncAll()
        #expect(try events(leila).map { "\($0.kind) \($0.reason ?? "")" } == ["lost jonas"])
        // Neither knows of the other; jonas is later.
        try team.write("leila") { try $0.assign(conversation, to: $0.person(nil)) }
        try team.write("jonas") { try $0.assign(conversation, to: $0.person("maya")) }
        try team.syncAll()
        #expect(try events(leila).map { "\($0.kind) \($0.reason ?? "")" } == ["lost maya"])
    }

    @Test func `a reply that is held, that fails or that nobody knows of is told its author alone`() throws {
        func watch(_ counter: Counter, _ name: String) throws -> Watcher {
            try Watcher(counter.team[name], from: nil, notice: 3_600_000, now: Int64(counter.team.now))
        }
        func kinds(_ watcher: Watcher, _ counter: Counter) throws -> [Event] {
            try counter.team.syncAll()
            return try events(watcher, now: Int64(counter.team.now)).filter { $0.kind != .message }
        }
        let refusing = try Counter(#"{"answer":"refuse","code":131026}"#)
        let (maya, jonas) = (try watch(refusing, "maya"), try watch(refusing, "jonas"))
        let failed = try refusing.reply("Three are left.")
        try refusing.rounds(2)
        #expect(try kinds(maya, refusing).map(\.message) == [failed])
        #expect(try kinds(jonas, refusing) == [])

        let moved = try Counter()
        let author = try watch(moved, "maya")
        let held = try moved.reply("Two are left.", isOffline: true)
        try moved.asks("In green, I mean.")
        try moved.rounds(2)
        let told = try kinds(author, moved)
        #expect(told.map(\.kind) == [.held] && told.map(\.message) == [held])
        #expect(told.first?.reason == "conversation-moved")
    }

    @Test func `a window that closes soon is told once, and only while the customer waits`() throws {
        let anna = try team.receive("Hello?")
        try team.receive("Hello?", from: "ben")
        try team.syncAll()
        let watcher = try watcher("leila")
        let day: Int64 = 86_400_000
        #expect(try events(watcher) == [])
        let due = try #require(watcher.nextAlarm)
        #expect(due > Team.now + day - 3_700_000 && due < Team.now + day)
        try team.write("jonas") { try $0.close(anna.text, seen: nil) }
        try team.syncAll()
        #expect(try events(watcher, now: due - 1) == [])
        let told = try events(watcher, now: due + 60_000)
        #expect(told.map(\.kind) == [.windowClosing] && told.map(\.customer) == ["ben"])
        #expect(try events(watcher, now: due + 120_000) == [])
        // Another one goes on where this one was.
        let next = try Watcher(team["leila"], from: watcher.position, notice: 3_600_000, now: due + 120_000)
        #expect(try events(next, now: due + 180_000) == [])
    }

    // MARK: Once

    /// Whoever tells is killed again and again, before and after telling, while the team goes on.
    @Test(arguments: Seed.several(6))
    func `however often a watch is killed it misses nothing, and doubles only what was in flight`(seed: Seed) throws {
        let team = try Team(in: TemporaryDirectory(), seed: seed)
        var dice = Dice(seed)
        var watcher = try Watcher(team["leila"], from: nil, notice: 3_600_000, now: Int64(team.now))
        var saved = WatchPosition(watcher.position.bytes)
        var told: [String: Int] = [:]
        var expected = 0
        var kills = 0
        func tell() throws {
            while let notice = try watcher.next(now: Int64(team.now)) {
                saved = WatchPosition(notice.position.bytes)
                if dice.once(in: 7) {
                    kills += 1
                    return
                }
                if (told[notice.event.id] ?? 0) > 0 { #expect(notice.isAgain, "\(notice.event)") }
                told[notice.event.id, default: 0] += 1
                if dice.once(in: 7) {
                    kills += 1
                    return
                }
                watcher.acknowledge(notice)
            }
        }
        for round in 0..<60 {
            for number in 0..<dice.number(0...4) {
                try team.receive("\(round) \(number)", from: dice.pick(["anna", "ben", "cleo"]))
                expected += 1
            }
            if dice.once(in: 3), let card = try team["jonas"].cards().first {
                try team.write("jonas") { try $0.note(on: card.id.text, "@leila \(round)") }
                expected += 1
            }
            try team.syncAll()
            try tell()
            watcher = try Watcher(team["leila"], from: saved, notice: 3_600_000, now: Int64(team.now))
        }
        while told.count < expected {
            try tell()
            watcher = try Watcher(team["leila"], from: saved, notice: 3_600_000, now: Int64(team.now))
            if try watcher.next(now: Int64(team.now)) == nil { break }
        }
        #expect(told.count == expected)
        #expect(told.values.reduce(0) { $0 + $1 - 1 } <= kills)
    }
}
