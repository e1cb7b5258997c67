import CRDT
import ChangeLog
import Inbox
import Storage
import TestSupport
import Testing

/// What a workspace works with, set by several people who do not know of each other. Each story ends in sync.
struct LibraryTests {
    private let team: Team

    init() throws { team = try Team(in: TemporaryDirectory()) }

    // MARK: Names

    @Test func `two of one name made offline are told apart, the same way everywhere`() throws {
        for (name, number) in [("jonas", UInt64(2)), ("leila", 1)] {
            try team.write(name) { try $0.setSavedReply("greeting", text: "by \(name)", newID: .numbered(number)) }
        }
        try team.syncAll()
        for replica in team.replicas {
            #expect(try replica.replies().map(\.name) == ["greeting", "greeting (2)"])
            #expect(try replica.replies().map(\.text) == ["by leila", "by jonas"])
        }
        try team.write("maya") { try $0.setSavedReply("greeting (2)", name: "hello", newID: .numbered(3)) }
        try team.syncAll()
        for replica in team.replicas { #expect(try replica.replies().map(\.name) == ["greeting", "hello"]) }
    }

    @Test func `the start of an id that two have is ambiguous; a name that only looks like one is not taken for it`()
        throws
    {
        for number in [UInt64(1), 2] {
            try team.write("maya") { try $0.setSavedReply("r\(number)", text: "x", newID: .numbered(number)) }
        }
        let start = String(RootID.numbered(1).text.prefix(5))
        #expect(throws: InboxFailure.ambiguous(.savedReply, start)) {
            try team["maya"].read { try SavedReplyReader($0).named(start) }
        }
        // Whoever sets a reply called so means a new one.
        let made = try team.write("maya") { try $0.setSavedReply(start, text: "new", newID: .numbered(9 << 40)) }
        #expect(made.id == .numbered(9 << 40))
    }

    @Test func `a channel made by an admin and by its gateway is one`() throws {
        try team.write("jonas") { writer in
            var patch = ChannelPatch()
            (patch.kind, patch.account) = (.instagram, "1784")
            _ = try writer.setChannel("Insta", patch, ids: team.ids)
        }
        try team.write("gateway") { try $0.openChannel(.instagram, name: "Insta DM", account: "1784", ids: team.ids) }
        try team.syncAll()
        for replica in team.replicas {
            let channels = try replica.read { try ChannelReader($0).all() }
            #expect(channels.map(\.name) == ["Insta DM", "Shop"])
            #expect(channels.first?.policy == ChannelPolicy(kind: .instagram))
        }
    }

    @Test func `templates that two take in offline are one each, and what the provider said last shows`() throws {
        let page =
            #"{"data":[{"name":"hi","language":"en","status":"PENDING","category":"UTILITY","components":["#
            + #"{"type":"BODY","text":"Hello {{1}}, hi."}]}]}"#
        let shop = try team["maya"].read { try ChannelReader($0).named("Shop").id }
        for name in ["maya", "jonas"] {
            let templates = TemplatePage(lines: [Array(page.utf8)]).templates
            #expect(templates.count == 1)
            #expect(try team.write(name) { try $0.take(templates, of: shop, ids: team.ids) }.changes == 1)
        }
        try team.write("jonas") { try $0.setTemplate("hi", TemplateScope(), status: .approved, category: nil) }
        try team.syncAll()
        for replica in team.replicas {
            let templates = try replica.read { try TemplateReader($0).all() }
            #expect(templates.map(\.name) == ["hi"])
            #expect(templates[0].isSendable)
            #expect(templates[0].definition?.body?.variables == ["1"])
            #expect(try replica.read { try TemplateReader($0).all(TemplateScope(language: "de")) }.isEmpty)
        }
    }

    // MARK: Concurrent edits

    @Test func `two who set different fields both have their way; of one field the later shows`() throws {
        let article = RootID.numbered(1)
        try team.write("maya") { try $0.setArticle("Hours", .text("9 to 5"), newID: article) }
        try team.syncAll()
        var language = ArticlePatch()
        (language.language, language.added) = ("en", ["shop"])
        try team.write("jonas") { try $0.setArticle("Hours", language, newID: .numbered(2)) }
        var both = ArticlePatch.text("9 to 6")
        (both.language, both.added) = ("de", ["time"])
        try team.write("leila") { try $0.setArticle("Hours", both, newID: .numbered(3)) }
        try team.syncAll()
        for replica in team.replicas {
            let shown = try replica.read { try ArticleReader($0).named("Hours") }
            #expect(shown.text == "9 to 6")
            #expect(shown.language == "de")
            #expect(shown.labels == ["shop", "time"])
        }
    }

