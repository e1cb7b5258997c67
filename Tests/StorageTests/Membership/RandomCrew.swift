import CRDT
import ChangeLog
import Simulation
import Storage
import TestSupport

/// People who let each other in and cut each other off, mostly without knowing of each other; some lie: they name causes
/// as they please, date back, fork their chains, write copies of their own changes, and take roles that nobody gave them.
struct RandomCrew {
    private(set) var stage: Stage
    private var dice: Dice
    private let names: [String]
    private let liars: Set<String>
    /// Labels of what each hand holds besides its own.
    private var seen: [String: Set<String>] = [:]
    private var invitations: [(label: String, key: String)] = []
    private var hands: [String]
    private var joiners: [String] = []
    private var count = 0

    init(steps: Int, seed: Seed) throws {
        dice = Dice(seed)
        let size = dice.number(3...7)
        names = ["f"] + (1..<size).map { "d\($0)" }
        hands = names
        stage = try Stage()
        liars = Set(dice.some(of: names))
        for name in names.dropFirst() where dice.once(in: 5) == false {
            let role: Role = dice.pick([.owner, .admin, .admin, .agent, .relay])
            try say(by: "f", [.grant(role, name)])
        }
        for name in names { seen[name] = Set(stage.labels) }
        for _ in 0..<steps { try step() }
    }

    /// Everything, change by change, in an order in which causes come first.
    var labels: [String] { stage.labels }

    private mutating func step() throws {
        let hand = dice.pick(hands)
        switch dice.number(0...9) {
        case 0...2: hear(hand)
        case 3 where hands.count < 12: try grow()
        case 4...5: try say(by: hand, [])
        default: try say(by: hand, try acts(of: hand))
        }
    }

    private mutating func hear(_ hand: String) {
        let other = dice.pick(hands)
        let all = stage.labels.filter { seen[other, default: []].contains($0) || by[$0] == other }
        seen[hand, default: []].formUnion(dice.once(in: 3) ? dice.some(of: all) : all)
    }

    /// A new chain: another epoch, a fork, or somebody who takes up an invitation.
    private mutating func grow() throws {
        let name = "\(dice.pick(names))/\(hands.count)"
        switch dice.number(0...2) {
        case 0:
            let other = dice.pick(hands)
            guard let hand = stage.hands[other], !hand.changes.isEmpty else { return }
            let device = String(other.prefix { $0 != "/" })
            let labels = stage.labels.filter { by[$0] == other }
            stage.fork(other, as: "\(device)/\(hands.count)", after: labels.isEmpty ? nil : dice.pick(labels))
            hands.append("\(device)/\(hands.count)")
            seen[hands[hands.count - 1]] = seen[other]
        case 1: hands.append(name)
        default:
            guard !invitations.isEmpty else { return }
            let invitation = dice.pick(invitations)
            let joiner = dice.once(in: 3) ? name : "j\(hands.count)"
            let key = dice.once(in: 9) ? "wrong" : invitation.key
            seen[joiner] = dice.once(in: 2) ? Set(stage.labels) : [invitation.label]
            seen[joiner]?.insert(invitation.label)
            let join = stage.join(joiner, by: invitation.label, key: key)
            hands.append(joiner)
            joiners.append(joiner)
            try say(by: joiner, [join] + (dice.once(in: 4) ? try acts(of: joiner) : []))
        }
    }

    private mutating func acts(of hand: String) throws -> [Act] {
        let count = dice.once(in: 5) ? 2 : 1
        var acts = try (0..<count).map { _ in try act(of: hand) }
        if case .revoke(let device, _) = acts[0], dice.once(in: 2) {
            acts.append(.grant(Grant(role: role(), key: device, isDevice: true)))
        }
        return acts
    }

    private mutating func act(of hand: String) throws -> Act {
        let name = dice.once(in: 5) ? dice.pick(hands) : dice.pick(names)
        switch dice.number(0...9) {
        case 0...1: return .grant(role(), name)
        case 2:
            let key = "key \(count)"
            invitations.append((nextLabel, key))
            return .invite(dice.pick([.agent, .admin, .viewer]), key: key)
        case 3...4:
            guard let invitation = invitations.last, let joiner = joiners.last else { return .rename(person: "R") }
            let under = dice.once(in: 3) ? dice.pick(invitations).label : invitation.label
            guard stage.changes[under] != nil else { return .rename(person: "S") }
            return stage.admit(dice.once(in: 3) ? dice.pick(joiners) : joiner, under: under)
        case 5...7: return .revoke(device: Stage.device(name), upTo: tips(of: name, for: hand))
        case 8: return adoption()
        default:
            guard let invitation = invitations.first, stage.changes[invitation.label] != nil else {
                return .nameDevice("N")
            }
            return .withdraw(grant: stage.cause(invitation.label))
        }
    }

    private mutating func role() -> Role { dice.pick([.owner, .admin, .admin, .agent, .viewer, .gateway, .relay]) }

    /// Mostly what the author holds of the device's chains.
    private mutating func tips(of name: String, for hand: String) -> [Cause] {
        let device = Stage.device(name)
        let all = stage.labels.filter { stage.changes[$0]?.replica.device == device }
        let held = all.filter { seen[hand, default: []].contains($0) || by[$0] == hand }
        let named =
            dice.once(in: 6) ? dice.some(of: all) : dice.once(in: 3) ? dice.some(of: held) : Array(held.suffix(2))
        return Set(named.compactMap { stage.changes[$0]?.asCause }).sorted()
    }

    private mutating func adoption() -> Act {
        let ids = (0..<dice.number(1...6)).compactMap { _ in stage.changes[dice.pick(stage.labels)]?.id }
        return .adopt(Set(ids).sorted())
    }

    private var by: [String: String] = [:]
    private var nextLabel: String { "c\(count)" }

    private mutating func say(by hand: String, _ acts: [Act]) throws {
        let label = nextLabel
        count += 1
        let isLiar = liars.contains(String(hand.prefix { $0 != "/" }))
        var causes = Array(seen[hand, default: []])
        causes.sort()
        if isLiar, dice.once(in: 4) { causes = dice.some(of: causes) }
        var stamp: Stamp?
        if isLiar, dice.once(in: 8) { stamp = dice.pick(stage.labels.compactMap { stage.changes[$0]?.stamp }) }
        var seed: [UInt8]?
        if isLiar, dice.once(in: 6) {
            let device = Stage.device(hand)
            let own = stage.labels.filter { stage.changes[$0]?.replica.device == device }
            if !own.isEmpty { seed = seeds[dice.pick(own)] }
        }
        let fields: [UInt64] = dice.some(of: [3, 4, 5, 6])
        let segments = fields.map { Ledger.segment("\(label) \($0)", field: $0, on: dice.number(1...3)) }
        seeds[label] = seed ?? Stage.seed(label)
        by[label] = hand
        try stage.say(
            label, hand, seeing: heads(of: causes), acts, writing: segments, stamp: stamp, seed: seeds[label])
    }

    private var seeds: [String: [UInt8]] = [:]

    /// The latest of each chain that somebody names; a liar may leave some out.
    private func heads(of labels: [String]) -> [String] {
        var latest: [String: String] = [:]
        for label in stage.labels where labels.contains(label) { latest[by[label] ?? label] = label }
        return latest.values.sorted()
    }
}
