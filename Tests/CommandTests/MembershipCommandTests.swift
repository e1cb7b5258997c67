import Foundation
import Testing

/// Who belongs, as owners and admins see to it from the command line.
struct MembershipCommandTests {
    @Test func `a second device of one person needs no name, and both are one member`() throws {
        let terminal = try Terminal()
        try team(on: terminal)
        let invitation = try terminal.nexus("olga", "invite", "--for", "Maya").json["invitation"].text
        let joined = try terminal.nexus("phone", "join", "-", input: invitation)
        #expect(joined.json["person"]["name"].text == "Maya")
        try terminal.hand(from: "phone", to: "olga")
        let members = try terminal.nexus("olga", "members").json
        #expect(members.list.map { $0["person"]["name"].text } == ["Olga", "Maya"])
        #expect(members.list.map { $0["devices"].list.count } == [1, 2])
        try terminal.nexus("phone", "device", "name", "Maya's phone")
        try terminal.hand(from: "phone", to: "olga")
        let devices = try terminal.nexus("olga", "device", "list").json.list
        #expect(devices.map { $0["name"].text } == ["", "", "Maya's phone"])
        #expect(devices.map { $0["thisDevice"].number } == [1, 0, 0])
    }

    @Test func `somebody new gives a name, and one more device gets no role of its own`() throws {
        let terminal = try Terminal()
        try team(on: terminal)
        let invitation = try terminal.nexus("olga", "invite").json["invitation"].text
        let nameless = try terminal.nexus("new", "join", "-", input: invitation)
        #expect((nameless.status, nameless.error["error"].text) == (2, "usage"))
        let both = try terminal.nexus("olga", "invite", "--for", "Maya", "--role", "owner")
        #expect((both.status, both.error["error"].text) == (2, "usage"))
    }

    @Test func `a role is given, handed over, and never taken from the last owner`() throws {
        let terminal = try Terminal()
        try team(on: terminal)
        let last = try terminal.nexus("olga", "members", "role", "Olga", "admin")
        #expect((last.status, last.error["error"].text) == (65, "last-owner"))
        let unfit = try terminal.nexus("olga", "members", "role", "Maya", "gateway")
        #expect((unfit.status, unfit.error["error"].text) == (2, "bad-choice"))
        let forbidden = try terminal.nexus("maya", "members", "role", "Maya", "owner")
        #expect((forbidden.status, forbidden.error["error"].text) == (77, "not-allowed"))
        try terminal.nexus("olga", "members", "role", "Maya", "owner")
        let again = try terminal.nexus("olga", "members", "role", "Maya", "owner")
        #expect((again.status, again.error["error"].text) == (65, "already-so"))
        try terminal.nexus("olga", "members", "role", "Olga", "agent")
        try terminal.hand(from: "olga", to: "maya")
        #expect(try terminal.nexus("maya", "members").json.list.map { $0["role"].text } == ["agent", "owner"])
        let former = try terminal.nexus("olga", "invite")
        #expect((former.status, former.error["error"].text) == (77, "not-allowed"))
        #expect(try terminal.nexus("maya", "verify").status == 0)
    }