    @Test func `what is so already makes no change`() throws {
        let first = try team.write("jonas") { try $0.setSavedReply("hi", text: "Hi!", newID: .numbered(1)) }
        let second = try team.write("jonas") { try $0.setSavedReply("hi", text: "Hi!", newID: .numbered(2)) }
        #expect(first.change != nil)
        #expect((second.id, second.change) == (.numbered(1), nil))
        let gone = try team.write("jonas") { try $0.removeSavedReply("hi") }
        #expect(gone.change != nil)
        #expect(try team.write("jonas") { try $0.removeSavedReply("hi") }.change == nil)
    }

    /// One removes while two set, in every order of doing and every order of syncing: the removal stands, the later text
    /// is kept, and whoever sets it knowing of the removal brings it back.
    @Test func `a removal stands beside sets that did not know of it, in every order`() throws {
        let people = ["maya", "jonas", "leila"]
        for (round, syncing) in people.permutations().enumerated() {
            let orders = people.permutations()
            for index in orders.indices {
                let id = RootID.numbered(UInt64(round * 10 + index + 1))
                try team.write("maya") { try $0.setSavedReply("r\(round)-\(index)", text: "old", newID: id) }
            }
            try team.syncAll()
            for (index, order) in orders.enumerated() {
                for name in order { try act(name, on: "r\(round)-\(index)") }
            }
            for name in syncing + syncing { try team.sync(name) }
            try team.syncAll()
            for replica in team.replicas {
                #expect(try replica.replies().isEmpty)
                let texts = try replica.read { try SavedReplyReader($0).all(removed: true) }.suffix(orders.count)
                #expect(texts.map(\.text) == orders.map { $0.last { $0 != "jonas" } ?? "" })
            }
            for index in orders.indices {
                try team.write("leila") { try $0.setSavedReply("r\(round)-\(index)", newID: .numbered(999)) }
            }
            #expect(try team["leila"].replies().count == orders.count)
            for index in orders.indices { try team.write("leila") { try $0.removeSavedReply("r\(round)-\(index)") } }
        }
    }

    private func act(_ name: String, on reply: String) throws {
        try team.write(name) { writer in
            name == "jonas"
                ? try writer.removeSavedReply(reply)
                : try writer.setSavedReply(reply, text: name, newID: .numbered(999))
        }
    }

    @Test func `of three regions set at once the last shows, and statuses of everyone's are there, in every order`()
        throws
    {
        let people = ["maya", "jonas", "ada"]
        try team.join("ada", as: .admin)
        try team.syncAll()
        for (round, order) in people.permutations().enumerated() {
            for name in order {
                var patch = WorkspacePatch()
                patch.region = ["maya": "DE", "jonas": "CH", "ada": "AT"][name]
                patch.added = ["\(name)_\(round)"]
                try team.write(name) { try $0.setWorkspace(patch, ids: team.ids) }
            }
            for name in order.reversed() + order { try team.sync(name) }
            try team.syncAll()
            for name in people {
                let settings = try team[name].read { try WorkspaceSettings($0) }
                #expect(settings.region == ["maya": "DE", "jonas": "CH", "ada": "AT"][order[2]])
                #expect(settings.leadStatuses.filter { $0.hasSuffix("_\(round)") }.count == 3)
            }
        }
    }

    // MARK: Views

    @Test func `a view of one's own is nobody else's, and means whoever asks where it says me`() throws {
        var filter = InboxFilter()
        filter.assignee = "me"
        for (number, name) in ["jonas", "leila"].enumerated() {
            try team.write(name) {
                try $0.setView("mine", filter: filter, owner: .mine, newID: .numbered(UInt64(number + 1)))
            }
        }
        try team.write("maya") { try $0.setView("hers", filter: filter, newID: .numbered(3)) }
        try team.syncAll()
        for (name, number) in [("jonas", UInt64(1)), ("leila", 2)] {
            let person = try team.person(name)
            let views = try team[name].read { try SavedViewReader($0, for: person).all() }
            #expect(views.map(\.name) == ["hers", "mine"])
            #expect(views.map(\.id) == [.numbered(3), .numbered(number)])
            let query = try team[name].read { try views[0].filter?.query(for: person, people: People($0)) }
            #expect(query?.assignee == .person(person))
        }
        #expect(throws: InboxFailure.unknown(.view, "mine")) { try team.write("maya") { try $0.removeView("mine") } }
    }

