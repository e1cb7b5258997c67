import CRDT
import ChangeLog
import Simulation
import TestSupport

/// A workspace that people keep joining, with one device and then another, who rename themselves and each other's
/// devices, are given roles and lose them: mostly in good order, and mostly knowing of each other.
struct RandomCrowd {
    private(set) var stage: Stage
    private var dice: Dice
    private var hands = ["f", "o", "a", "b", "r", "s"]
    /// Who came in by an invitation, with the labels of the joins, and what they joined by.
    private var joins: [(hand: String, label: String, invitation: String)] = []
    private var invitations: [String] = []

    init(steps: Int, seed: Seed) throws {
        dice = Dice(seed)
        stage = try Stage([("o", .owner), ("a", .admin), ("b", .admin), ("r", .relay), ("s", .relay)])
        try invite()
        for _ in 0..<steps { try step() }
    }

    private mutating func step() throws {
        switch dice.number(0...19) {
        case 0: try invite()
        case 1...4: try join()
        case 5...9: try admit()
        case 10...11: try say(anybody(), [.rename(person: "N\(stage.labels.count)")])
        case 12: try say(anybody(), [.nameDevice("D\(stage.labels.count)")])
        case 13...14: try revoke()
        case 15: try say(governor(), [.grant(role(), anybody())])
        case 16: try say(governor(), [.withdraw(grant: stage.cause(dice.pick(invitations)))])
        case 17: try say(governor(), [stage.adopt(dice.pick(stage.labels))])
        default: try say(anybody(), [])
        }
    }

    // MARK: Acts

    private mutating func invite() throws {
        let label = nextLabel
        var person: ChangeID?
        if !joins.isEmpty, dice.once(in: 3) { person = stage.changes[dice.pick(joins).label]?.id }
        let role: Role = dice.once(in: 12) ? .owner : dice.pick([.agent, .agent, .agent, .viewer, .admin, .relay])
        let key = SigningKey.of("key \(label)").device
        invitations.append(label)
        try say(governor(), [.grant(Grant(role: role, key: key, isDevice: false, person: person))])
    }

    private mutating func join() throws {
        let (label, invitation) = (nextLabel, dice.pick(invitations))
        let device = !joins.isEmpty && dice.once(in: 4) ? dice.pick(joins).hand : "j\(stage.labels.count)"
        let hand = stage.hands[device] == nil ? device : "\(device.prefix { $0 != "/" })/\(stage.labels.count)"
        var acts = [stage.join(hand, by: invitation, key: "key \(invitation)")]
        if dice.once(in: 2) { acts.append(.nameDevice("phone")) }
        joins.append((hand, label, invitation))
        hands.append(hand)
        try say(hand, acts, alsoSeeing: invitation)
    }

    private mutating func admit() throws {
        guard !joins.isEmpty else { return }
        let join = dice.once(in: 2) ? joins[joins.count - 1] : dice.pick(joins)
        let invitation = dice.once(in: 8) ? dice.pick(invitations) : join.invitation
        let author = dice.once(in: 4) ? anybody() : dice.pick(["r", "r", "s"])
        try say(author, [stage.admit(join.hand, under: invitation)], alsoSeeing: invitation)
    }

    private mutating func revoke() throws {
        let hand = anybody()
        let device = Stage.device(hand)
        let labels = stage.labels.filter { stage.changes[$0]?.replica.device == device }
        let tips = dice.once(in: 3) ? dice.some(of: labels) : Array(labels.suffix(1))
        var acts = [Act.revoke(device: device, upTo: tips.map(stage.cause).sorted())]
        if dice.once(in: 3) { acts.append(.grant(role(), hand)) }
        try say(dice.once(in: 4) ? anybody() : governor(), acts)
    }

    // MARK: Choices

    private mutating func anybody() -> String {
        dice.pick(dice.once(in: 3) || joins.isEmpty ? hands : joins.map(\.hand))
    }
    private mutating func governor() -> String { dice.pick(["f", "f", "o", "a", "b"]) }

    private mutating func role() -> Role {
        dice.once(in: 8) ? .owner : dice.pick([.agent, .viewer, .admin, .gateway, .relay])
    }

    private var nextLabel: String { "c\(stage.labels.count)" }

    private mutating func say(_ hand: String, _ acts: [Act], alsoSeeing label: String? = nil) throws {
        let count = dice.once(in: 3) ? dice.number(1...stage.labels.count) : stage.labels.count
        let name = nextLabel
        try stage.say(
            name, hand, seeing: heads(of: stage.labels.prefix(count) + [label].compactMap(\.self)), acts,
            writing: [Ledger.segment(name, on: dice.number(1...3))])
    }

    /// The latest of each chain.
    private func heads(of labels: some Sequence<String>) -> [String] {
        var latest: [String: Change] = [:]
        var heads: [String: String] = [:]
        for label in labels {
            guard let change = stage.changes[label] else { continue }
            let chain = "\(change.replica.bytes)"
            if let held = latest[chain], held.number > change.number { continue }
            (latest[chain], heads[chain]) = (change, label)
        }
        return heads.values.sorted()
    }
}
