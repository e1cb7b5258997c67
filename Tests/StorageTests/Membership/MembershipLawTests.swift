import ChangeLog
import Simulation
import Storage
import TestSupport
import Testing

/// Single rules about who counts, each with the smallest crew that shows it.
struct MembershipLawTests {
    private let directory = TemporaryDirectory()

    /// Delivers change by change and compares with the rules after each.
    private func witness(_ stage: Stage, name: String = "witness") throws -> Witness {
        let witness = try Witness(of: stage, in: directory, name)
        for label in stage.labels {
            try witness.hear([stage.deltas[label]].compactMap(\.self))
            #expect(try witness.differences() == [], "after \(label)")
        }
        try witness.check()
        return witness
    }

    @Test func `who grants themselves a role that they have not got stays what they are`() throws {
        var stage = try Stage([("a", .admin), ("x", .agent)])
        try stage.say("a1", "a", seeing: ["grant x"], [.grant(.owner, "a")])
        try stage.say("x1", "x", seeing: ["a1"], [.grant(.admin, "x")])
        try stage.say("x2", "x", writing: [Ledger.segment("x2", field: 5)])
        try stage.say("f2", "f", seeing: ["x1"], [stage.revoke("x")])
        let witness = try witness(stage)
        #expect(try witness.replica.member(Stage.device("a"))?.role == .admin)
    }

    @Test func `an owner may step down, and what they do with it counts`() throws {
        var stage = try Stage([("o", .owner), ("x", .agent)])
        try stage.say("o1", "o", seeing: ["grant x"])
        try stage.say("o2", "o", [.grant(.agent, "n"), stage.revoke("o", upTo: "o1"), .grant(.agent, "o")])
        try stage.say("o3", "o", writing: [Ledger.segment("o3", field: 4)])
        try stage.say("o4", "o", writing: [Ledger.segment("o4", field: 5)])
        try stage.say("n1", "n", seeing: ["o2"])
        let witness = try witness(stage)
        #expect(try witness.replica.member(Stage.device("o"))?.role == .agent)
        #expect(try witness.replica.texts().isSuperset(of: ["o1", "o2", "o3", "n1"]))
        #expect(try !witness.replica.texts().contains("o4"))
    }

    @Test func `the founder may step down`() throws {
        var stage = try Stage([("o", .owner)])
        try stage.say("f2", "f", [stage.revoke("f", upTo: "grant o"), .grant(.agent, "f")])
        try stage.say("f3", "f", writing: [Ledger.segment("f3", field: 5)])
        let witness = try witness(stage)
        #expect(try witness.replica.member(Stage.device("f"))?.role == .agent)
        #expect(try !witness.replica.texts().contains("f3"))
    }

    @Test func `somebody revoked does not let themselves in again`() throws {
        var stage = try Stage([("a", .admin)])
        try stage.say("a1", "a", seeing: ["grant a"])
        try stage.say("f2", "f", seeing: ["a1"], [stage.revoke("a", upTo: "a1")])
        try stage.say("a2", "a", seeing: ["f2"], [.grant(.admin, "a")])
        try stage.say("a3", "a")
        let witness = try witness(stage)
        #expect(try witness.replica.texts().isDisjoint(with: ["a2", "a3"]))
        #expect(try witness.replica.member(Stage.device("a"))?.isRevoked == true)
    }

    @Test func `of two roles given in one change the weaker holds`() throws {
        var stage = try Stage()
        try stage.say("f2", "f", seeing: ["found"], [.grant(.viewer, "x"), .grant(.admin, "x")])
        try stage.say("x1", "x", seeing: ["f2"], [.grant(.agent, "n")])
        try stage.say("n1", "n", seeing: ["x1"])
        let witness = try witness(stage)
        #expect(try witness.replica.member(Stage.device("x"))?.role == .viewer)
    }

    @Test func `of two revocations in one change both hold`() throws {
        var stage = try Stage([("x", .agent)])
        try stage.say("x1", "x", seeing: ["grant x"])
        try stage.say("x2", "x")
        try stage.say("f2", "f", seeing: ["x2"], [stage.revoke("x", upTo: "x1"), stage.revoke("x", upTo: "x2")])
        let witness = try witness(stage)
        #expect(try witness.replica.texts().isDisjoint(with: ["x2"]))
    }