    @Test func `what an option says wins over the view, which keeps keys that it does not know out of the way`() throws
    {
        let line = #"{"name":"later","query":{"status":"closed","mood":"bad","unread":true,"search":"lamp"}}"#
        let view = try SavedViewLine(line: Array(line.utf8))
        try team.write("jonas") { try $0.take([view], newID: { .numbered(1) }) }
        let person = try team.person("jonas")
        let saved = try team["jonas"].read { try SavedViewReader($0, for: person).named("later") }
        var option = InboxFilter()
        (option.status, option.unread) = ("active", false)
        let filter = option.over(try #require(saved.filter))
        #expect(filter.status == "active" && filter.unread == false && filter.search == "lamp")
    }

    // MARK: Rights

    @Test(arguments: [Role.owner, .admin, .agent, .viewer, .gateway, .assistant])
    func `texts are everyone's who answers customers; channels and the workspace are set up by owners and admins`(
        role: Role
    ) throws {
        let name = role == .owner ? "maya" : "someone"
        if role != .owner {
            try team.join(name, as: role)
            try team.syncAll()
        }
        let answers = [Role.owner, .admin, .agent].contains(role)
        let keeps = [Role.owner, .admin].contains(role)
        var patch = ChannelPatch()
        patch.window = .own(60)
        let ids = team.ids
        let commands: [(Bool, (InboxWriter) throws -> InboxWriter.Outcome)] = [
            (answers, { try $0.setSavedReply("hi", text: "Hi!", newID: .numbered(1)) }),
            (answers, { try $0.setArticle("Hours", .text("9 to 5"), newID: .numbered(2)) }),
            (answers, { try $0.setView("all", filter: nil, newID: .numbered(3)) }),
            (keeps, { try $0.setChannel("Shop", patch, ids: ids) }), (keeps, { try $0.removeChannel("Shop") }),
            (keeps, { try $0.setWorkspace(.region("DE"), ids: ids) }),
        ]
        for (isAllowed, command) in commands {
            if isAllowed {
                #expect(try team.write(name, command).change != nil)
                // Whoever may do it finds it done; the same command by others would be refused all the same.
                #expect(try team.write(name, command).change == nil)
            } else {
                #expect(throws: InboxFailure.notAllowed(role)) { try team.write(name, command) }
            }
        }
    }

    // MARK: Files

    @Test func `a file taken twice makes no change, and does not bring back what the team removed`() throws {
        let lines = try ["a", "b"].map { try SavedReplyLine(line: Array(#"{"name":"\#($0)","text":"x"}"#.utf8)) }
        var next = UInt64(0)
        let take = { (writer: InboxWriter) in
            try writer.take(lines) {
                next += 1
                return .numbered(next)
            }
        }
        #expect(try team.write("jonas", take).changes == 2)
        #expect(try team.write("jonas", take).changes == 0)
        try team.write("jonas") { try $0.removeSavedReply("a") }
        let again = try team.write("jonas", take)
        #expect((again.changes, again.takenAway) == (0, 1))
        #expect(try team["jonas"].replies().map(\.name) == ["b"])
    }

    /// Other programs write what they like: readers take what they can and never fail.
    @Test func `registers that hold nonsense are read all the same`() throws {
        let nonsense: [Value] = [.null, .integer(-5), .integer(.max), .text("\u{1B}[2J\n"), .bytes([0xFF])]
        var number = UInt64(0)
        for root in [
            InboxSchema.channel, InboxSchema.template, InboxSchema.savedReply, InboxSchema.article, InboxSchema.view,
        ] {
            for value in nonsense {
                number += 1
                let operations = root.fields.compactMap { field -> Operation? in
                    guard case .register = field.kind, field.name != "removed" else { return nil }
                    return Operation(field: field.number, action: .write(value))
                }
                let segment = Segment(kind: root.number, root: .numbered(number), operations: operations)
                try team.govern("maya") { try $0.commit(Draft(segments: [segment])) }
            }
        }
        try team.syncAll()
        for name in ["maya", "jonas"] {
            let person = try team.person(name)
            try team[name].read { database in
                #expect(try ChannelReader(database).all().map(\.policy).contains(nil))
                #expect(try TemplateReader(database).all().map(\.definition) == [nil])
                #expect(try SavedReplyReader(database).all().count == 1)
                #expect(try ArticleReader(database).all().count == 1)
                let views = try SavedViewReader(database, for: person).all()
                #expect(views.map(\.filter) == [nil])
                #expect(try WorkspaceSettings(database).region == nil)
            }
        }
    }
}

extension RootID {
    fileprivate static func numbered(_ number: UInt64) -> RootID { RootID(high: 0, low: number) }
}

extension ArticlePatch {
    fileprivate static func text(_ text: String) -> ArticlePatch {
        var patch = ArticlePatch()
        patch.text = text
        return patch
    }
}

extension WorkspacePatch {
    fileprivate static func region(_ region: String) -> WorkspacePatch {
        var patch = WorkspacePatch()
        patch.region = region
        return patch
    }
}

extension Replica {
    fileprivate func replies() throws -> [SavedReply] { try read { try SavedReplyReader($0).all() } }
}

extension [String] {
    /// Every order of these.
    fileprivate func permutations() -> [[String]] {
        guard count > 1 else { return [self] }
        return indices.flatMap { index in
            var rest = self
            let first = rest.remove(at: index)
            return rest.permutations().map { [first] + $0 }
        }
    }
}
