import Foundation
import Inbox

@testable import CLI

/// Holds every screen of imported conversations against what their lines say.
struct ScreenCheck {
    private let workspace: ImportedWorkspace
    private let conversationByName: [String: NaiveConversation]
    private let leads: [[String]: NaiveLead]
    /// What is wrong, in words.
    private(set) var faults: [String] = []

    /// How wide the terminals are on which everything is drawn, in turn.
    private static let widths = [100, 80, 40, 21]

    init(_ lines: [[UInt8]]) throws {
        workspace = try ImportedWorkspace(lines)
        let conversations = try lines.map(NaiveConversation.init)
        conversationByName = Dictionary(conversations.map { ($0.id, $0) }) { first, _ in first }
        leads = NaiveLead.all(in: conversations)
        try checkInbox()
        try checkConversations()
        try checkLeads()
        try checkCounts()
        try checkFilters()
        try checkSearch()
    }

    private mutating func note(_ fault: String?, of name: String) {
        if let fault { faults.append("\(name): \(fault)") }
    }

    private mutating func check(_ lines: [String], of name: String, width: Int) {
        for line in lines {
            note(NaiveScreen.fault(in: line, width: width), of: name)
            let columns = TerminalText.width(line)
            if columns > width { note("\(columns) columns by our own count: \(line)", of: name) }
        }
    }

    // MARK: The inbox

    private mutating func checkInbox() throws {
        let cards = try workspace.cards()
        note(Difference.first(conversationByName.count, cards.count), of: "how many cards")
        for card in cards {
            let name = workspace.name(of: card)
            guard let conversation = conversationByName[name], let lead = leads[conversation.person] else {
                note("a card of nobody's", of: name)
                continue
            }
            note(Difference.first(conversation.card(of: lead), try workspace.json(card)), of: name)
        }
        let times = cards.map { $0.lastMessageAt ?? .min }
        if times != times.sorted(by: >) { note("not the newest first", of: "the inbox") }
        for width in Self.widths { check(InboxScreen(width: width).lines(of: cards), of: "the inbox", width: width) }
    }

    private mutating func checkFilters() throws {
        let all = conversationByName.values
        let middle = all.compactMap(\.lastTime).sorted().dropFirst(all.count / 2).first
        var filters: [(String, (inout InboxQuery) -> Void, (NaiveConversation) -> Bool)] = [
            ("active", { $0.status = .active }, { $0.status == "active" }),
            ("closed", { $0.status = .closed }, { $0.status == "closed" }),
            ("unread", { $0.unreadOnly = true }, { _ in false }),
            ("on IRC", { $0.channel = "irc" }, { $0.channel == "irc" }),
        ]
        for label in Set(all.flatMap(\.labels)).sorted().prefix(20) {
            filters.append(("label \(label)", { $0.label = label }, { $0.labels.contains(label) }))
        }
        if let middle {
            let time = Instant.parse(middle)
            filters.append(("since \(middle)", { $0.since = time }, { $0.lastTime ?? "" >= middle }))
        }
        for (name, apply, holds) in filters {
            var query = InboxQuery()
            apply(&query)
            let shown = try workspace.cards(query).map(workspace.name).sorted()
            note(Difference.first(all.filter(holds).map(\.id).sorted(), shown), of: name)
        }
    }

    private mutating func checkSearch() throws {
        let search = NaiveSearch(conversationByName.values.sorted { $0.id < $1.id })
        for word in search.words {
            var query = InboxQuery()
            query.search = word
            let shown = try workspace.cards(query).map(workspace.name).sorted()
            let expected = search.ids(with: word) { leads[$0.person]?.name as? String ?? "" }
            note(Difference.first(expected.sorted(), shown), of: "the search for \(word)")
        }
    }

    // MARK: Conversations

    private mutating func checkConversations() throws {
        for (number, card) in try workspace.cards().enumerated() {
            let name = workspace.name(of: card)
            guard let conversation = conversationByName[name], let lead = leads[conversation.person] else { continue }
            let detail = try workspace.detail(of: card)
            note(Difference.first(conversation.screen(of: lead), try workspace.json(detail)), of: name)
            let width = Self.widths[number % Self.widths.count]
            let drawn = ConversationScreen(width: width, now: ImportedWorkspace.now).lines(of: detail)
            check(drawn, of: name, width: width)
            // What is indented stands below the line of who said it; the first line is the customer's name. Compared by
            // bytes: some letters make one character with the space before them.
            let said = drawn.dropFirst().filter { $0.utf8.starts(with: "    ".utf8) }.flatMap(NaiveScreen.letters)
            if said != conversation.texts.flatMap(NaiveScreen.letters) { note("other words than were said", of: name) }
        }
    }

    // MARK: Leads and counts

    private mutating func checkLeads() throws {
        let shown = try workspace.leads()
        note(Difference.first(leads.count, shown.count), of: "how many leads")
        var expected: [[String]: JSONObject] = [:]
        for lead in leads.values { expected[lead.conversations.sorted()] = lead.screen }
        for lead in shown {
            let json = try workspace.json(lead)
            let conversations = json["conversations"] as? [String] ?? []
            note(
                Difference.first(expected[conversations] ?? [:], json),
                of: "the lead of \(conversations.first ?? "none")")
        }
        for width in Self.widths {
            let screen = LeadScreen(width: width)
            check(screen.lines(of: shown.map(LeadLine.init)), of: "leads", width: width)
            check(shown.prefix(50).flatMap { screen.lines(of: $0) }, of: "a lead", width: width)
        }
    }

    private mutating func checkCounts() throws {
        let all = conversationByName.values
        let closed = all.count { $0.status == "closed" }
        var channels: [String: Int] = [:]
        for conversation in all { channels[conversation.channel ?? "none", default: 0] += 1 }
        let expected: JSONObject = [
            "total": all.count, "unread": 0, "channel": channels, "leadStatus": ["new": all.count],
            "status": ["active": all.count - closed, "human_needed": 0, "closed": closed],
            "assignee": ["none": all.count],
        ]
        let page = try workspace.counts()
        note(Difference.first(expected, try workspace.object(page.json)), of: "counts")
        for width in Self.widths { check(page.lines(width: width), of: "counts", width: width) }
    }
}
