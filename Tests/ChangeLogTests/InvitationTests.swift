import CRDT
import ChangeLog
import TestSupport
import Testing

struct InvitationTests {
    @Test(arguments: Seed.several(10))
    func `an invitation survives being written down`(seed: Seed) {
        var dice = Dice(seed)
        for _ in 0..<20 {
            let invitation = dice.invitation()
            #expect(Invitation(invitation.text) == invitation)
            #expect(invitation.text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" })
        }
    }

    @Test func `an invitation with any single letter altered, lost or doubled is refused`() {
        var dice = Dice(Seed(4))
        let text = Array(dice.invitation().text)
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567")
        for index in text.indices {
            for letter in dice.shuffled(alphabet).prefix(5) where letter != text[index] {
                var altered = text
                altered[index] = letter
                #expect(Invitation(String(altered)) == nil, "letter \(index)")
            }
            var (lost, doubled) = (text, text)
            lost.remove(at: index)
            doubled.insert(text[index], at: index)
            #expect(Invitation(String(lost)) == nil, "letter \(index)")
            #expect(Invitation(String(doubled)) == nil, "letter \(index)")
        }
    }

    @Test(arguments: ["", "nexus1-", "nexus2-aaaa", "hello", "nexus1-aaaaaaaaaaaaaaaa"])
    func `what is no invitation is refused`(text: String) { #expect(Invitation(text) == nil) }

    @Test func `a credential survives, and nothing shorter or longer is one`() throws {
        let credential = Credential(Dice.oneCause, SigningKey.of("one time").sign([1]))
        #expect(try Credential(credential.bytes) == credential)
        #expect(throws: FormatRejection.trailingBytes) { try Credential(credential.bytes + [0]) }
        for length in credential.bytes.indices {
            #expect(throws: FormatRejection.truncated) { try Credential(credential.bytes[..<length]) }
        }
    }
}

extension Dice {
    mutating func invitation() -> Invitation {
        Invitation(
            workspace: WorkspaceID(unchecked: bytes(32)), secret: bytes(32),
            relay: once(in: 2) ? "https://relay.example.com:8443/x" : nil,
            relayKey: once(in: 2) ? SigningKey.of("\(next())").device : nil,
            grant: cause(), stamp: stamp(), oneTimeSeed: bytes(32), role: pick(Role.allCases),
            expires: once(in: 2) ? next() >> 20 : nil,
            person: once(in: 2) ? InvitedPerson(id: identifier(), name: "Lucía") : nil)
    }
}
