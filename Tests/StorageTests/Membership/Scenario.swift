import ChangeLog
import Simulation
import TestSupport
import Testing

/// A crew, and at most five acts of theirs that did not all know of each other.
struct Scenario: CustomTestStringConvertible, Sendable {
    let testDescription: String
    private let crew: @Sendable () throws -> Stage
    private let acts: @Sendable (inout Stage) throws -> Void

    private init(
        _ name: String, _ crew: @escaping @Sendable () throws -> Stage,
        acts: @escaping @Sendable (inout Stage) throws -> Void
    ) {
        (testDescription, self.crew, self.acts) = (name, crew, acts)
    }

    func before() throws -> Stage { try crew() }
    func act(_ stage: inout Stage) throws { try acts(&stage) }

    /// The founder `f`, owners `o` and `p`, admins `a` and `b`, agents `x` and `y`, each of whom has said something: `a1`
    /// and so on. `z` came in by the invitation `invite` of `a`, with the one-time key `k`, and was admitted by the relay
    /// `r`; `late` is another invitation of `a`.
    @Sendable private static func crew() throws -> Stage {
        var stage = try Stage([
            ("o", .owner), ("p", .owner), ("a", .admin), ("b", .admin), ("x", .agent), ("y", .agent), ("r", .relay),
        ])
        for name in ["o", "p", "a", "b", "x", "y"] { try stage.say("\(name)1", name, seeing: ["grant r"]) }
        try stage.say("invite", "a", [.invite(.agent, key: "k")])
        try stage.say("late", "a", [.invite(.agent, key: "l")])
        try stage.say("z1", "z", seeing: ["invite"], [stage.join("z", by: "invite", key: "k")])
        try stage.say("admit z", "r", seeing: ["z1"], [stage.admit("z", under: "invite")])
        return stage
    }

