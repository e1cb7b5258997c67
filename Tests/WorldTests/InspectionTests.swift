import CRDT
import ChangeLog
import Foundation
import GRDB
import Inbox
import Storage
import TestSupport
import Testing

/// What can be found out about an inbox afterwards: who wrote what, why it shows, what was shown when, and whether the
/// file is sound.
struct InspectionTests {
    private let directory = TemporaryDirectory()
    private let team: Team
    private let conversation: RootID

    init() throws {
        team = try Team(in: directory)
        conversation = try team.receive("Is the lamp in stock?")
        try team.syncAll()
    }

    // MARK: Sound files

    @Test func `after a story with conflicts every replica is clean, the relay's too`() throws {
        try story()
        for replica in team.replicas {
            let report = try replica.verify()
            #expect(report.problems == [])
            #expect(report.digest == (try replica.digest()))
        }
    }

    @Test(arguments: [
        ("UPDATE card SET preview='forged'", "card"), ("UPDATE card SET last_at=last_at+1", "card"),
        ("INSERT INTO words(rowid, text) VALUES(99, 'forged')", "words"),
        ("UPDATE conversation_message SET by=by+1 WHERE id=1", "conversation_message"),
    ])
    func `a screen's table that is not what the changes say is found, and a rebuild mends it`(
        sql: String, table: String
    ) throws {
        try story()
        let maya = team["maya"]
        let digest = try maya.digest()
        try maya.writeLocal { try $0.execute(sql: sql) }
        let problems = try maya.verify().problems
        #expect(problems.contains { $0.fault == .table(table) }, "\(problems)")
        #expect(problems.allSatisfy { $0.remedy == .rebuild })
        try maya.rebuild()
        #expect(try maya.verify().isClean)
        #expect(try maya.digest() == digest)
    }

