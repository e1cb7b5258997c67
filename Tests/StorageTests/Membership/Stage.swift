import CRDT
import ChangeLog
import Simulation
import Storage
import TestSupport

/// Devices that write by hand: whoever says something names all that they had seen, and every change has a label.
struct Stage {
    /// What the founder is called.
    static let founder = "f"
    private(set) var hands: [String: Hand] = [:]
    private(set) var changes: [String: Change] = [:]
    private(set) var deltas: [String: VerifiedDelta] = [:]
    /// In the order in which they were said, which is a causal one.
    private(set) var labels: [String] = []
    let workspace: WorkspaceID

    init() throws {
        let found = Act.found(workspace: "Things", person: "f", secretDigest: Act.secretDigest([1]))
        let hand = try Hand(
            founding: Draft(acts: [found]), key: .of(Self.founder), stamp: Stamp.at(1), seed: Self.seed("found"))
        workspace = hand.workspace
        hands[Self.founder] = hand
        try note("found", of: Self.founder)
    }

    /// The founder, and others whom the founder grants a role by their own keys: `grant a` and so on.
    init(_ roles: [(String, Role)]) throws {
        try self.init()
        var seen = "found"
        for (name, role) in roles {
            try say("grant \(name)", Self.founder, seeing: [seen], [.grant(role, name)])
            seen = "grant \(name)"
        }
    }

    static func device(_ name: String) -> DeviceID { SigningKey.of(String(name.prefix { $0 != "/" })).device }
    static func seed(_ label: String) -> [UInt8] { Digest.of(Array(label.utf8), domain: "test seed", byteCount: 16) }

    /// The newest thing said so far, for those who had seen all of it.
    var everything: [String] { labels }

    /// Says something. It also adds the label to a set that anybody with a role may write, so that it shows what counts.
    ///
    /// - Parameters:
    ///   - name: who; `a/2` is another hand with the key of `a`: another epoch, unless it was forked.
    ///   - seen: labels of what they had seen besides their own.
    @discardableResult
    mutating func say(
        _ label: String, _ name: String, seeing seen: [String] = [], _ acts: [Act] = [], writing: [Segment]? = nil,
        stamp: Stamp? = nil, seed: [UInt8]? = nil
    ) throws -> Change {
        var hand =
            hands[name]
            ?? Hand(key: .of(String(name.prefix { $0 != "/" })), workspace: workspace, epoch: UInt64(hands.count) + 2)
        let others = seen.compactMap { changes[$0] }
        let causes = Set(others.filter { $0.replica != hand.replica }.map(\.asCause)).sorted()
        let before = (others + [hand.changes.last].compactMap(\.self)).map(\.stamp).max()
        let tag = Segment(kind: 1, root: Things.root(1), operations: [Things.tag(label)])
        try hand.write(
            Draft(acts: acts, segments: writing ?? [tag]), stamp: stamp ?? before?.next ?? Stamp.at(1),
            causes: causes, seed: seed ?? Self.seed(label))
        hands[name] = hand
        try note(label, of: name)
        return hand.changes[hand.changes.count - 1]
    }

    /// From now on `name` goes on by itself from what `other` had said until then.
    mutating func fork(_ other: String, as name: String, after label: String?) {
        guard let hand = hands[other] else { preconditionFailure("nobody is called \(other)") }
        let count = label.flatMap { label in hand.changes.firstIndex { $0.hash == changes[label]?.hash } }
        hands[name] = hand.branching(after: count.map { $0 + 1 } ?? 0)
    }

    /// What proves that whoever is called so holds the one-time key `key`; said with their first change.
    mutating func join(_ name: String, by label: String, key: String) -> Act {
        let hand =
            hands[name]
            ?? Hand(key: .of(String(name.prefix { $0 != "/" })), workspace: workspace, epoch: UInt64(hands.count) + 2)
        hands[name] = hand
        let proof = SigningKey.of(key).sign(Act.joinProof(workspace: workspace, replica: hand.replica))
        return .join(grant: cause(label), proof: proof, person: name)
    }

    func cause(_ label: String) -> Cause {
        guard let change = changes[label] else { preconditionFailure("nobody said \(label)") }
        return change.asCause
    }

    func revoke(_ name: String, upTo labels: String...) -> Act {
        .revoke(device: Self.device(name), upTo: labels.map(cause).sorted())
    }

    func admit(_ name: String, under label: String) -> Act {
        .admit(device: Self.device(name), grant: cause(label), milliseconds: 1)
    }

    func adopt(_ labels: String...) -> Act { .adopt(labels.compactMap { changes[$0]?.id }.sorted()) }

    private mutating func note(_ label: String, of name: String) throws {
        precondition(changes[label] == nil, "\(label) was said before")
        guard let hand = hands[name], let last = hand.changes.last else { return }
        changes[label] = last
        labels.append(label)
        let count = hand.changes.count
        deltas[label] = try hand.delta(count - 1..<count)
    }
}

extension Act {
    /// A role for a device by its own key.
    static func grant(_ role: Role, _ name: String) -> Act {
        .grant(Grant(role: role, key: Stage.device(name), isDevice: true))
    }

    /// An invitation with the one-time key of that name.
    static func invite(_ role: Role, key: String) -> Act {
        .grant(Grant(role: role, key: SigningKey.of(key).device, isDevice: false))
    }
}

extension Stamp {
    /// So many milliseconds into the day of these tests.
    static func at(_ milliseconds: UInt64) -> Stamp {
        Stamp(packed: (Crew.now + milliseconds) << 16) ?? .zero
    }
}
