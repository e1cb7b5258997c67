import CRDT
import ChangeLog
import Inbox
import Storage
import TestSupport

/// A team with two channels and an assistant, which does all there is to do, mostly without a network.
struct BusyTeam {
    let team: Team
    private var dice: Dice
    private var offline: Set<String> = []
    /// What customers wrote.
    private var providerIDs: [(gateway: String, customer: String, id: String)] = []
    private static let labels = ["vip", "late", "refund"]
    private static let customers = ["anna", "ben", "carl", "dora", "emma", "finn"]

    init(_ team: Team, seed: Seed) throws {
        self.team = team
        dice = Dice(seed)
        try team.join("bot", as: .assistant)
        try team.join("messenger", as: .gateway)
        try team.syncAll()
        try team.write("messenger") { [ids = team.ids] in
            _ = try $0.openChannel(.messenger, name: "Page", account: "1784", ids: ids)
        }
    }

    mutating func step() throws {
        if dice.once(in: 4) { team.pass(dice.number(0...90_000)) }
        let name = dice.pick(team.names)
        switch dice.number(0...9) {
        case 0: if dice.once(in: 2) { offline.insert(name) } else { offline.remove(name) }
        case 1, 2: if !offline.contains(name) { try team.sync(name) }
        default:
            do {
                switch name {
                case "gateway", "messenger": try serve(name)
                case "bot": try assist()
                default: try act(name)
                }
            } catch InboxFailure.windowClosed(since: nil, _) {
                // A conversation that the business phone began: nobody may answer where nobody has asked.
            }
        }
    }

    // MARK: Gateways

    private mutating func serve(_ name: String) throws {
        if name == "gateway", dice.once(in: 3) { return try tell() }
        let earlier = providerIDs.filter { $0.gateway == name }
        let at = team.now - dice.number(0...UInt64(300_000))
        let channel: ChannelKind = name == "gateway" ? .whatsapp : .messenger
        if !earlier.isEmpty, dice.once(in: 3) {
            let message = dice.pick(earlier)
            let kind = dice.pick(["edit", "revocation", "reaction"])
            let text = kind == "edit" ? "message of \(message.customer) corrected" : kind == "reaction" ? "👍" : nil
            try team.bring(
                kind, text, about: message.id, from: message.customer,
                providerID: "\(name) \(kind) \(dice.number(0...20))", at: at, by: name, on: channel)
            return
        }
        let customer = dice.pick(Self.customers)
        let id = "\(name) \(customer) \(dice.number(0...30))"
        let isPhone = dice.once(in: 8)
        if !isPhone { providerIDs.append((name, customer, id)) }
        try team.bring(
            "text", "message of \(customer)", from: customer, sender: isPhone ? "phone" : "customer",
            providerID: isPhone ? "phone \(id)" : id, at: at, by: name, on: channel)
    }

    /// The provider tells of one of the replies that the gateway knows of.
    private mutating func tell() throws {
        let cards = try team["gateway"].cards().filter { $0.channel == "whatsapp" }
        guard !cards.isEmpty else { return }
        let card = dice.pick(cards)
        let replies = try team["gateway"].detail(card.id).messages.filter { $0.state == .queued || $0.state == .sent }
            .filter { $0.sender != .phone }
        guard !replies.isEmpty else { return }
        let event = dice.pick([DeliveryEvent.sent, .sent, .delivered, .read, .failed, .unknown])
        let at = team.now - dice.number(0...UInt64(120_000))
        try team.tell(event, of: dice.pick(replies).text, in: card.id, at: at)
    }

    // MARK: People and the assistant

    private mutating func assist() throws {
        let cards = try team["bot"].cards()
        guard !cards.isEmpty else { return }
        let id = dice.pick(cards).id
        let assignee = try team.person(dice.pick(["maya", "jonas", "leila"]))
        let (kind, number) = (dice.number(0...3), dice.next())
        try team.write("bot") { writer in
            switch kind {
            case 0: _ = try writer.assign(id.text, to: assignee)
            case 1: _ = try writer.escalate(id.text)
            default: _ = try writer.reply(to: id.text, with: "answer \(number)", seen: nil)
            }
        }
    }

    private mutating func act(_ name: String) throws {
        let cards = try team[name].cards()
        guard !cards.isEmpty else { return }
        let card = dice.pick(cards)
        if dice.once(in: 2) { try team.show(card.id, to: name) }
        let (text, labels, number) = (card.id.text, dice.some(of: Self.labels), dice.next())
        let assignee = dice.once(in: 4) ? nil : try team.person(dice.pick(["maya", "jonas", "leila"]))
        let patch = LeadPatch(
            email: dice.pick(["a@example.com", "b@example.org", nil]),
            status: dice.pick([.to("new"), .to("qualified"), nil]))
        let until: Int64? = dice.once(in: 4) ? nil : minute(dice.number(0...60))
        let kind = dice.number(0...15)
        try team.write(name) { writer in
            switch kind {
            case 0, 1: _ = try writer.reply(to: text, with: "reply \(number)", seen: nil)
            case 2: _ = try writer.note(on: text, "note of \(name)\(name == "jonas" ? " for @leila" : "")")
            case 3: _ = try writer.addLabels(labels, to: text)
            case 4: _ = try writer.removeLabels(labels, from: text)
            case 5, 6: _ = try writer.assign(text, to: assignee)
            case 7, 8: _ = try writer.close(text, seen: nil)
            case 9: _ = try writer.reopen(text)
            case 10: _ = try dice.once(in: 2) ? writer.escalate(text) : writer.takeOver(text)
            case 11: _ = try writer.pauseAI(text)
            case 12: _ = try writer.resumeAI(text)
            case 13: _ = try writer.read(text, seen: nil)
            case 14: _ = try writer.snooze(text, until: until, seen: nil)
            default: _ = try card.lead.map { try writer.setLead($0.id.text, patch) }
            }
        }
    }
}
