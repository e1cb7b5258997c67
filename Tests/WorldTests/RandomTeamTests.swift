import CRDT
import ChangeLog
import Inbox
import Storage
import TestSupport
import Testing

/// A team at work, mostly without a network. Whatever happens, everyone ends up with the same inbox.
struct RandomTeamTests {
    private let directory = TemporaryDirectory()

    @Test(arguments: Seed.several(8))
    func `after all have synced, everyone holds and shows the same, and a further round moves nothing`(
        seed: Seed
    ) throws {
        let team = try Team(in: directory, seed: seed)
        var work = Work(team, seed: seed)
        for _ in 0..<160 { try work.step() }
        try team.syncAll()

        let digests = Set(try team.replicas.map { try $0.digest() })
        #expect(digests.count == 1)
        for name in team.names { #expect(try team.sync(name) == Moved(roundTrips: 1)) }
        let person = try team.person("jonas")
        let screens = try team.relay.replica.screens(for: person)
        for replica in team.replicas {
            #expect(try replica.counts().waiting == 0)
            let shown = try replica.screens(for: person)
            #expect(shown == screens)
            try replica.checkWords()
        }
        try checkRebuild(of: team, seed: seed, digests: digests, screens: screens)
    }

    /// A copy made from all deltas, in any order, is the same as those that heard of everything as it happened.
    private func checkRebuild(of team: Team, seed: Seed, digests: Set<[UInt8]>, screens: [String]) throws {
        var dice = Dice(seed)
        let copy = try team.stranger("copy")
        for delta in dice.shuffled(try Wire.everything(of: team.relay.replica)) {
            _ = try copy.append([delta], now: team.now)
        }
        #expect(try copy.counts().waiting == 0)
        #expect(digests == [try copy.digest()])
        #expect(try copy.screens(for: team.person("jonas")) == screens)
        try copy.checkWords()
    }
}

/// What a team does all day.
private struct Work {
    private let team: Team
    private var dice: Dice
    private var offline: Set<String> = []
    private var providerIDs: [String] = []

    init(_ team: Team, seed: Seed) {
        self.team = team
        dice = Dice(seed)
    }

    mutating func step() throws {
        // Several things may happen in one millisecond, also in the eyes of others.
        if dice.once(in: 4) { team.pass(dice.number(0...90_000)) }
        let name = dice.pick(team.names)
        switch dice.number(0...9) {
        case 0: if dice.once(in: 2) { offline.insert(name) } else { offline.remove(name) }
        case 1, 2: if !offline.contains(name) { try team.sync(name) }
        default: if name == "gateway" { try receive() } else { try act(name) }
        }
    }

    private mutating func receive() throws {
        // A provider tells some things twice, and some late.
        let providerID = providerIDs.isEmpty || !dice.once(in: 5) ? "p\(providerIDs.count)" : dice.pick(providerIDs)
        providerIDs.append(providerID)
        let customer = dice.pick(["anna", "ben", "carl", "dora"])
        let at = team.now - dice.number(0...UInt64(300_000))
        try team.receive("message of \(customer)", from: customer, providerID: customer + providerID, at: at)
    }

    private mutating func act(_ name: String) throws {
        let replica = team[name]
        let cards = try replica.cards()
        guard !cards.isEmpty else { return }
        let card = dice.pick(cards)
        if dice.once(in: 3) { try team.show(card.id, to: name) }
        let people = try replica.read { try People($0).all.map(\.id) }
        let (text, kind, labels) = (card.id.text, dice.number(0...13), dice.some(of: ["vip", "late", "refund"]))
        let assignee = dice.once(in: 4) ? nil : dice.pick(people)
        let patch = LeadPatch(
            name: dice.pick(["Anna", "Ben", nil]), status: dice.pick([.to("new"), .to("qualified"), .automatic, nil]),
            score: .to(Int64(dice.number(0...100))))
        try team.write(name) { writer in
            switch kind {
            case 0, 1, 2: _ = try writer.reply(to: text, with: "reply of \(name)", seen: nil)
            case 3: _ = try writer.note(on: text, "note of \(name)")
            case 4: _ = try writer.addLabels(labels, to: text)
            case 5: _ = try writer.removeLabels(labels, from: text)
            case 6: _ = try writer.assign(text, to: assignee)
            case 7: _ = try writer.close(text, seen: nil)
            case 8: _ = try writer.reopen(text)
            case 9: _ = try writer.escalate(text)
            case 10: _ = try writer.pauseAI(text)
            case 11: _ = try writer.resumeAI(text)
            case 12: _ = try writer.read(text, seen: nil)
            default: _ = try card.lead.map { try writer.setLead($0.id.text, patch) }
            }
        }
    }
}
