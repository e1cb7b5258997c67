import CRDT
import ChangeLog
import Inbox
import Replication
import Storage
import TestSupport
import Testing

struct MembershipTests {
    private let directory = TemporaryDirectory()

    @Test func `what a joiner writes before the first sync counts once it is admitted`() throws {
        let team = try Team(in: directory)
        let conversation = try team.receive("Hello?")
        try team.syncAll()
        try team.join("nina", as: .agent)
        // Nina has nothing but the invitation; the conversation's id came with it, by word of mouth.
        #expect(throws: InboxFailure.unknown(.conversation, conversation.text)) {
            try team.write("nina") { try $0.note(on: conversation.text, "I am new") }
        }
        try team.sync("maya")
        try team.sync("nina")
        try team.write("nina") { try $0.note(on: conversation.text, "I am new") }
        try team.syncAll()
        for replica in team.replicas {
            #expect(try replica.detail(conversation).messages.last?.author == "nina")
            #expect(try replica.member(team["nina"].id.device)?.admitted != nil)
        }
    }

    /// Jonas, an admin, syncs for the first time before he has heard of Maya's grant.
    @Test func `a relay that two welcome without knowing of each other is one member to all`() throws {
        let team = try Team(in: directory)
        let key = team.relay.replica.id.device
        let acts = try Wire.everything(of: team.relay.replica).flatMap(\.changes).flatMap(\.acts)
        let grants = acts.filter { if case .grant(let grant) = $0 { grant.key == key } else { false } }
        #expect(grants.count == 2)
        #expect(Set(try team.replicas.map { try $0.member(key) }).count == 1)
        #expect(Set(try team.replicas.map { try $0.digest() }).count == 1)
    }

    @Test func `a second device on an invitation for one, or one that has lapsed, is refused`() throws {
        let team = try Team(in: directory)
        func device(_ name: String, _ invitation: Invitation) throws -> Replica {
            try Replica.join(
                at: directory.file(name), invitation: invitation, person: name, key: .of(name), now: team.now,
                configuration: InboxSchema.configuration)
        }
        let maya = team["maya"]
        let seeds = [UInt8(71), 72].map { [UInt8](repeating: $0, count: 32) }
        let once = try maya.invitation(.agent, oneTimeSeed: seeds[0], secret: team.secret, now: team.now)
        let lapsed = try maya.invitation(
            .agent, oneTimeSeed: seeds[1], secret: team.secret, expires: team.now - 1, now: team.now)
        try team.sync("maya")
        try device("first", once).sync(with: team.relay, now: team.now)
        let refused: [(String, Invitation, RefusalReason)] = [
            ("second", once, .used), ("late", lapsed, .expired),
        ]
        for (name, invitation, reason) in refused {
            let replica = try device(name, invitation)
            #expect(throws: ReplicationFailure.refused(reason)) { try replica.sync(with: team.relay, now: team.now) }
            #expect(try team.relay.replica.member(replica.id.device) == nil)
        }
    }

    @Test func `a name that is taken is refused before the joiner is let in`() throws {
        let team = try Team(in: directory)
        let seed = [UInt8](repeating: 71, count: 32)
        let invitation = try team["maya"].invitation(.agent, oneTimeSeed: seed, secret: team.secret, now: team.now)
        try team.sync("maya")
        let impostor = try Replica.join(
            at: directory.file("impostor"), invitation: invitation, person: "jonas", key: .of("impostor"),
            now: team.now,
            configuration: InboxSchema.configuration)
        #expect(throws: ReplicationFailure.refused(.nameTaken)) { try impostor.sync(with: team.relay, now: team.now) }
    }

    @Test func `a viewer reads, and writes nothing that others see`() throws {
        let team = try Team(in: directory)
        let conversation = try team.receive("Hello?")
        try team.join("vera", as: .viewer)
        try team.syncAll()
        #expect(throws: InboxFailure.notAllowed(.viewer)) {
            try team.write("vera") { try $0.reply(to: conversation.text, with: "x", seen: nil) }
        }
        // A changed program might write it all the same.
        let root = InboxSchema.conversation
        let forced = Operation(field: root.field(named: "subject").number, action: .write(.text("mine")))
        _ = try team["vera"].transact(now: team.now) {
            try $0.commit(Draft(segments: [Segment(kind: root.number, root: conversation, operations: [forced])]))
        }
        try team.write("vera") { try $0.read(conversation.text, seen: nil) }
        try team.syncAll()
        for replica in team.replicas {
            #expect(try replica.detail(conversation).subject == nil)
            #expect(try replica.unread(conversation, for: team.person("vera")) == 0)
        }
    }

    /// A member's own program can be changed to write anything that the format allows.
    @Test func `values of the wrong type, or none, harm no screen`() throws {
        let team = try Team(in: directory)
        let conversation = try team.receive("Hello?")
        try team.syncAll()
        let lead = try #require(try team["jonas"].detail(conversation).lead?.id)
        for value in [Value.null, .integer(7), .bytes([1, 2]), .text("nonsense")] {
            try team["jonas"].transact(now: team.now) { transaction in
                for (root, id) in [(InboxSchema.conversation, conversation), (InboxSchema.lead, lead)] {
                    let imported = Element.Field(5, .integer(1))
                    let columns: [Element.Field] = [1, 2, 3, 4, 6, 7, 8].map { .init($0, value) }
                    let operations = root.fields.dropFirst().flatMap { field in
                        [
                            .write(value), .set(value, basis: .nothing), .add(value), .remove(value, dots: []),
                            .append(Element(fields: columns + [imported])), .raise(.everything),
                        ].map { Operation(field: field.number, action: $0) }
                    }.filter { root.permits($0, as: .admin) }
                    try transaction.commit(
                        Draft(segments: [Segment(kind: root.number, root: id, operations: operations)]))
                }
            }
            try team.syncAll()
            let screens = try team.replicas.map { try $0.screens(for: team.person("leila")) }
            #expect(Set(screens).count == 1)
            #expect(Set(try team.replicas.map { try $0.digest() }).count == 1)
            for replica in team.replicas { try replica.checkWords() }
        }
    }
}
