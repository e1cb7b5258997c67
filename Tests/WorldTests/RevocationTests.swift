import CRDT
import ChangeLog
import Inbox
import Storage
import TestSupport
import Testing

/// What somebody with a real key can do to the others, and what is left of it.
struct RevocationTests {
    private let directory = TemporaryDirectory()

    private func team() throws -> (Team, RootID) {
        let team = try Team(in: directory)
        let conversation = try team.receive("Hello?")
        try team.syncAll()
        return (team, conversation)
    }

    private func notes(_ conversation: RootID, on replica: Replica) throws -> [String] {
        try replica.detail(conversation).messages.map(\.text).filter { $0.hasPrefix("note") }
    }

    private func checkAgreement(_ team: Team) throws {
        #expect(Set(try team.replicas.map { try $0.digest() }).count == 1)
        for replica in team.replicas { #expect(try replica.verify().problems == []) }
    }

    @Test func `what a revoked device wrote before stays, what it writes on is shown to nobody and told as cut`() throws
    {
        let (team, conversation) = try team()
        try team.write("leila") { try $0.note(on: conversation.text, "note 1") }
        try team.syncAll()
        try team.revoke(team["leila"].id.device, by: "jonas")
        try team.write("leila") { try $0.note(on: conversation.text, "note 2") }
        try team.syncAll()
        for replica in team.replicas {
            #expect(try notes(conversation, on: replica) == ["note 1"])
            #expect(try replica.member(team["leila"].id.device)?.isRevoked == true)
            let history = try replica.history(of: conversation)
            #expect(history.contains { $0.effect == .cut && $0.replica == team["leila"].id })
        }
        try checkAgreement(team)
    }

    @Test func `an admin neither revokes, demotes nor makes an owner`() throws {
        let (team, conversation) = try team()
        let (maya, jonas) = (team["maya"].id.device, team["jonas"].id.device)
        for acts in [
            [Act.revoke(device: maya, upTo: [])],
            [.revoke(device: maya, upTo: []), .grant(Grant(role: .viewer, key: maya, isDevice: true))],
            [.grant(Grant(role: .viewer, key: maya, isDevice: true))],
            [.grant(Grant(role: .owner, key: jonas, isDevice: true))],
        ] {
            _ = try team["jonas"].transact(now: team.now) { try $0.commit(Draft(acts: acts)) }
        }
        try team.write("maya") { try $0.note(on: conversation.text, "note of maya") }
        try team.syncAll()
        for replica in team.replicas {
            #expect(try replica.member(maya)?.role == .owner)
            #expect(try replica.member(maya)?.isRevoked == false)
            #expect(try replica.member(jonas)?.role == .admin)
            #expect(try notes(conversation, on: replica) == ["note of maya"])
        }
        try checkAgreement(team)
    }

    @Test func `changes of another workspace are taken by nobody`() throws {
        let (team, _) = try team()
        let other = try Replica.found(
            at: directory.file("other"), name: "Other", person: "leila", secret: team.secret, key: .of("leila"),
            now: team.now, configuration: InboxSchema.configuration)
        try other.publish()
        for bytes in try other.outgoing(after: 0, byteLimit: .max).deltas {
            #expect(throws: FormatRejection.self) {
                try ReceivedDelta(bytes[...]).verified(in: team["maya"].workspace)
            }
        }
    }

    @Test func `a device that was cut off hands over its old backup, and none of it counts anew`() throws {
        let (team, conversation) = try team()
        try team.write("leila") { try $0.note(on: conversation.text, "note 1") }
        try team.syncAll()
        _ = try team["leila"].exportBundle(to: directory.file("backup"))
        try team.revoke(team["leila"].id.device, by: "maya")
        try team.syncAll()
        let digests = Set(try team.replicas.map { try $0.digest() })
        for replica in team.replicas { _ = try replica.importBundle(from: directory.file("backup"), now: team.now) }
        #expect(Set(try team.replicas.map { try $0.digest() }) == digests)
        try checkAgreement(team)
    }
}
