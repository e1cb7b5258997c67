import CRDT
import ChangeLog
import Simulation
import Storage
import TestSupport
import Testing

/// Ways in, and ways back in, that there must not be.
struct MembershipAttackTests {
    private let directory = TemporaryDirectory()

    /// The founder invites the admin `a`, whom the relay `r` admits, and who therefore knows the one-time key `k`.
    private func crew() throws -> Stage {
        var stage = try Stage([("r", .relay)])
        try stage.say("invite", "f", [.invite(.admin, key: "k")])
        try stage.say("a1", "a", seeing: ["invite"], [stage.join("a", by: "invite", key: "k")])
        try stage.say("admit a", "r", seeing: ["grant r", "a1"], [stage.admit("a", under: "invite")])
        return stage
    }

    private func texts(_ stage: Stage, _ order: [String]? = nil) throws -> Set<String> {
        let witness = try Witness(of: stage, in: directory)
        for label in order ?? stage.labels { try witness.hear([stage.deltas[label]].compactMap(\.self)) }
        #expect(try witness.differences() == [])
        try witness.check()
        return try witness.replica.texts()
    }

    @Test func `nobody is admitted by a relay that they made themselves`() throws {
        var stage = try crew()
        try stage.say(
            "f2", "f", seeing: ["admit a"], [stage.revoke("a", upTo: "a1"), .withdraw(grant: stage.cause("invite"))])
        try stage.say("t1", "t", seeing: ["invite"], [stage.join("t", by: "invite", key: "k")])
        try stage.say("t2", "t", [.grant(.relay, "s")])
        try stage.say("s1", "s", seeing: ["t2"], [stage.admit("t", under: "invite")])
        try stage.say("t3", "t", seeing: ["s1"], [.grant(.agent, "n")])
        #expect(try texts(stage).isDisjoint(with: ["t1", "t2", "s1", "t3"]))
    }

    @Test func `a relay that somebody revoked made afterwards admits nobody`() throws {
        var stage = try crew()
        try stage.say("f2", "f", seeing: ["admit a"], [stage.revoke("a", upTo: "a1")])
        try stage.say("a2", "a", [.grant(.relay, "s")])
        try stage.say("t1", "t", seeing: ["invite"], [stage.join("t", by: "invite", key: "k")])
        try stage.say("s1", "s", seeing: ["a2", "t1"], [stage.admit("t", under: "invite")])
        #expect(try texts(stage).isDisjoint(with: ["a2", "t1", "s1"]))
    }

    @Test func `a role that somebody revoked gives themselves admits nobody`() throws {
        var stage = try crew()
        try stage.say("a2", "a", [.invite(.agent, key: "l")])
        try stage.say("f2", "f", seeing: ["admit a", "a2"], [stage.revoke("a", upTo: "a2")])
        try stage.say("a3", "a", seeing: ["f2"], [.grant(.admin, "a")])
        try stage.say("t1", "t", seeing: ["a2"], [stage.join("t", by: "a2", key: "l")])
        try stage.say("a4", "a", seeing: ["t1"], [stage.admit("t", under: "a2")])
        #expect(try texts(stage).isDisjoint(with: ["a3", "t1", "a4"]))
    }

    @Test func `an adoption lets in nothing that the adopter had not seen`() throws {
        var stage = try Stage([("x", .agent)])
        try stage.say("x1", "x", seeing: ["grant x"])
        try stage.say("f2", "f", seeing: ["x1"], [stage.revoke("x")])
        try stage.say("f3", "f", [stage.adopt("x1")])
        // With the stolen key, and the seed that everybody has, another change under the same id, and an earlier stamp.
        try stage.say(
            "stolen", "x/2", seeing: ["grant x"], stamp: stage.changes["grant x"]?.stamp.next, seed: Stage.seed("x1"))
        let texts = try texts(stage)
        #expect(texts.contains("x1"))
        #expect(!texts.contains("stolen"))
    }

    @Test func `who steps down is safe from who steals their key later`() throws {
        var stage = try Stage([("o", .owner)])
        try stage.say("o1", "o", seeing: ["grant o"])
        try stage.say("f2", "f", seeing: ["o1"], [stage.revoke("f", upTo: "grant o"), .grant(.agent, "f")])
        stage.fork("f", as: "f/thief", after: "grant o")
        try stage.say("thief", "f/thief", seeing: ["o1"], [stage.revoke("o", upTo: "o1")])
        try stage.say("o2", "o", seeing: ["f2"])
        let texts = try texts(stage)
        #expect(texts.contains("o2"))
        #expect(!texts.contains("thief"))
    }
}