    @Test(arguments: Seed.several(20))
    func `where bytes of an inbox's file are flipped and the walk finds nothing, every screen shows as before`(
        seed: Seed
    ) throws {
        try story()
        let person = try team.person("maya")
        let whole = directory.file("whole")
        for end in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: directory.file("maya" + end), toPath: whole + end)
        }
        try DatabaseQueue(path: whole).writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        }
        let before = try Self.open(whole).screens(for: person)
        let bytes = try Data(contentsOf: URL(filePath: whole))
        var dice = Dice(seed)
        for trial in 0..<4 {
            var damaged = bytes
            for _ in 0..<dice.pick([1, 2, 30]) {
                damaged[dice.number(0...bytes.count - 1)] ^= UInt8(1 << dice.number(0...7))
            }
            let copy = directory.file("flipped-\(trial)")
            try damaged.write(to: URL(filePath: copy))
            guard let replica = try? Self.open(copy), let report = try? replica.verify(), report.isClean else {
                continue
            }
            #expect(try replica.screens(for: person) == before)
        }
    }

    // MARK: What was shown when

    @Test func `a conversation is shown as it stood here then, whatever has come since`() throws {
        let maya = team["maya"]
        var seen: [(time: UInt64, detail: String)] = []
        let note = { seen.append((team.now, "\(try maya.detail(conversation))")) }
        try note()
        for step in steps() {
            try step()
            try note()
            team.pass(1)
        }
        #expect(Set(seen.map(\.detail)).count > 6)
        for (time, detail) in seen {
            let then = try #require(
                try ConversationReader.conversation(conversation.text, in: maya, at: time))
            #expect("\(then)" == detail)
        }
        #expect(try ConversationReader.conversation(conversation.text, in: maya, at: seen[0].time - 1000) == nil)
        #expect(throws: InboxFailure.unknown(.conversation, "zzzzzzzz")) {
            try ConversationReader.conversation("zzzzzzzz", in: maya, at: team.now)
        }
        let (replies, digest) = (try maya.detail(conversation).messages.count, try maya.digest())
        #expect(try maya.digest() == digest, "looking back changes nothing")
        #expect(try maya.detail(conversation).messages.count == replies)
    }

    // MARK: Who wrote what

    @Test func `the history names each change on a conversation once, oldest first, with what it does`() throws {
        try story()
        let maya = team["maya"]
        let history = try maya.history(of: conversation)
        #expect(history.map(\.stamp) == history.map(\.stamp).sorted())
        #expect(Set(history.map(\.id)).count == history.count)
        #expect(history.first?.author?.role == .gateway)
        #expect(history.first?.operations.contains { $0.field?.name == "message" } == true)
        #expect(history.allSatisfy { $0.effect == .counts && $0.isSealed })
        #expect(try maya.history(of: conversation, limit: 2).map(\.id) == history.suffix(2).map(\.id))
        #expect(try maya.history(of: RootID(high: 1, low: 1)).isEmpty)
        try team.write("maya") { _ = try $0.addLabels(["late"], to: conversation.text) }
        #expect(try maya.history(of: conversation).last?.isSealed == false, "nothing of it has left")
    }

    @Test func `what a role may not write, or this version does not know, is listed with the reason`() throws {
        let root = InboxSchema.conversation
        let leila = team["leila"]
        let operations = [
            Operation(field: root.field(named: "source").number, action: .write(.text("x"))),
            Operation(field: root.field(named: "subject").number, action: .write(.text("y"))),
        ]
        try leila.transact(now: team.now) { transaction in
            for operations in [operations, [Operation(field: 99, action: .unknown(code: 50, payload: [1]))]] {
                _ = try transaction.commit(
                    Draft(segments: [Segment(kind: root.number, root: conversation, operations: operations)]))
            }
        }
        let history = try leila.history(of: conversation, limit: 2)
        #expect(history[0].operations.map(\.standing) == [.forbidden(.agent), .forbidden(.agent)])
        #expect(history[1].operations.map(\.standing) == [.unknownField])
        let subject = try explain("subject", to: "leila")
        #expect(subject.writes.map(\.fate) == [.void(.forbidden(.agent))])
    }

    // MARK: Why it shows

    @Test func `of a register the later write shows, and the others are outranked by it`() throws {
        for subject in ["first", "second"] {
            try team["maya"].transact(now: team.now) { transaction in
                let root = InboxSchema.conversation
                let write = Operation(field: root.field(named: "subject").number, action: .write(.text(subject)))
                _ = try transaction.commit(
                    Draft(segments: [Segment(kind: root.number, root: conversation, operations: [write])]))
            }
        }
        let writes = try explain("subject", to: "maya").writes
        #expect(writes.map(\.fate) == [.outranked(by: writes[1].change.id), .stands])
    }

    @Test func `of a status it is told which write shows by which rule, and what was overtaken by what`() throws {
        try team.show(conversation, to: "jonas")
        try team.write("jonas") { _ = try $0.close(conversation.text, seen: nil) }
        #expect(try rule("status", of: "jonas").reason == .closed)
        try team.write("leila") { _ = try $0.escalate(conversation.text) }
        try team.syncAll()
        let rule = try rule("status", of: "maya")
        #expect(rule.reason == .personWanted)
        #expect(rule.value == .text("human_needed"))
        let writes = try explain("status", to: "maya").writes
        #expect(writes.map(\.fate) == [.stands, .stands])
        #expect(rule.change == writes.last?.change.id)
        try team.write("maya") { _ = try $0.reopen(conversation.text) }
        let after = try explain("status", to: "maya").writes
        #expect(after.map(\.fate) == [.overtaken(by: after[2].change.id), .overtaken(by: after[2].change.id), .stands])
        #expect(try self.rule("ai", of: "maya").reason == .paused)
    }

    @Test func `a close that had not seen a message is kept and named as blind`() throws {
        try team.show(conversation, to: "jonas")
        try team.receive("Hello?")
        let close = try team.write("jonas") { try $0.close(conversation.text, seen: nil) }
        try team.syncAll()
        let rule = try rule("status", of: "maya")
        #expect(rule.reason == .closedBlindly)
        #expect(rule.value == .text("active"))
        #expect(rule.obstacles == [try #require(close): .unseen])
    }

    @Test func `of a set it is told which adds hold each member, and which removal took the others back`() throws {
        try team.write("maya") { _ = try $0.addLabels(["vip"], to: conversation.text) }
        try team.syncAll()
        try team.write("jonas") { _ = try $0.removeLabels(["vip"], from: conversation.text) }
        try team.write("leila") { _ = try $0.removeLabels(["vip"], from: conversation.text) }
        try team.write("leila") { _ = try $0.addLabels(["vip"], to: conversation.text) }
        try team.syncAll()
        let writes = try explain("labels", to: "maya").writes
        let ids = writes.map(\.change.id)
        #expect(
            writes.map(\.fate) == [
                .takenBack(by: ids[1]), .removal(of: [ids[0]]), .removal(of: [ids[0]]), .stands,
            ])
        #expect(try team["maya"].detail(conversation).labels == ["vip"])
    }

    @Test func `of reads it is told how far each person's reach, of messages which ones stand`() throws {
        try team.show(conversation, to: "jonas")
        try team.write("jonas") { _ = try $0.read(conversation.text, seen: nil) }
        try team.syncAll()
        let reads = try explain("reads", to: "maya")
        #expect(reads.writes.map(\.fate) == [.raise])
        #expect(reads.marks.map(\.person) == [try team.person("jonas")])
        #expect(reads.marks.map(\.replica) == [team["gateway"].id])
        let messages = try explain("message", to: "maya").writes
        #expect(messages.map(\.fate) == [.stands])
        #expect(messages.map(\.operation.element) == (try team["maya"].detail(conversation).messages.map(\.id)))
    }

    // MARK: Helpers

    private func story() throws { for step in steps() { try step() } }

    /// Each at its own millisecond, some without knowing of each other.
    private func steps() -> [() throws -> Void] {
        let id = conversation.text
        return [
            { try team.write("maya") { _ = try $0.reply(to: id, with: "It is.", seen: nil) } },
            { try team.write("jonas") { _ = try $0.addLabels(["vip"], to: id) } },
            { _ = try team.receive("Hello?") }, { try team.syncAll() },
            { try team.write("leila") { _ = try $0.assign(id, to: $0.person(nil)) } },
            { try team.write("maya") { _ = try $0.assign(id, to: $0.person(nil)) } },
            { try team.write("jonas") { _ = try $0.removeLabels(["vip"], from: id) } },
            { _ = try team.receive("Another one", from: "bert") }, { try team.syncAll() },
            { try team.write("leila") { _ = try $0.escalate(id) } },
            { try team.write("maya") { _ = try $0.close(id, seen: nil) } },
            { try team.write("maya") { _ = try $0.note(on: id, "Called her.") } },
            { try team.write("maya") { _ = try $0.read(id, seen: nil) } }, { try team.syncAll() },
        ]
    }

    private func explain(_ field: String, to name: String) throws -> Provenance {
        let root = InboxSchema.conversation
        return try team[name].provenance(of: root.field(named: field), on: conversation, of: root)
    }

    private func rule(_ field: String, of name: String) throws -> FieldRule {
        let root = InboxSchema.conversation
        return try team[name].read {
            try FieldRule(for: root.field(named: field), on: conversation, of: root, now: Team.now, in: $0)
        }
    }

    private static func open(_ path: String) throws -> Replica {
        try Replica.open(
            at: path, key: .of("maya"), configuration: InboxSchema.configuration, access: .inspecting)
    }
}