    static let all: [Scenario] = [
        Scenario("two admins revoke each other", crew) {
            try $0.say("a2", "a", seeing: ["b1"], [$0.revoke("b", upTo: "b1")])
            try $0.say("b2", "b", seeing: ["a1"], [$0.revoke("a", upTo: "a1")])
            try $0.say("a3", "a")
            try $0.say("x2", "x", seeing: ["b2"])
        },
        Scenario("two owners revoke each other", crew) {
            try $0.say("o2", "o", seeing: ["p1"], [$0.revoke("p", upTo: "p1")])
            try $0.say("p2", "p", seeing: ["o1"], [$0.revoke("o", upTo: "o1")])
            try $0.say("o3", "o", [.grant(.admin, "x")])
            try $0.say("x2", "x", seeing: ["o3"], writing: [Ledger.segment("x2", field: 5)])
        },
        Scenario("founder and owner revoke each other", crew) {
            try $0.say("f2", "f", seeing: ["o1"], [$0.revoke("o", upTo: "o1")])
            try $0.say("o2", "o", [$0.revoke("f", upTo: "grant r")])
            try $0.say("f3", "f")
            try $0.say("o3", "o", [.grant(.admin, "y")])
        },
        Scenario("three in a row", crew) {
            try $0.say("f2", "f", seeing: ["o1"], [$0.revoke("o", upTo: "o1")])
            try $0.say("o2", "o", seeing: ["a1"], [$0.revoke("a", upTo: "a1")])
            try $0.say("a2", "a", seeing: ["x1"], [$0.revoke("x", upTo: "x1")])
            try $0.say("x2", "x")
            try $0.say("a3", "a", [.grant(.agent, "n")])
        },
        Scenario("one promotes, another demotes", crew) {
            try $0.say("f2", "f", seeing: ["x1"], [.grant(.admin, "x")])
            try $0.say("o2", "o", seeing: ["x1"], [$0.revoke("x", upTo: "x1"), .grant(.viewer, "x")])
            try $0.say("x2", "x", writing: [Ledger.segment("x2", field: 4)])
            try $0.say("x3", "x", seeing: ["f2"], writing: [Ledger.segment("x3", field: 5)])
            try $0.say("x4", "x", seeing: ["o2"], writing: [Ledger.segment("x4", field: 4)])
        },
        Scenario("a revoked admin's grants before and after the end", crew) {
            try $0.say("a2", "a", [.grant(.agent, "m")])
            try $0.say("a3", "a", [.grant(.agent, "n")])
            try $0.say("f2", "f", seeing: ["a2"], [$0.revoke("a", upTo: "a2")])
            try $0.say("m1", "m", seeing: ["a2"])
            try $0.say("n1", "n", seeing: ["a3"])
        },
        Scenario("let in again after the end", crew) {
            try $0.say("f2", "f", seeing: ["x1"], [$0.revoke("x", upTo: "x1")])
            try $0.say("x2", "x")
            try $0.say("o2", "o", seeing: ["f2"], [.grant(.agent, "x")])
            try $0.say("x3", "x", seeing: ["o2"])
            try $0.say("x/2", "x/2")
        },
        Scenario("two demotions to different roles", crew) {
            try $0.say("f2", "f", seeing: ["a1"], [$0.revoke("a", upTo: "a1"), .grant(.agent, "a")])
            try $0.say("o2", "o", seeing: ["a1"], [$0.revoke("a", upTo: "a1"), .grant(.gateway, "a")])
            try $0.say("a2", "a", writing: [Ledger.segment("a2", field: 4)])
            try $0.say("a3", "a", seeing: ["f2"], writing: [Ledger.segment("a3", field: 4)])
            try $0.say("a4", "a", [.rename(person: "A")], writing: [Ledger.segment("a4")])
        },
        Scenario("joined by the invitation of somebody revoked", crew) {
            try $0.say("f2", "f", seeing: ["a1"], [$0.revoke("a", upTo: "a1")])
            try $0.say("z2", "z", seeing: ["admit z"])
            try $0.say("o2", "o", seeing: ["invite", "z1"], [$0.revoke("a", upTo: "invite")])
            try $0.say("z3", "z", seeing: ["f2"])
        },
        Scenario("admitted by a relay that is revoked", crew) {
            try $0.say("v1", "v", seeing: ["late"], [$0.join("v", by: "late", key: "l")])
            try $0.say("r2", "r", seeing: ["v1"], [$0.admit("v", under: "late")])
            try $0.say("f2", "f", seeing: ["admit z"], [$0.revoke("r", upTo: "admit z")])
            try $0.say("v2", "v", seeing: ["r2"])
            try $0.say("a2", "a", seeing: ["v1"], [$0.admit("v", under: "late")])
        },
        Scenario("adopted and revoked", crew) {
            try $0.say("x2", "x")
            try $0.say("f2", "f", seeing: ["x1"], [$0.revoke("x", upTo: "x1")])
            try $0.say("f3", "f", seeing: ["x2"], [$0.adopt("x2")])
            try $0.say("o2", "o", seeing: ["x1"], [$0.revoke("x", upTo: "x1")])
            try $0.say("b2", "b", seeing: ["f2", "o2", "x2"], [$0.adopt("x2")])
        },
        Scenario("all owners removed at once", crew) {
            try $0.say("f2", "f", seeing: ["o1", "p1"], [$0.revoke("o", upTo: "o1"), $0.revoke("p", upTo: "p1")])
            try $0.say("o2", "o", [$0.revoke("f", upTo: "grant r")])
            try $0.say("p2", "p", [$0.revoke("f", upTo: "grant r"), .grant(.viewer, "f")])
            try $0.say("f3", "f")
            try $0.say("o3", "o")
        },
        Scenario("the founder leaves, and so does the heir", crew) {
            try $0.say("f2", "f", [$0.revoke("f", upTo: "grant r")])
            try $0.say("o2", "o", [$0.revoke("o", upTo: "o1"), $0.revoke("p", upTo: "p1")])
            try $0.say("p2", "p", seeing: ["o1"], [$0.revoke("o", upTo: "o1")])
            try $0.say("f3", "f")
            try $0.say("p3", "p", [.grant(.agent, "n")])
        },
        Scenario("a device with two roles", crew) {
            try $0.say("f2", "f", seeing: ["x1"], [.grant(.gateway, "x")])
            try $0.say("o2", "o", seeing: ["x1"], [.grant(.agent, "x")])
            try $0.say("x2", "x", seeing: ["f2", "o2"], writing: [Ledger.segment("x2", field: 4)])
            try $0.say("x3", "x", writing: [Ledger.segment("x3", field: 6)])
            try $0.say("p2", "p", seeing: ["f2"], [$0.revoke("x", upTo: "x1")])
        },
        Scenario("chains that are not named", crew) {
            try $0.say("x/2", "x/2", seeing: ["grant x"])
            try $0.say("f2", "f", seeing: ["x1"], [$0.revoke("x", upTo: "x1")])
            try $0.say("x/3", "x/3", seeing: ["f2"])
            try $0.say("b2", "b", seeing: ["x/2"], [$0.revoke("x", upTo: "x/2")])
            try $0.say("x2", "x", seeing: ["x/2"])
        },
        Scenario("a tip that the revocation had not seen", crew) {
            try $0.say("x2", "x")
            try $0.say("f2", "f", [$0.revoke("x", upTo: "x2")])
            try $0.say("o2", "o", seeing: ["x2"], [$0.revoke("y", upTo: "x2")])
            try $0.say("y2", "y")
        },
        Scenario("an invitation taken back, and taken up", crew) {
            try $0.say("f2", "f", seeing: ["late"], [.withdraw(grant: $0.cause("late"))])
            try $0.say("v1", "v", seeing: ["late"], [$0.join("v", by: "late", key: "l")])
            try $0.say("r2", "r", seeing: ["v1"], [$0.admit("v", under: "late")])
            try $0.say("v2", "v", seeing: ["f2", "r2"])
            try $0.say("o2", "o", seeing: ["late"], [$0.revoke("a", upTo: "invite")])
        },
        Scenario("a branch on which one is not revoked", crew) {
            try $0.say("x2", "x")
            $0.fork("x", as: "x/fork", after: "x1")
            try $0.say("x2 too", "x/fork", seeing: ["b1"])
            try $0.say("x3 too", "x/fork")
            try $0.say("f2", "f", seeing: ["x2 too"], [$0.revoke("x", upTo: "x2 too")])
            try $0.say("a2", "a", seeing: ["x2", "x2 too"], [$0.revoke("x", upTo: "x2", "x2 too")])
        },
    ]
}
