import ChangeLog
import Inbox
import Replication
import Storage
import TestSupport
import Testing

/// Invitations that should open nothing any more, and stolen devices of those who decide who belongs.
struct IntruderTests {
    private let directory = TemporaryDirectory()
    private let team: Team
    private let conversation: RootID

    init() throws {
        team = try Team(in: directory)
        conversation = try team.receive("Hello?")
        try team.syncAll()
    }

    // MARK: Old invitations

    /// Why an invitation is over.
    private enum Age: Int, CaseIterable {
        case withdrawn = 71
        case lapsed, used

        /// What an honest relay says.
        var refusal: RefusalReason {
            switch self {
            case .withdrawn: .withdrawn
            case .lapsed: .expired
            case .used: .used
            }
        }
    }

    /// An invitation of Maya's that everybody knows to be over.
    private func invitation(_ age: Age) throws -> Invitation {
        let invitation = try team["maya"].invitation(
            .agent, oneTimeSeed: Array(repeating: UInt8(age.rawValue), count: 32), secret: team.secret,
            expires: age == .lapsed ? team.now - 1 : nil, now: team.now)
        if age == .withdrawn {
            let record = try team["maya"].invitations(now: team.now).first { $0.grant == invitation.grant }
            try team.govern("maya") { _ = try $0.withdraw(#require(record)) }
        }
        try team.sync("maya")
        if age == .used { try device("first", invitation).sync(with: team.relay, now: team.now) }
        return invitation
    }

    private func device(_ name: String, key: String? = nil, _ invitation: Invitation) throws -> Replica {
        try Replica.join(
            at: directory.file("device of \(name)"), invitation: invitation, person: name, key: .of(key ?? name),
            now: team.now, configuration: InboxSchema.configuration)
    }

    @Test func `an old invitation lets in neither a stranger who found it nor, by any name, a device that was cut off`()
        throws
    {
        let leila = team["leila"].id.device
        try team.revoke(leila, by: "jonas")
        try team.sync("jonas")
        _ = try team.steal("leila")
        let invitations = try Age.allCases.map { ($0, try invitation($0)) }
        try team.syncAll()
        let members = try team.members()
        for (age, invitation) in invitations {
            let stranger = try device("stranger \(age)", invitation)
            #expect(throws: ReplicationFailure.refused(age.refusal)) {
                try stranger.sync(with: team.relay, now: team.now)
            }
            let again = try device("maya \(age)", key: "leila", invitation)
            let draft = Draft(segments: [.on(conversation, .reply("I am back"))])
            _ = try again.transact(now: team.now) { try $0.commit(draft) }
            try again.sync(with: team.relay, now: team.now)
        }
        try team.syncAll()
        #expect(try team.members() == members)
        #expect(members.first { $0.device == leila }?.isRevoked == true)
        try team.expect(["Hello?"], in: conversation)
        try team.expectAgreement()
    }

    /// Expiry, uses and withdrawals are the relay's duty: nobody judges them again.
    @Test func `whom a lying relay lets in with an old invitation all see alike, and can cut off again`() throws {
        let relay = team.relay.replica
        for age in Age.allCases {
            let invitation = try invitation(age)
            let intruder = try device("\(age)", invitation)
            _ = try relay.append(Wire.everything(of: intruder), now: team.now)
            let admission = Act.admit(device: intruder.id.device, grant: invitation.grant, milliseconds: team.now)
            _ = try relay.transact(now: team.now) { try $0.commit(Draft(acts: [admission])) }
            try relay.publish()
            team.welcome("\(age)", intruder)
        }
        try team.syncAll()
        for age in Age.allCases { try team.write("\(age)") { try $0.note(on: conversation.text, "\(age)") } }
        try team.syncAll()
        let keys = Age.allCases.map { team["\($0)"].id.device }
        let intruders = try team.members().filter { keys.contains($0.device) }
        #expect(intruders.count == 3 && intruders.allSatisfy { $0.admitted != nil && !$0.isRevoked })
        let texts = ["Hello?"] + Age.allCases.map { "\($0)" }
        try team.expect(texts, in: conversation)
        try team.govern("maya") { _ = try $0.revoke(keys) }
        for age in Age.allCases { try team.write("\(age)") { try $0.note(on: conversation.text, "I stay") } }
        try team.syncAll()
        #expect(try team.members().allSatisfy { $0.isRevoked == keys.contains($0.device) })
        try team.expect(texts, in: conversation)
        try team.expectAgreement()
    }

    // MARK: Stolen devices of owners and admins

    /// Gives Maya, who founded the workspace, a second device.
    private func addPhone() throws {
        let (maya, key) = (team["maya"], SigningKey.of("phone"))
        let person = try team.person("maya")
        try team.govern("maya") {
            _ = try $0.commit(
                Draft(acts: [.grant(Grant(role: .owner, key: key.device, isDevice: true, person: person))]))
        }
        let phone = try Replica.create(
            at: directory.file("phone"), workspace: maya.workspace, key: key, epoch: 1,
            configuration: InboxSchema.configuration)
        try team.sync("maya")
        team.welcome("phone", phone)
        try team.syncAll()
        try team.write("phone") { try $0.note(on: conversation.text, "from the phone") }
        try team.syncAll()
    }

    @Test func `a thief with an admin's device cuts off nobody whom it knew to be an owner`() throws {
        try addPhone()
        let members = try team.members()
        let owners = [team["maya"], team["phone"]].map(\.id.device)
        var thief = try team.steal("jonas")
        var fork = thief.branching(after: 1)
        try thief.backdate(
            "now", Draft(acts: owners.map { .revoke(device: $0, upTo: []) }), citing: others(than: thief))
        try fork.backdate("before", Draft(acts: [.revoke(device: owners[0], upTo: [])]))
        try team.push(thief.last(1), fork.last(1), by: thief.replica)
        for name in ["maya", "phone"] { try team.write(name) { try $0.note(on: conversation.text, "still \(name)") } }
        try team.syncAll()
        #expect(try team.members() == members)
        try team.expect(["Hello?", "from the phone", "still maya", "still phone"], in: conversation)
        try team.expectAgreement()
    }

    /// Not to have seen a grant is no crime, and cannot be told from having hidden it.
    @Test func `an admin's device dated back to before somebody was an owner cuts them off until the founder answers`()
        throws
    {
        let before = try #require(try Wire.own(of: team["jonas"]).last?.asCause)
        try addPhone()
        let members = try team.members()
        let phone = team["phone"].id.device
        var thief = try team.steal("jonas")
        try thief.backdate("before", Draft(acts: [.revoke(device: phone, upTo: [])]))
        try team.push(thief.last(1), by: thief.replica)
        try team.syncAll()
        #expect(try owners() == [team["maya"].id.device])
        try team.expect(["Hello?"], in: conversation)
        _ = try team.govern("maya") {
            try $0.commit(Draft(acts: [.revoke(device: thief.key.device, upTo: [before])]))
        }
        try team.syncAll()
        #expect(
            try team.members().filter { $0.device != thief.key.device }
                == members.filter { $0.device != thief.key.device })
        try team.expect(["Hello?", "from the phone"], in: conversation)
        try team.expectAgreement()
    }

