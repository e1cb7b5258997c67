import CRDT
import ChangeLog
import Inbox
import Storage
import TestSupport
import Testing

/// Leads as the team sees them, when several did something without knowing of each other.
struct LeadTests {
    private let scene: LeadScene
    private let all = ["anna", "ben", "carla"]

    /// Three customers have written once, and everyone knows.
    init() throws {
        scene = try LeadScene()
        try scene.meet("anna", "ben", "carla")
    }

    // MARK: Who is one person

    @Test func `an equal phone number makes one person, however it is written`() throws {
        try scene.concurrently([
            ("jonas", { try scene.set($0, "anna", LeadPatch(phone: "+49 (30) 23125-017")) }),
            ("leila", { try scene.set($0, "ben", LeadPatch(phone: "+49 30 23125017")) }),
        ]) { try scene.groups(of: all, in: $0) == [["anna", "ben"], ["carla"]] }
    }

    @Test func `an equal e-mail address makes one person, whatever the case`() throws {
        try scene.concurrently([
            ("jonas", { try scene.set($0, "ben", LeadPatch(email: "Ben@Example.com ")) }),
            ("leila", { try scene.set($0, "carla", LeadPatch(email: "ben@example.COM")) }),
        ]) { try scene.groups(of: all, in: $0) == [["anna"], ["ben", "carla"]] }
    }

    @Test func `an equal identity makes one person, and a chain of equal things does`() throws {
        try scene.concurrently([
            ("gateway", { try scene.addIdentity($0, "anna", "instagram:1784") }),
            ("jonas", { try scene.addIdentity($0, "ben", "instagram:1784") }),
            ("leila", { try scene.set($0, "ben", LeadPatch(email: "ben@example.com")) }),
            ("maya", { try scene.set($0, "carla", LeadPatch(email: "ben@example.com")) }),
        ]) { try scene.groups(of: all, in: $0) == [["anna", "ben", "carla"]] }
    }

    @Test func `an address that is taken away or corrected no longer joins`() throws {
        for customer in ["anna", "ben"] {
            try scene.set("maya", customer, LeadPatch(email: "info@example.com"))
        }
        try scene.team.syncAll()
        try scene.concurrently([
            ("jonas", { try scene.write($0, "anna", [Self.write("email", .null)]) }),
            ("leila", { try scene.write($0, "ben", [Self.write("email", .text("ben@example.com"))]) }),
        ]) { try scene.groups(of: all, in: $0) == [["anna"], ["ben"], ["carla"]] }
    }

    @Test func `a WhatsApp number is a phone number, and both kinds of WhatsApp name the same person`() throws {
        let line = """
            {"channel": "whatsapp", "from": {"id": "493023125017"}, "providerId": "w1", "text": "Hello"}
            """
        let message = try InboundMessage(line: Array(line.utf8))
        _ = try scene.team.write("gateway") { try $0.receive(message, ids: scene.team.ids) }
        try scene.team.syncAll()
        let lead = try scene.lead("493023125017", in: scene.team["maya"])
        #expect(lead.phone == "+493023125017" && lead.identities == ["whatsapp:493023125017"])
        try scene.set("jonas", "anna", LeadPatch(phone: "+49 30 23125017"))
        try scene.team.syncAll()
        for replica in scene.team.replicas {
            #expect(try scene.lead("anna", in: replica).members.count == 2)
        }
    }

    // MARK: Keeping apart

    @Test func `two that somebody keeps apart are two, whatever they share then or later`() throws {
        try scene.concurrently([
            ("jonas", { try scene.set($0, "anna", LeadPatch(phone: "+493023125017")) }),
            ("leila", { try scene.set($0, "ben", LeadPatch(phone: "+493023125017")) }),
            ("maya", { name in try keepApart(name, "anna", "ben") }),
        ]) { try scene.groups(of: all, in: $0) == [["anna"], ["ben"], ["carla"]] }
        try scene.concurrently([
            ("jonas", { try scene.addIdentity($0, "anna", "messenger:7") }),
            ("leila", { try scene.addIdentity($0, "ben", "messenger:7") }),
        ]) { try scene.groups(of: all, in: $0) == [["anna"], ["ben"], ["carla"]] }
    }

    @Test func `taking it back makes them one again; of two who said it, one alone cannot`() throws {
        for customer in ["anna", "ben"] { try scene.set("maya", customer, LeadPatch(phone: "+493023125017")) }
        try scene.team.syncAll()
        try keepApart("jonas", "anna", "ben")
        try scene.team.syncAll()
        // Leila says it, too, without knowing that Jonas takes it back: she said it last that he knows of, and again.
        try scene.concurrently([
            ("jonas", { name in try undo(name, "ben", "anna") }),
            ("leila", { name in try scene.write(name, "ben", [try Self.apart(scene.id("anna"))]) }),
        ]) { try scene.groups(of: all, in: $0) == [["anna"], ["ben"], ["carla"]] }
        try scene.concurrently([("maya", { name in try undo(name, "anna", "ben") })]) {
            try scene.groups(of: all, in: $0) == [["anna", "ben"], ["carla"]]
        }
    }

    @Test func `who stands between two that are kept apart goes with the surer key, for everyone`() throws {
        try scene.concurrently([
            ("gateway", { try scene.addIdentity($0, "anna", "web-chat:x") }),
            (
                "jonas",
                {
                    try scene.write(
                        $0, "ben", [Self.add("identities", "web-chat:x"), Self.write("email", .text("b@c"))])
                }
            ),
            ("leila", { try scene.set($0, "carla", LeadPatch(email: "b@c")) }),
            ("maya", { name in try keepApart(name, "anna", "carla") }),
        ]) { try scene.groups(of: all, in: $0) == [["anna", "ben"], ["carla"]] }
    }

