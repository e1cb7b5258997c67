import CRDT
import ChangeLog
import Storage
import TestSupport

/// Replicas that write without knowing of each other, and now and then hear of each other's changes; among them a
/// liar, who writes what no honest program would: stamps too low, branches, copies of its own changes.
struct RandomWorld {
    let crew: Crew
    /// Every change, alone in its delta, in an order in which causes come first.
    private(set) var deltas: [VerifiedDelta]
    private var dice: Dice
    private var liars: [Hand]
    private var seeds: [[UInt8]] = []
    private var now = Crew.now

    var changes: [Change] { deltas.flatMap(\.changes) }

    init(_ count: Int, steps: Int, in directory: TemporaryDirectory, seed: Seed) throws {
        dice = Dice(seed)
        let crew = try Crew(count, guests: ["liar"], in: directory, seed: seed)
        self.crew = crew
        deltas = try Wire.everything(of: crew.founder)
        liars = [1, 2].map { Hand(key: .of("liar"), workspace: crew.workspace, epoch: $0) }
        for _ in 0..<steps { try step() }
    }

    private mutating func step() throws {
        // Often several in one millisecond, so that stamps are equal.
        if dice.once(in: 3) { now += 1 }
        let replica = dice.pick(crew.replicas)
        switch dice.number(0...9) {
        case 0...1: try Wire.carry(from: dice.pick(crew.replicas), to: replica, now: now)
        case 2...4: try lie(to: replica)
        default:
            // Some devices believe it is 1970.
            let time = replica.id == crew.replicas.last?.id ? 0 : now
            deltas.append(try replica.write(draft(), now: time))
        }
    }

    /// A change that cites what `replica` holds, or part of it, under a stamp that may be too low.
    private mutating func lie(to replica: Replica) throws {
        let index = dice.number(0...liars.count - 1)
        if dice.once(in: 3), liars.count < 6 { return try fork(index) }
        let heads = try replica.frontier().filter { $0.replica != liars[index].replica }
        let causes = liars[index].changes.isEmpty ? heads : dice.some(of: heads)
        let stamp = dice.once(in: 3) ? changes.map(\.stamp).max()?.next : dice.pick(changes).stamp
        try liars[index].write(draft(), stamp: stamp ?? .zero, causes: causes, seed: seed())
        let count = liars[index].changes.count
        deltas.append(try liars[index].delta(count - 1..<count))
        _ = try replica.append([try liars[index].delta()], now: now)
    }

    /// From then on one chain goes on in two ways.
    private mutating func fork(_ index: Int) throws {
        let shared = dice.number(0...liars[index].changes.count)
        liars.append(liars[index].branching(after: shared))
    }

    /// Now and then one used before: the change is a copy, or claims to be.
    private mutating func seed() -> [UInt8] {
        if !seeds.isEmpty, dice.once(in: 2) { return dice.pick(seeds) }
        seeds.append(dice.bytes(16))
        return seeds[seeds.count - 1]
    }

    /// At most one operation for each field of a root: what two of them mean is not for this test.
    private mutating func draft() -> Draft {
        var draft = Draft()
        for root in dice.shuffled([1, 2, 3] as [UInt64]).prefix(dice.number(1...2)) {
            let fields = dice.shuffled(Array(1...UInt64(7))).prefix(dice.number(1...3))
            let operations = fields.map { operation($0) }
            draft.segments.append(Segment(kind: 1, root: Things.root(root), operations: operations))
        }
        if dice.once(in: 6) {
            let kind: UInt64 = dice.pick([2, 77])
            let operation = Operation(field: 1, action: .write(.text("\(dice.number(0...9))")))
            draft.segments.append(Segment(kind: kind, root: Things.root(9), operations: [operation]))
        }
        return draft
    }

    private mutating func operation(_ field: UInt64) -> Operation {
        switch field {
        case 1: Operation(field: 1, action: .write(value()))
        case 2: Operation(field: 2, action: .set(value(), basis: basis()))
        case 3: dice.once(in: 2) ? Operation(field: 3, action: .add(tag())) : untag()
        case 4: entry()
        case 5: Things.read(basis())
        case 6: Operation(field: 1, action: .add(.integer(1)))
        default: Operation(field: dice.pick([3, 99]), action: .unknown(code: 40, payload: [1, 2, 3]))
        }
    }

    /// Mostly of the type that the fields hold.
    private mutating func value() -> Value {
        dice.once(in: 6) ? dice.pick([.null, .integer(1), .bytes([1])]) : .text("\(dice.number(0...99))")
    }

    private mutating func tag() -> Value { dice.once(in: 6) ? value() : .text(dice.pick(["vip", "late", "refund"])) }

    private mutating func untag() -> Operation { Operation(field: 3, action: .remove(tag(), dots: dots())) }

    /// Also of changes that the author has not seen, or that added something else.
    private mutating func dots() -> [ChangeID] {
        let all = changes.map(\.id)
        return Set((0..<dice.number(0...12)).map { _ in dice.pick(all) }).sorted()
    }

    private mutating func entry() -> Operation {
        let text = "\(dice.number(0...999))"
        let position = dice.once(in: 2) ? dice.pick(changes).stamp : nil
        // Two may create one element; those are of the kind that marks do not count.
        if dice.once(in: 3) {
            let id = ElementID(high: dice.number(0...3), low: 1)
            return Things.entry(text, sender: 1, id: id, position: position)
        }
        return Things.entry(text, sender: dice.number(0...1), position: position)
    }

    private mutating func basis() -> Basis {
        switch dice.number(0...3) {
        case 0: return .nothing
        case 1: return .everything
        default:
            let named = (0..<dice.number(1...3)).map { _ in dice.pick(changes).asCause }
            let headByReplica = Dictionary(named.map { ($0.replica, $0) }, uniquingKeysWith: { first, _ in first })
            return .heads(headByReplica.values.sorted())
        }
    }
}
