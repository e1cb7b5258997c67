import CRDT
import ChangeLog
import Inbox
import Storage
import TestSupport
import Testing

/// What somebody did, taken back: alone, and where others wrote meanwhile or since.
struct UndoTests {
    // MARK: Alone

    /// Each command in each of the situations that a conversation may be in.
    @Test(arguments: Undoing.histories.indices)
    func `whatever is taken back is as it was before, for everyone`(history: Int) throws {
        var undoing = try Undoing()
        var effects = 0
        for deed in Undoing.deeds {
            let scene = try undoing.scene()
            try undoing.run(Undoing.histories[history], by: "jonas", on: scene)
            try undoing.team.syncAll()
            let before = try undoing.look(at: scene, by: "leila")
            let tip = try undoing.team["leila"].ownTip()
            try undoing.run(deed, by: "leila", on: scene)
            guard try undoing.team["leila"].ownTip() != tip else { continue }
            let after = try undoing.look(at: scene, by: "leila")
            effects += after == before ? 0 : 1
            try undoing.team.syncAll()
            let undo = try undoing.undo(by: "leila")
            #expect(undo.kept.isEmpty && undo.lasting.isEmpty, "\(deed.name)")
            for name in ["leila", "maya"] {
                #expect(try undoing.look(at: scene, by: name) == (name == "leila" ? before : after), "\(deed.name)")
            }
            try undoing.team.syncAll()
            #expect(try undoing.look(at: scene, by: "maya") == before, "\(deed.name)")
            guard deed.comesBack, let change = undo.change else { continue }
            try undoing.undo(change, by: "leila")
            try undoing.team.syncAll()
            #expect(try undoing.look(at: scene, by: "maya") == after, "\(deed.name), taken back and again")
        }
        #expect(effects >= 10)
    }

    @Test func `each further undo takes back what came before, and then there is nothing`() throws {
        var undoing = try Undoing()
        let scene = try undoing.scene()
        try undoing.team.write("leila") { try $0.addLabels(["one"], to: scene.id) }
        try undoing.team.write("leila") { try $0.addLabels(["two"], to: scene.id) }
        try undoing.undo(by: "leila")
        #expect(try undoing.look(at: scene, by: "leila")[3] == #"labels ["one"]"#)
        try undoing.undo(by: "leila")
        #expect(try undoing.look(at: scene, by: "leila")[3] == "labels []")
        // What is left is that she came in.
        #expect(throws: UndoFailure.self) { try undoing.undo(by: "leila") }
    }

    @Test func `a rehearsal says what would be put back, and writes nothing`() throws {
        var undoing = try Undoing()
        let scene = try undoing.scene()
        try undoing.team.write("leila") { try $0.close(scene.id, seen: nil) }
        let tip = try undoing.team["leila"].ownTip()
        let rehearsal = try undoing.team.write("leila") { try $0.undo(nil, isRehearsal: true) }
        #expect(rehearsal.restored.map(\.field) == ["status"] && rehearsal.change == nil)
        #expect(try undoing.team["leila"].ownTip() == tip)
        #expect(try undoing.undo(by: "leila").restored == rehearsal.restored)
    }

