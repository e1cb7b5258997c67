import Inbox
import Testing

@testable import CLI

/// What a screen goes without where there is little room.
struct ScreenWidthTests {
    private let workspace: ImportedWorkspace

    init() throws {
        let line = """
            {"id":"a","channel":"irc","customer":{"name":"Margarethe Wiebke von der Oldenburg-Ahlhorn"},"messages":[\
            {"from":"customer","text":"Where is my parcel?","at":"2026-05-01T10:00:00Z"}]}
            """
        workspace = try ImportedWorkspace([Array(line.utf8)])
    }

    @Test func `a narrower terminal goes without columns of the inbox, and the message keeps its room`() throws {
        let cards = try workspace.cards()
        let headings = [100, 80, 60].map { InboxScreen(width: $0).lines(of: cards)[0].split(separator: " ") }
        #expect(
            headings == [
                ["ID", "WHEN", "ON", "CUSTOMER", "STATUS", "LEAD", "ASSIGNEE", "MESSAGE"],
                ["ID", "WHEN", "ON", "CUSTOMER", "STATUS", "MESSAGE"], ["ID", "CUSTOMER", "MESSAGE"],
            ])
        for width in 47...120 {
            let line = InboxScreen(width: width).lines(of: cards)[1]
            #expect(line.hasSuffix("Where is my parcel?"), "\(width)")
        }
    }

    @Test func `no screen is wider than the narrowest terminal`() throws {
        let cards = try workspace.cards()
        let leads = try workspace.leads()
        let lines = leads.map(LeadLine.init)
        #expect(try workspace.leadLines() == lines)
        for width in 21...100 {
            let (screen, inbox) = (LeadScreen(width: width), InboxScreen(width: width))
            let conversation = ConversationScreen(width: width, now: ImportedWorkspace.now)
            let counts = try workspace.counts().lines(width: width)
            for line in try inbox.lines(of: cards) + conversation.lines(of: workspace.detail(of: cards[0]))
                + screen.lines(of: lines) + screen.lines(of: leads[0]) + counts
            {
                #expect(line.count <= width, "\(line)")
            }
        }
    }
}