    @Test func `a change that is cut when it comes shows nothing, also where what it does takes others away`() throws {
        var stage = try Stage([("a", .admin), ("b", .admin), ("x", .agent)])
        try stage.say("x1", "x", seeing: ["grant x"])
        try stage.say("a1", "a", seeing: ["grant x"], [stage.revoke("b")])
        try stage.say("b1", "b", seeing: ["grant x"], [stage.revoke("x")])
        let witness = try witness(stage)
        #expect(try witness.replica.texts() == ["a1", "grant a", "grant b", "grant x"])
    }

    @Test func `what a joiner does counts for nobody before the joiner is admitted`() throws {
        var stage = try Stage([("r", .relay)])
        try stage.say("invite", "f", [.invite(.admin, key: "k")])
        try stage.say("z1", "z", seeing: ["invite"], [stage.join("z", by: "invite", key: "k")])
        try stage.say("z2", "z", [.grant(.agent, "n")])
        try stage.say("n1", "n", seeing: ["z2"])
        #expect(try witness(stage).replica.texts().isDisjoint(with: ["z1", "z2", "n1"]))
        try stage.say("admit", "r", seeing: ["grant r", "z1"], [stage.admit("z", under: "invite")])
        #expect(try witness(stage, name: "later").replica.texts().isSuperset(of: ["z1", "z2", "n1"]))
    }

    @Test func `who made an invitation admits under it, also when demoted meanwhile`() throws {
        var stage = try Stage([("a", .admin)])
        try stage.say("invite", "a", seeing: ["grant a"], [.invite(.agent, key: "k")])
        try stage.say("z1", "z", seeing: ["invite"], [stage.join("z", by: "invite", key: "k")])
        try stage.say("admit", "a", seeing: ["z1"], [stage.admit("z", under: "invite")])
        try stage.say("f2", "f", seeing: ["invite"], [stage.revoke("a", upTo: "invite"), .grant(.agent, "a")])
        #expect(try witness(stage).replica.texts().contains("z1"))
    }

    @Test func `an adoption has to know only of what takes the change away`() throws {
        var stage = try Stage([("x", .agent), ("o", .owner)])
        try stage.say("x1", "x", seeing: ["grant x"], writing: [Ledger.segment("x1")])
        try stage.say("f2", "f", seeing: ["x1"], [stage.revoke("x")])
        try stage.say("f3", "f", [stage.adopt("x1")])
        try stage.say("o1", "o", seeing: ["grant o"], [stage.revoke("x"), .grant(.viewer, "x")])
        #expect(try witness(stage).replica.texts().contains("x1"))
    }

    @Test func `each demotion takes away what its own role may not do`() throws {
        var stage = try Stage([("a", .admin), ("o", .owner)])
        try stage.say("a1", "a", seeing: ["grant o"], writing: [Ledger.segment("a1", field: 4)])
        try stage.say("a2", "a", writing: [Ledger.segment("a2", field: 3)])
        try stage.say("f2", "f", seeing: ["a2"], [stage.revoke("a"), .grant(.viewer, "a")])
        try stage.say("o1", "o", seeing: ["a2", "grant o"], [stage.revoke("a"), .grant(.assistant, "a")])
        #expect(try witness(stage).replica.texts().isDisjoint(with: ["a1"]))
    }

    @Test func `a long way of grants ends no process`() throws {
        var stage = try Stage([("a0", .admin)])
        for number in 1...400 {
            let seen = number == 1 ? "grant a0" : "grant \(number - 1)"
            try stage.say("grant \(number)", "a\(number - 1)", seeing: [seen], [.grant(.admin, "a\(number)")])
        }
        try stage.say("last", "a400", seeing: ["grant 400"], [stage.revoke("a398", upTo: "grant 399")])
        let witness = try Witness(of: stage, in: directory)
        try witness.hear(stage.labels.compactMap { stage.deltas[$0] })
        #expect(try witness.replica.member(Stage.device("a400"))?.isRevoked == false)
    }
}