    @Test func `somebody else's change is theirs to take back`() throws {
        var undoing = try Undoing()
        let scene = try undoing.scene()
        let change = try #require(try undoing.team.write("leila") { try $0.addLabels(["one"], to: scene.id) })
        try undoing.team.syncAll()
        #expect(throws: UndoFailure.notYours(change)) { try undoing.undo(change, by: "maya") }
        #expect(throws: InboxFailure.unknown(.change, "aaaaaaaa")) {
            try undoing.team.write("leila") { try $0.undo("aaaaaaaa") }
        }
    }

    // MARK: Concurrent

    /// One command against another, neither knowing of the other, in each history a quarter of all pairs: what remains is the world in which the first was
    /// never given.
    @Test(arguments: Undoing.histories.indices)
    func `what others wrote meanwhile is what shows once the own change is taken back`(history: Int) throws {
        var undoing = try Undoing()
        let pairs = Undoing.pairs { ($0 + $1 + history) % 4 == 0 }
        let scenes = try undoing.scenes(2 * pairs.count)
        for scene in scenes { try undoing.run(Undoing.histories[history], by: "maya", on: scene) }
        try undoing.team.syncAll()
        var changes: [ChangeID?] = []
        for (index, pair) in pairs.enumerated() {
            changes.append(try undoing.run(pair.mine, by: "leila", on: scenes[2 * index]))
            for scene in scenes[2 * index..<2 * index + 2] { try undoing.run(pair.theirs, by: "jonas", on: scene) }
        }
        try undoing.team.syncAll()
        for change in changes.compactMap({ $0 }) { try undoing.undo(change, by: "leila") }
        try undoing.team.syncAll()
        for (index, pair) in pairs.enumerated() {
            let looks = try scenes[2 * index..<2 * index + 2].map {
                try undoing.look(at: $0, by: "maya").map(Self.unnamed)
            }
            #expect(looks[0] == looks[1], "\(pair.mine.name), and meanwhile \(pair.theirs.name)")
        }
    }

    /// Two customers have names and numbers of their own.
    private static func unnamed(_ line: String) -> String {
        line.replacing(/customer[0-9]+|an?a?[0-9]+@|\+491511[0-9]+/, with: "somebody")
    }

    @Test func `what others write while it is being taken back stands beside it, and everyone sees the same`() throws {
        var undoing = try Undoing()
        let pairs = Undoing.pairs { ($0 + $1) % 2 == 0 }
        let scenes = try undoing.scenes(pairs.count)
        let changes = try zip(pairs, scenes).map { try undoing.run($0.mine, by: "leila", on: $1) }
        try undoing.team.syncAll()
        for (pair, scene) in zip(pairs, scenes) { try undoing.run(pair.theirs, by: "jonas", on: scene) }
        for change in changes.compactMap({ $0 }) { try undoing.undo(change, by: "leila") }
        try undoing.team.syncAll()
        for (pair, scene) in zip(pairs, scenes) {
            let looks = Set(try undoing.team.names.map { try undoing.look(at: scene, by: $0) })
            #expect(looks.count == 1, "\(pair.mine.name), taken back while \(pair.theirs.name)")
        }
        #expect(Set(try undoing.team.replicas.map { try $0.digest() }).count == 1)
    }

    @Test func `what somebody has written since is left alone, and it is said whose word stands`() throws {
        var undoing = try Undoing()
        let scene = try undoing.scene()
        try undoing.team.write("leila") { try $0.assign(scene.id, to: $0.person("maya")) }
        try undoing.team.syncAll()
        try undoing.team.write("jonas") { try $0.assign(scene.id, to: $0.person(nil)) }
        try undoing.team.syncAll()
        let undo = try undoing.undo(by: "leila")
        #expect(undo.change == nil && undo.restored.isEmpty)
        #expect(undo.kept.map(\.by) == ["jonas"] && undo.kept.map(\.field) == ["assignee"])
        #expect(try undoing.look(at: scene, by: "leila")[2] == "assignee jonas")
    }

    @Test func `a label that somebody else added too stays theirs`() throws {
        var undoing = try Undoing()
        let scene = try undoing.scene()
        for name in ["leila", "jonas"] { try undoing.team.write(name) { try $0.addLabels(["urgent"], to: scene.id) } }
        try undoing.team.syncAll()
        let undo = try undoing.undo(by: "leila")
        #expect(undo.restored.count == 1 && undo.kept.count == 1)
        #expect(try undoing.look(at: scene, by: "leila")[3] == #"labels ["urgent"]"#)
    }

    @Test func `a close that is put back hides nothing that came since`() throws {
        var undoing = try Undoing()
        let scene = try undoing.scene()
        try undoing.team.write("leila") { try $0.close(scene.id, seen: nil) }
        try undoing.team.write("leila") { try $0.reopen(scene.id) }
        try undoing.team.receive("One more thing.", from: "customer0")
        try undoing.team.syncAll()
        try undoing.undo(by: "leila")
        #expect(try undoing.look(at: scene, by: "leila")[0] == "status active unseen")
    }

    // MARK: Messages

    @Test func `a reply that has left stays sent; one that waits is not sent`() throws {
        let counter = try Counter()
        let waiting = try counter.reply("Three are left.", isOffline: true)
        let undo = try counter.team.write("maya") { try $0.undo(nil) }
        #expect(undo.restored.map(\.outcome) == [.dropped(waiting)])
        try counter.team.sync("maya")
        try counter.rounds(2)
        #expect(counter.received == [])

        let sent = try counter.reply("Two are left.")
        try counter.rounds(2)
        try counter.team.syncAll()
        #expect(counter.received == ["Two are left."])
        #expect(throws: UndoFailure.self) { try counter.team.write("maya") { try $0.undo(nil) } }
        #expect(try counter.state(sent) == .delivered)
        try counter.checkAll()
    }

    @Test func `a reply that was dropped waits again, and goes out once`() throws {
        let counter = try Counter()
        let reply = try counter.reply("Three are left.", isOffline: true)
        try counter.team.write("maya") { try $0.drop(reply.text) }
        let undo = try counter.team.write("maya") { try $0.undo(nil) }
        try counter.team.sync("maya")
        #expect(undo.restored.map(\.outcome) == [.queued(reply)])
        try counter.rounds(3)
        #expect(counter.received == ["Three are left."])
        try counter.checkAll()
    }

    @Test func `where a message's new words have left its old ones are not sent as well`() throws {
        let counter = try Counter()
        let first = try counter.reply("Three are left.", isOffline: true)
        let edited = try counter.team.write("maya") { try $0.edit(first.text, to: "Two are left.", seen: nil) }
        try counter.team.sync("maya")
        try counter.rounds(2)
        try counter.team.syncAll()
        #expect(throws: UndoFailure.self) { try counter.team.write("maya") { try $0.undo(edited.change.text) } }
        try counter.team.sync("maya")
        try counter.rounds(2)
        #expect(counter.received == ["Two are left."])
        try counter.checkAll()
    }

    @Test func `where they have not, the old ones wait again instead of the new ones`() throws {
        let counter = try Counter()
        let first = try counter.reply("Three are left.", isOffline: true)
        _ = try counter.team.write("maya") { try $0.edit(first.text, to: "Two are left.", seen: nil) }
        try counter.team.write("maya") { try $0.undo(nil) }
        try counter.team.sync("maya")
        try counter.rounds(2)
        #expect(counter.received == ["Three are left."])
        try counter.checkAll()
    }

    @Test func `a resume that is put back ends no pause of a reply that left since`() throws {
        let counter = try Counter()
        let id = counter.id
        try counter.team.write("maya") { try $0.pauseAI(id) }
        try counter.team.write("maya") { try $0.resumeAI(id) }
        try counter.reply("Three are left.")
        try counter.rounds(2)
        try counter.team.syncAll()
        try counter.team.write("maya") { try $0.pauseAI(id) }
        try counter.team.write("maya") { try $0.undo(nil) }
        let detail = try counter.team["maya"].detail(counter.conversation, now: Int64(counter.team.now))
        #expect(detail.pause?.reason == .reply)
    }

    // MARK: What stays

    @Test func `what cannot be taken back is said, and what came before is named`() throws {
        var undoing = try Undoing()
        let scene = try undoing.scene()
        let label = try #require(try undoing.team.write("leila") { try $0.addLabels(["one"], to: scene.id) })
        let read = try #require(try undoing.team.write("leila") { try $0.read(scene.id, seen: nil) })
        #expect(throws: UndoFailure.lasting(read, [.read], earlier: label)) { try undoing.undo(by: "leila") }
        #expect(try undoing.undo(label, by: "leila").restored.count == 1)
        let joined = try #require(throws: UndoFailure.self) { try undoing.undo(by: "jonas") }
        guard case .lasting(_, let reasons, _) = joined else {
            Issue.record("\(joined)")
            return
        }
        #expect(reasons == [.membership])
    }

    // MARK: What the workspace works with

    @Test func `what the workspace works with is made, changed and taken away, and each of it taken back`() throws {
        let undoing = try Undoing()
        let team = undoing.team
        func replies(_ name: String = "leila") throws -> [String] {
            try team[name].read { try SavedReplyReader($0).all().map { "\($0.name): \($0.text)" } }
        }
        try team.write("leila") { try $0.setSavedReply("hello", text: "Hello!", newID: .numbered(1)) }
        try team.write("leila") { try $0.setSavedReply("hello", text: "Hi!", name: "hi", newID: .numbered(2)) }
        #expect(try replies() == ["hi: Hi!"])
        try undoing.undo(by: "leila")
        #expect(try replies() == ["hello: Hello!"])
        try team.write("leila") { try $0.removeSavedReply("hello") }
        #expect(try undoing.undo(by: "leila").restored.map(\.field) == ["removed"])
        #expect(try replies() == ["hello: Hello!"])
        // What is left is that it was made.
        #expect(try undoing.undo(by: "leila").restored.map(\.outcome) == [.gone])
        #expect(try replies() == [])
        try team.syncAll()
        #expect(try replies("maya") == [])
    }

    @Test func `what others have gone on with is not taken away by whoever made it`() throws {
        let undoing = try Undoing()
        let team = undoing.team
        let made = try team.write("leila") { try $0.setSavedReply("hello", text: "Hello!", newID: .numbered(1)) }
        try team.syncAll()
        try team.write("jonas") { try $0.setSavedReply("hello", text: "Hello, you!", newID: .numbered(2)) }
        try team.syncAll()
        let undo = try undoing.undo(made.change, by: "leila")
        #expect(undo.kept.map(\.by) == ["jonas"] && undo.change == nil)
    }

    @Test func `a channel's policy, a view, an article and the workspace's region are put back`() throws {
        let undoing = try Undoing()
        let team = undoing.team
        try team.setPolicy(by: "maya") { ($0.window, $0.timer) = (.own(30), .own(5)) }
        try undoing.undo(by: "maya")
        let shop = try team["maya"].read { try ChannelReader($0).named("Shop") }
        #expect(shop.policy == ChannelPolicy(kind: .whatsapp))

        var filter = InboxFilter()
        filter.label = "urgent"
        try team.write("maya") { try $0.setView("mine", filter: InboxFilter(), newID: .numbered(7)) }
        try team.write("maya") { try $0.setView("mine", filter: filter, newID: .numbered(8)) }
        try undoing.undo(by: "maya")
        let me = try team.person("maya")
        #expect(try team["maya"].read { try SavedViewReader($0, for: me).named("mine").filter } == InboxFilter())

        var article = ArticlePatch()
        (article.text, article.added) = ("Ten to six.", ["hours"])
        try team.write("maya") { try $0.setArticle("When are you open?", article, newID: .numbered(9)) }
        try undoing.undo(by: "maya")
        #expect(try team["maya"].read { try ArticleReader($0).all().isEmpty })

        var workspace = WorkspacePatch()
        workspace.region = "DE"
        try team.write("maya") { try $0.setWorkspace(workspace, ids: team.ids) }
        try undoing.undo(by: "maya")
        #expect(try team["maya"].read { try WorkspaceSettings($0).region } == nil)
    }
}

extension RootID {
    fileprivate static func numbered(_ number: UInt64) -> RootID { RootID(high: number << 32, low: number) }
}