    @Test func `a number that more than fifty carry joins nobody, and joins them when they are fifty again`() throws {
        let customers = (0..<51).map { "customer \($0)" }
        for customer in customers { try scene.team.receive("Hello", from: customer) }
        try scene.team.syncAll()
        for customer in customers { try scene.set("jonas", customer, LeadPatch(email: "none@example.com")) }
        try scene.team.syncAll()
        #expect(try scene.groups(of: customers, in: scene.team["maya"]).count == 51)
        try scene.concurrently([("leila", { try scene.set($0, customers[7], LeadPatch(email: "")) })]) {
            try scene.groups(of: customers, in: $0).count == 2
        }
        try scene.concurrently([
            ("leila", { try scene.set($0, customers[7], LeadPatch(email: "none@example.com")) })
        ]) { try scene.groups(of: customers, in: $0).count == 51 }
    }

    // MARK: What one person shows

    @Test func `of one person's leads the latest name, address and number show, and a later null takes one away`()
        throws
    {
        for customer in ["anna", "ben"] { try scene.addIdentity("maya", customer, "messenger:7") }
        try scene.team.syncAll()
        try scene.concurrently([
            (
                "jonas",
                {
                    try scene.write($0, "anna", [Self.write("name", .text("A")), Self.write("email", .text("a@b"))])
                }
            ),
            (
                "leila",
                {
                    try scene.write($0, "ben", [Self.write("name", .text("Ben B.")), Self.write("email", .null)])
                }
            ),
        ]) { replica in
            let lead = try scene.lead("anna", in: replica)
            let other = try scene.lead("ben", in: replica)
            return lead.name == "Ben B." && lead.email == nil && other == lead
        }
    }

    @Test func `interests, labels, notes and conversations of one person are put together`() throws {
        for customer in ["anna", "ben"] { try scene.addIdentity("maya", customer, "messenger:7") }
        try scene.write("maya", "ben", [Self.add("interests", "old")])
        try scene.team.syncAll()
        var jonas = LeadPatch()
        (jonas.newInterests, jonas.oldInterests) = (["lamps", "rugs"], ["old"])
        var leila = LeadPatch()
        (leila.newInterests, leila.newLabels) = (["rugs"], ["vip"])
        try scene.concurrently([
            ("jonas", { [jonas] in try scene.set($0, "anna", jonas) }),
            ("leila", { [leila] in try scene.set($0, "ben", leila) }),
            (
                "maya",
                { name in try scene.team.write(name) { _ = try $0.noteLead(scene.id("anna").text, "Likes red") } }
            ),
            ("assistant", { try scene.write($0, "ben", [Self.add("interests", "doors")]) }),
        ]) { replica in
            let lead = try scene.lead("ben", in: replica)
            return lead.interests == ["doors", "lamps", "rugs"] && lead.labels == ["vip"]
                && lead.notes.map(\.text) == ["Likes red"] && lead.notes.map(\.author) == ["maya"]
                && lead.conversations.count == 2
        }
    }

    @Test func `cards say the status of the person, on all of their conversations`() throws {
        for customer in ["anna", "ben"] { try scene.addIdentity("maya", customer, "messenger:7") }
        try scene.team.syncAll()
        try scene.concurrently([("jonas", { try scene.set($0, "ben", LeadPatch(status: .to("qualified"))) })]) {
            try Set($0.leadStatusesOfCards()) == ["anna qualified", "ben qualified", "carla new"].mapped(scene)
        }
        try scene.concurrently([("leila", { name in try keepApart(name, "anna", "ben") })]) {
            let (one, other) = scene.id("anna") < scene.id("ben") ? ("anna", "ben") : ("ben", "anna")
            return try Set($0.leadStatusesOfCards())
                == ["\(one) qualified", "\(other) new", "carla new"].mapped(scene)
        }
    }

    // MARK: Helpers

    private func keepApart(_ name: String, _ one: String, _ other: String) throws {
        try scene.team.write(name) { _ = try $0.keepApart(scene.id(one).text, scene.id(other).text) }
    }

    private func undo(_ name: String, _ one: String, _ other: String) throws {
        try scene.team.write(name) { _ = try $0.undoKeepApart(scene.id(one).text, scene.id(other).text) }
    }

    private static func write(_ field: String, _ value: Value) -> ChangeLog.Operation {
        Operation(field: InboxSchema.lead.field(named: field).number, action: .write(value))
    }

    private static func add(_ field: String, _ member: String) -> ChangeLog.Operation {
        Operation(field: InboxSchema.lead.field(named: field).number, action: .add(.text(member)))
    }

    private static func apart(_ other: RootID) throws -> ChangeLog.Operation {
        Operation(field: InboxSchema.lead.field(named: "apart").number, action: .add(.bytes(other.bytes)))
    }
}

extension Replica {
    /// Of each card, its lead's id and status.
    fileprivate func leadStatusesOfCards() throws -> [String] {
        try read { database in
            try CardLead.all(in: database).map { "\($0.lead.text) \($0.status ?? "none")" }
        }
    }
}

extension [String] {
    /// Customers' names as ids.
    fileprivate func mapped(_ scene: LeadScene) -> Set<String> {
        Set(
            map { line in
                let words = line.split(separator: " ")
                return "\(scene.id(String(words[0])).text) \(words[1])"
            })
    }
}