    @Test
    func `a thief with an owner's second device cuts off the founder's until that one answers, which outranks it`()
        throws
    {
        try addPhone()
        let maya = team["maya"].id.device
        let phone = try team.steal("phone")
        var thief = phone
        let theft = team.now
        team.pass(1)
        let acts = [Act.revoke(device: maya, upTo: try team["maya"].frontier().filter { $0.replica.device == maya })]
        try thief.backdate("theft", Draft(acts: acts), citing: others(than: thief))
        try team.push(thief.last(1), by: thief.replica)
        try team.write("maya") { try $0.note(on: conversation.text, "meanwhile") }
        try team.syncAll()
        #expect(try owners() == [thief.key.device])
        try team.expect(["Hello?", "from the phone"], in: conversation)
        // Cut off as the founder is, nobody ranks before them.
        _ = try team.govern("maya") { try $0.revoke([thief.key.device], since: theft + 1) }
        try team.syncAll()
        #expect(try owners() == [maya])
        try team.expect(["Hello?", "from the phone", "meanwhile"], in: conversation)
        try team.expectAgreement()
    }

    /// Nobody's role would be left, for all come from the founder: so the one who is nearest to the founding is spared.
    @Test func `who revokes the founder from the beginning takes their own role with it, and the founder stays`() throws
    {
        try addPhone()
        let members = try team.members()
        var thief = try team.steal("phone")
        let acts = [Act.revoke(device: team["maya"].id.device, upTo: [])]
        try thief.backdate("theft", Draft(acts: acts), citing: others(than: thief))
        try team.push(thief.last(1), by: thief.replica)
        try team.write("maya") { try $0.note(on: conversation.text, "meanwhile") }
        try team.syncAll()
        #expect(try team.members() == members)
        try team.expect(["Hello?", "from the phone", "meanwhile"], in: conversation)
        try team.expectAgreement()
    }

    private func others(than hand: Hand) throws -> [Cause] {
        try team.relay.replica.frontier().filter { $0.replica != hand.replica }
    }

    private func owners() throws -> [DeviceID] {
        try team.members().filter { $0.role == .owner && !$0.isRevoked }.map(\.device)
    }
}
