import CRDT
import ChangeLog
import Inbox
import Storage
import TestSupport

/// Two conversations with their leads in a team: what people do to one of them is taken back.
struct Undoing {
    /// A command, by its name.
    struct Deed: Sendable {
        let name: String
        /// Whether taking it back for the second time brings it back.
        let comesBack: Bool
        let act: @Sendable (InboxWriter, Scene) throws -> ChangeID?

        init(
            _ name: String, comesBack: Bool = true, _ act: @escaping @Sendable (InboxWriter, Scene) throws -> ChangeID?
        ) {
            (self.name, self.comesBack, self.act) = (name, comesBack, act)
        }
    }

    /// What a command is about.
    struct Scene: Sendable {
        /// The conversation, as commands take it.
        let id: String
        /// Its lead.
        let lead: String
        /// Tells its customer from others.
        let number: Int
        let now: Int64
    }

    let team: Team
    private var customers = 0

    init() throws { team = try Team(in: TemporaryDirectory()) }

    /// A conversation that nobody has done anything about.
    mutating func scene() throws -> Scene { try scenes(1)[0] }

    /// Several such.
    mutating func scenes(_ count: Int) throws -> [Scene] {
        let ids = try (0..<count).map { number in
            try team.receive("Hello?", from: "customer\(customers + number)")
        }
        customers += count
        try team.syncAll()
        return try ids.enumerated().map { index, id in
            Scene(
                id: id.text, lead: try team["maya"].detail(id).lead?.id.text ?? "",
                number: customers - count + index, now: Team.now)
        }
    }

    /// - Returns: nil where there was nothing to change.
    @discardableResult
    func run(_ deed: Deed, by name: String, on scene: Scene) throws -> ChangeID? {
        try team.write(name) { try deed.act($0, scene) }
    }

    @discardableResult
    func undo(_ change: ChangeID? = nil, by name: String) throws -> Undo {
        try team.write(name) { try $0.undo(change?.text) }
    }

    /// All that people set there, as somebody's screens show it.
    func look(at scene: Scene, by name: String) throws -> [String] {
        let replica = team[name]
        let id = try replica.read { try RootLookup(scene.id, in: $0).id }
        let detail = try replica.detail(id, now: Int64(team.now))
        let messages = detail.messages.filter { !$0.isRevoked && $0.state != .cancelled }.map {
            "\($0.sender) \($0.text) \($0.state.map { "\($0)" } ?? "")"
        }
        let lead = detail.lead
        return [
            "status \(detail.status) \(detail.obstacle.map { "\($0)" } ?? "")",
            "ai \(detail.pause.map { "\($0)" } ?? "on")", "assignee \(detail.assignee?.name ?? "nobody")",
            "labels \(detail.labels)", "snoozed \(detail.snoozedUntil ?? 0)", "messages \(messages)",
            "lead \(lead?.name ?? "") \(lead?.email ?? "") \(lead?.phone ?? "") \(lead?.status ?? "")",
            "score \(lead?.score ?? -1) \(lead?.labels ?? []) \(lead?.interests ?? [])",
            "lead's \(lead?.assignee?.name ?? "nobody") \(lead?.summary ?? "") \(lead?.notes.map(\.text) ?? [])",
            "apart \(lead?.apart.count ?? 0)",
        ]
    }

    /// Everything that is done to a conversation or a lead by one command and can be taken back.
    static let deeds: [Deed] = [
        Deed("label") { try $0.addLabels(["urgent", "vip"], to: $1.id) },
        Deed("label remove") { try $0.removeLabels(["old"], from: $1.id) },
        Deed("assign") { try $0.assign($1.id, to: $0.person("maya")) },
        Deed("assign to nobody") { try $0.assign($1.id, to: nil) },
        Deed("take-over") { try $0.takeOver($1.id) },
        Deed("close") { try $0.close($1.id, seen: nil) },
        Deed("reopen") { try $0.reopen($1.id) },
        Deed("escalate") { try $0.escalate($1.id) },
        Deed("snooze") { try $0.snooze($1.id, until: $1.now + 3_600_000, seen: nil) },
        Deed("snooze off") { try $0.snooze($1.id, until: nil, seen: nil) },
        Deed("ai pause") { try $0.pauseAI($1.id) },
        Deed("ai resume") { try $0.resumeAI($1.id) },
        Deed("note", comesBack: false) { try $0.note(on: $1.id, "a word among us").change },
        Deed("reply") { try $0.reply(to: $1.id, with: "Here I am.", seen: nil).change },
        Deed("lead set") {
            var patch = LeadPatch(
                name: "Ana", email: "ana\($1.number)@example.org", phone: "+491511\(1_000_000 + $1.number)")
            (patch.status, patch.score) = (.to("qualified"), .to(77))
            (patch.newLabels, patch.newInterests, patch.summary) = (["vip"], ["lamps"], "Wants lamps.")
            patch.assignee = .to(try $0.person("jonas"))
            return try $0.setLead($1.lead, patch)
        },
        Deed("lead set back") {
            var patch = LeadPatch(name: "", score: .automatic)
            patch.oldLabels = ["kept"]
            return try $0.setLead($1.lead, patch)
        },
        Deed("lead note", comesBack: false) { try $0.noteLead($1.lead, "likes blue").change },
    ]

    /// Two of them at a time, those whose numbers are meant.
    static func pairs(_ areMeant: (Int, Int) -> Bool) -> [(mine: Deed, theirs: Deed)] {
        deeds.indices.flatMap { mine in
            deeds.indices.filter { areMeant(mine, $0) }.map { (mine: deeds[mine], theirs: deeds[$0]) }
        }
    }

    /// What a conversation may have been through before.
    static let histories: [Deed] = [
        Deed("nothing") { _, _ in nil },
        Deed("closed, labelled, snoozed") {
            _ = try $0.addLabels(["old", "urgent"], to: $1.id)
            _ = try $0.snooze($1.id, until: $1.now + 60_000_000, seen: nil)
            return try $0.close($1.id, seen: nil)
        },
        Deed("escalated and given away") {
            _ = try $0.escalate($1.id)
            return try $0.assign($1.id, to: $0.person("jonas"))
        },
        Deed("paused, with a profile") {
            _ = try $0.pauseAI($1.id)
            var patch = LeadPatch(name: "Anna", email: "a\($1.number)@example.org", score: .to(12))
            (patch.newLabels, patch.status) = (["kept"], .to("interested"))
            return try $0.setLead($1.lead, patch)
        },
        Deed("resumed and reopened") {
            _ = try $0.escalate($1.id)
            return try $0.resumeAI($1.id)
        },
    ]
}