    @Test func `an invitation that was taken back lets nobody in`() throws {
        let terminal = try Terminal()
        try team(on: terminal)
        let invitation = try terminal.nexus("olga", "invite").json["invitation"].text
        let open = try terminal.nexus("olga", "invite", "list").json.list
        #expect(open.count == 1)
        #expect(try terminal.nexus("olga", "invite", "withdraw", open[0]["id"].text).status == 0)
        #expect(try terminal.nexus("olga", "invite", "list").json.list.isEmpty)
        #expect(
            try terminal.nexus("olga", "invite", "list", "--all").json.list.map { $0["state"].text }
                == ["used", "withdrawn"])
        #expect(try terminal.nexus("new", "join", "-", "--person", "New", input: invitation).status == 0)
        try terminal.hand(from: "new", to: "olga")
        let waiting = try terminal.nexus("olga", "quarantine").json.list
        #expect(waiting.map { $0["reason"].text } == ["not-admitted"])
    }

    @Test func `what a lost device writes is kept apart, and can be adopted`() throws {
        let terminal = try Terminal()
        let id = try team(on: terminal)
        try terminal.hand(from: "olga", to: "maya")
        let device = try terminal.nexus("olga", "device", "list").json.list[1]["device"].text
        #expect(try terminal.nexus("olga", "device", "revoke", String(device.prefix(8))).status == 0)
        let again = try terminal.nexus("olga", "device", "revoke", String(device.prefix(8)))
        #expect((again.status, again.error["error"].text) == (65, "already-so"))
        try terminal.nexus("maya", "reply", id, "Written on a lost phone")
        try terminal.hand(from: "maya", to: "olga")
        #expect(try terminal.plain("olga", "show", id).output.contains("lost phone") == false)
        let quarantined = try terminal.nexus("olga", "quarantine", "list").json.list
        #expect(quarantined.map { $0["reason"].text } == ["revoked"])
        let change = String(quarantined[0]["change"].text.prefix(8))
        #expect(try terminal.plain("olga", "quarantine", "show", change).output.contains("Written on a lost phone"))
        #expect(try terminal.nexus("olga", "quarantine", "adopt", change).json["adopted"].number == 1)
        #expect(try terminal.plain("olga", "show", id).output.contains("Written on a lost phone"))
        try terminal.hand(from: "olga", to: "maya")
        let end = try terminal.nexus("maya", "note", id, "And more")
        #expect((end.status, end.error["error"].text) == (77, "device-revoked"))
        let digests = try ["olga", "maya"].map { try terminal.nexus($0, "digest").json["digest"].text }
        #expect(Set(digests).count == 1)
        #expect(try terminal.nexus("olga", "verify").status == 0)
    }

    @Test func `a device that was stolen a while ago is cut off from then on`() throws {
        let terminal = try Terminal()
        let id = try team(on: terminal)
        try terminal.hand(from: "olga", to: "maya")
        try terminal.nexus("maya", "reply", id, "By the thief")
        try terminal.hand(from: "maya", to: "olga")
        #expect(try terminal.plain("olga", "show", id).output.contains("By the thief"))
        #expect(try terminal.nexus("olga", "device", "revoke", "--person", "Maya", "--since", "2020-01-01").status == 0)
        #expect(try terminal.plain("olga", "show", id).output.contains("By the thief") == false)
        #expect(try terminal.nexus("olga", "quarantine").json.list.count == 2)
        #expect(try terminal.nexus("olga", "verify").status == 0)
    }

    @Test func `what is not there is named`() throws {
        let terminal = try Terminal()
        try team(on: terminal)
        for (arguments, error) in [
            (["device", "revoke", "zzzzzzzz"], "unknown-device"), (["device", "revoke"], "usage"),
            (["quarantine", "show", "zzzzzzzz"], "unknown-change"), (["quarantine", "adopt"], "usage"),
            (["invite", "withdraw", "zzzzzzzz"], "unknown-invitation"),
            (["members", "role", "Nobody", "admin"], "unknown-person"),
        ] {
            let run = try terminal.start(["--home", terminal.path("olga"), "--json"] + arguments)
            #expect(run.error["error"].text == error)
        }
    }

    /// Olga, who founded the workspace, Maya, an agent, and one conversation.
    @discardableResult
    private func team(on terminal: Terminal) throws -> String {
        try terminal.foundWorkspace()
        let id = try terminal.importConversation("c1")
        let invitation = try terminal.nexus("olga", "invite").json["invitation"].text
        try terminal.nexus("maya", "join", "-", "--person", "Maya", input: invitation)
        try terminal.hand(from: "maya", to: "olga")
        try terminal.hand(from: "olga", to: "maya")
        return id
    }
}

extension Terminal {
    /// Everything one device has goes to another as a file.
    fileprivate func hand(from sender: String, to receiver: String) throws {
        let file = path("\(sender).bundle")
        try nexus(sender, "bundle", "export", file, "--force")
        try nexus(receiver, "bundle", "import", file)
    }
}
