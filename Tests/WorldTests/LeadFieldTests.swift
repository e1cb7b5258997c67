import CRDT
import ChangeLog
import Inbox
import Storage
import TestSupport
import Testing

/// Status, score and assignee of a lead: people's word and the assistant's, concurrent and later, over all leads of a
/// person.
struct LeadFieldTests {
    private let scene: LeadScene

    /// Anna and Ben are one person.
    init() throws {
        scene = try LeadScene()
        try scene.meet("anna", "ben")
        for customer in ["anna", "ben"] { try scene.addIdentity("maya", customer, "messenger:7") }
        try scene.team.syncAll()
    }

    @Test func `a person's score stands before the assistant's, on whichever lead, whoever was later`() throws {
        for first in [true, false] {
            let acts: [(name: String, act: (String) throws -> Void)] = [
                ("jonas", { try scene.set($0, "anna", LeadPatch(status: .to("qualified"), score: .to(80))) }),
                ("assistant", { try scene.say($0, "ben", status: "lost", score: 20) }),
            ]
            try scene.concurrently(first ? acts : acts.reversed()) { replica in
                let lead = try scene.lead("ben", in: replica)
                return lead.score == 80 && lead.scoreSource == .person && lead.status == "qualified"
                    && lead.statusSource == .person
            }
        }
    }

    @Test func `what the assistant says later waits, until a person hands the field back; then its next word shows`()
        throws
    {
        try scene.set("jonas", "anna", LeadPatch(status: .to("converted"), score: .to(80)))
        try scene.team.syncAll()
        try scene.concurrently([("assistant", { try scene.say($0, "anna", status: "lost", score: 20) })]) { replica in
            let lead = try scene.lead("anna", in: replica)
            return lead.score == 80 && lead.status == "converted"
        }
        try scene.concurrently([
            ("leila", { try scene.set($0, "ben", LeadPatch(status: .automatic, score: .automatic)) })
        ]) { replica in
            let lead = try scene.lead("anna", in: replica)
            return lead.scoreSource != .person && lead.statusSource != .person
        }
        try scene.concurrently([("assistant", { try scene.say($0, "ben", status: "interested", score: 30) })]) {
            let lead = try scene.lead("anna", in: $0)
            return lead.score == 30 && lead.scoreSource == .assistant && lead.status == "interested"
        }
    }

    @Test func `what the assistant says without knowing of a hand-back shows after it`() throws {
        try scene.set("jonas", "anna", LeadPatch(score: .to(80)))
        try scene.team.syncAll()
        try scene.concurrently([
            ("assistant", { try scene.say($0, "anna", score: 20) }),
            ("leila", { try scene.set($0, "anna", LeadPatch(score: .automatic)) }),
        ]) { try scene.lead("anna", in: $0).score == 20 }
    }

    @Test func `of two people's scores the later shows; a later hand-back ends both`() throws {
        try scene.concurrently([
            ("jonas", { try scene.set($0, "anna", LeadPatch(score: .to(40))) }),
            ("leila", { try scene.set($0, "ben", LeadPatch(score: .to(60))) }),
            ("assistant", { try scene.say($0, "anna", score: 5) }),
        ]) { try scene.lead("anna", in: $0).score == 60 }
        try scene.concurrently([("maya", { try scene.set($0, "anna", LeadPatch(score: .automatic)) })]) {
            try scene.lead("anna", in: $0).scoreSource != .person
        }
        try scene.concurrently([("assistant", { try scene.say($0, "ben", score: 30) })]) {
            try scene.lead("anna", in: $0).score == 30
        }
    }

    @Test func `a hand-back does not undo what another person sets without knowing of it, if that is later`() throws {
        try scene.set("maya", "anna", LeadPatch(score: .to(10)))
        try scene.team.syncAll()
        for isSetLater in [true, false] {
            let acts: [(name: String, act: (String) throws -> Void)] = [
                ("jonas", { try scene.set($0, "anna", LeadPatch(score: .automatic)) }),
                ("leila", { try scene.set($0, "anna", LeadPatch(score: .to(70))) }),
            ]
            try scene.concurrently(isSetLater ? acts : acts.reversed()) {
                try scene.lead("anna", in: $0).score == (isSetLater ? 70 : nil)
            }
            try scene.set("maya", "anna", LeadPatch(score: .to(10)))
            try scene.team.syncAll()
        }
    }

    @Test func `a second channel that calls a customer new does not undo what the assistant found`() throws {
        try scene.say("assistant", "anna", status: "interested")
        try scene.team.syncAll()
        try scene.team.receive("Hello", from: "dora")
        try scene.team.syncAll()
        try scene.concurrently([("gateway", { try scene.addIdentity($0, "dora", "messenger:7") })]) {
            let lead = try scene.lead("dora", in: $0)
            return lead.status == "interested" && lead.members.count == 3
        }
    }

