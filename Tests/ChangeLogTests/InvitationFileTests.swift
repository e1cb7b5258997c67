import CRDT
import ChangeLog
import TestSupport
import Testing

/// Invitations whose texts never change: `Fixtures/invitations/v1`.
struct InvitationFile: Sendable, CustomTestStringConvertible {
    let name: String
    let about: String
    let invitation: Invitation

    var testDescription: String { name }

    /// What the text says, without its check.
    func payload() throws -> [UInt8] {
        let letters = invitation.text.dropFirst("nexus1-".count)
        return try #require(Base32.bytes(letters)).dropLast(4)
    }

    func fixture() throws -> Fixture {
        Fixture(
            about: [about],
            facts: [
                "text \(invitation.text)", "workspace \(invitation.workspace.bytes.hex)",
                "secret \(invitation.secret.hex)", "relay \(invitation.relay ?? "-")",
                "relay key \(invitation.relayKey?.bytes.hex ?? "-")",
                "grant \(invitation.grant.replica.bytes.hex) \(invitation.grant.number) \(invitation.grant.prefix.hex)",
                "stamp \(invitation.stamp.milliseconds) \(invitation.stamp.counter)",
                "one-time seed \(invitation.oneTimeSeed.hex)", "role \(invitation.role.rawValue)",
                "expires \(invitation.expires.map(String.init) ?? "-")",
                "person \(invitation.person?.id.bytes.hex ?? "-") \(invitation.person.map { Array($0.name.utf8).hex } ?? "-")",
            ], bytes: try payload())
    }

    static let all: [InvitationFile] = {
        guard let change = try? Golden.named("act-grant-invitation").change(2) else {
            preconditionFailure("there is a golden grant")
        }
        var invitation = Invitation(
            workspace: Golden.all[0].workspace, secret: Digest.of([], domain: "test secret"),
            relay: "https://relay.example.com:8443", relayKey: SigningKey.of("relay").device, grant: change.asCause,
            stamp: change.stamp, oneTimeSeed: Digest.of(Array("invitation".utf8), domain: "test key"), role: .agent,
            expires: GoldenChain.newYear + 604_800_000)
        let withRelay = InvitationFile(
            name: "with-relay", about: "An invitation to the relay, for a week.", invitation: invitation)
        (invitation.relay, invitation.relayKey, invitation.expires) = (nil, nil, nil)
        var further = invitation
        further.person = InvitedPerson(id: change.id, name: "María")
        return [
            withRelay,
            InvitationFile(name: "further-device", about: "One for a second device of somebody.", invitation: further),
            InvitationFile(
                name: "without-relay", about: "One without a relay, for ever.", invitation: invitation),
        ]
    }()

    static let folder: Result<FixtureFolder, any Error> = Result {
        try FixtureFolder("invitations/v1") {
            try Dictionary(uniqueKeysWithValues: all.map { ($0.name, try $0.fixture()) })
        }
    }
}

struct InvitationFileTests {
    @Test func `every invitation has its file, and every file its invitation`() throws {
        #expect(try InvitationFile.folder.get().names() == InvitationFile.all.map(\.name).sorted())
    }

    @Test(arguments: InvitationFile.all)
    func `an invitation's file is read and written as ever`(file: InvitationFile) throws {
        #expect(try InvitationFile.folder.get().text(file.name) == file.fixture().text)
        let fixture = try InvitationFile.folder.get().read(file.name)
        let text = try #require(fixture.facts.first?.split(separator: " ").last)
        #expect(Invitation(text) == file.invitation)
        #expect(Invitation("nexus1-" + text.dropFirst(7).uppercased()) == file.invitation)
        #expect(SigningKey(seed: file.invitation.oneTimeSeed)?.device == SigningKey.invitation.device)
    }
}