    @Test func `nobody, said by a person, is pinned like a name; auto leaves it to the assistant`() throws {
        let jonas = try scene.team.person("jonas")
        let field = InboxSchema.lead.field(named: "assignee").number
        let assign = Operation(field: field, action: .set(.bytes(jonas.bytes), basis: .nothing))
        try scene.concurrently([("leila", { try scene.set($0, "anna", Self.assignee(.to(nil))) })]) {
            let lead = try scene.lead("anna", in: $0)
            return lead.assignee == nil && lead.assigneeSource == .person
        }
        try scene.concurrently([("assistant", { try scene.write($0, "ben", [assign]) })]) {
            try scene.lead("anna", in: $0).assignee == nil
        }
        try scene.concurrently([
            ("leila", { try scene.set($0, "anna", Self.assignee(.automatic)) }),
            ("assistant", { try scene.write($0, "ben", [assign]) }),
        ]) {
            let lead = try scene.lead("anna", in: $0)
            return lead.assignee?.name == "jonas" && lead.assigneeSource == .assistant
        }
        let leila = try scene.team.person("leila")
        try scene.concurrently([("maya", { try scene.set($0, "ben", Self.assignee(.to(leila))) })]) {
            try scene.lead("anna", in: $0).assignee?.name == "leila"
        }
    }

    @Test func `a workspace's own statuses can be set where they are known`() throws {
        #expect(throws: InboxFailure.self) { try scene.set("jonas", "anna", LeadPatch(status: .to("trial"))) }
        var patch = WorkspacePatch()
        patch.added = ["trial"]
        try scene.team.write("maya") { [patch, ids = scene.team.ids] in _ = try $0.setWorkspace(patch, ids: ids) }
        try scene.team.syncAll()
        try scene.concurrently([("jonas", { try scene.set($0, "anna", LeadPatch(status: .to("trial"))) })]) {
            try scene.lead("ben", in: $0).status == "trial"
        }
        #expect(throws: InboxFailure.notAllowed(.agent)) {
            try scene.team.write("leila") { [patch, ids = scene.team.ids] in
                _ = try $0.setWorkspace(patch, ids: ids)
            }
        }
    }

    @Test func `the history says who set what, over all leads of a person`() throws {
        try scene.set("jonas", "anna", LeadPatch(score: .to(40)))
        try scene.say("assistant", "ben", score: 20)
        try scene.team.syncAll()
        try scene.set("leila", "ben", LeadPatch(status: .to("lost"), score: .automatic))
        try scene.team.syncAll()
        for replica in scene.team.replicas {
            let history = try LeadHistory(of: scene.lead("anna", in: replica), in: replica).entries
            let told = history.map { "\($0.author ?? "?") \($0.field.rawValue) \($0.value)" }
            #expect(told.filter { $0.hasPrefix("gateway status") }.count == 2)
            #expect(
                Set(told.suffix(4)) == [
                    "jonas score integer(40)", "assistant score integer(20)", "leila score null",
                    "leila status text(\"lost\")",
                ])
            #expect(history.map(\.stamp) == history.map(\.stamp).sorted())
        }
    }

    @Test func `what is so already makes no change, and what only the assistant says does when a person says it`()
        throws
    {
        try scene.say("assistant", "anna", score: 20)
        try scene.team.syncAll()
        let id = scene.id("anna").text
        #expect(try scene.team.write("jonas") { try $0.setLead(id, LeadPatch(score: .to(20))) } != nil)
        #expect(try scene.team.write("jonas") { try $0.setLead(id, LeadPatch(score: .to(20))) } == nil)
        #expect(try scene.team.write("jonas") { try $0.setLead(id, LeadPatch(score: .automatic)) } != nil)
        #expect(try scene.team.write("jonas") { try $0.setLead(id, LeadPatch(score: .automatic)) } == nil)
        #expect(try scene.team.write("jonas") { try $0.setLead(id, LeadPatch(name: "ben")) } == nil)
    }

    private static func assignee(_ setting: LeadPatch.Setting<ChangeID?>) -> LeadPatch {
        var patch = LeadPatch()
        patch.assignee = setting
        return patch
    }
}

extension LeadScene {
    /// What the assistant writes: straight into the fields.
    func say(_ name: String, _ customer: String, status: String? = nil, score: Int64? = nil) throws {
        let root = InboxSchema.lead
        var operations: [ChangeLog.Operation] = []
        if let status {
            operations.append(
                Operation(field: root.field(named: "status").number, action: .set(.text(status), basis: .nothing)))
        }
        if let score {
            operations.append(
                Operation(field: root.field(named: "score").number, action: .set(.integer(score), basis: .nothing)))
        }
        try write(name, customer, operations)
    }
}
