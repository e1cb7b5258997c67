import CRDT
import ChangeLog

/// Works out anew, from the causes alone, what lies in each change's past, and holds the stored vectors, the weights and
/// the tips against it.
///
/// Changes are taken in the order of their stored stamps, which never fall along causes. So each cause's vector has been
/// checked before it is used, and is mostly still at hand.
final class PastCheck {
    /// How many vectors are kept at hand.
    private static let recentLimit = 1024

    private let log: Log
    private let branches: BranchRows
    private let ownGrant: OwnGrant
    private var tips: [Int64: (place: LocalPlace, past: CausalVector)] = [:]
    private var recent: [LocalPlace: CausalVector] = [:]
    private var recentOrder: [LocalPlace] = []
    private var cited: Set<Int64> = []
    private var vectors: UInt64 = 0

    init(log: Log) throws {
        self.log = log
        branches = try BranchRows(log)
        ownGrant = try OwnGrant(in: log)
    }

    func run(_ report: inout Verification) throws {
        let read = try SQLStatement(log.database, "SELECT place, at FROM change ORDER BY at, place")
        var group: [LocalPlace] = []
        var at: UInt64 = 0
        while try read.step() {
            if read.unsigned(1) != at {
                try check(group, &report)
                group = []
                at = read.unsigned(1)
            }
            group.append(LocalPlace(packed: read.unsigned(0)))
        }
        try check(group, &report)
        try checkTips(&report)
        if try storedVectors() != vectors { report.note(.past) }
    }

    /// Changes of one stamp: a void one stands where the latest that it has seen does, so causes have to go first.
    private func check(_ group: [LocalPlace], _ report: inout Verification) throws {
        var left = group
        while !left.isEmpty {
            let pending = Set(left)
            var held: [LocalPlace] = []
            for place in left {
                if try predecessors(of: place).contains(where: pending.contains) {
                    held.append(place)
                } else {
                    try check(place, &report)
                }
            }
            guard held.count < left.count else { return report.note(.past, at: branches.spot(left[0])) }
            left = held
        }
    }

    private func predecessors(of place: LocalPlace) throws -> [LocalPlace] {
        try causes(of: place) + [before(place)].compactMap { $0 }
    }

    private func before(_ place: LocalPlace) -> LocalPlace? {
        guard let branch = branches[place.branch], place.number > 1 else { return nil }
        if place.number == branch.fork + 1 { return branch.parent }
        return LocalPlace(branch: place.branch, number: place.number - 1)
    }

    private func causes(of place: LocalPlace) throws -> [LocalPlace] {
        let read = try log.statements("SELECT of FROM cause WHERE place=?1")
        defer { read.reset() }
        read.bind(1, place.packed)
        var causes: [LocalPlace] = []
        while try read.step() { causes.append(LocalPlace(packed: read.unsigned(0))) }
        return causes
    }

    // MARK: One change

    private func check(_ place: LocalPlace, _ report: inout Verification) throws {
        guard let branch = branches[place.branch] else { return }
        let causes = try causes(of: place)
        let before = before(place)
        var past = try before.map(vector) ?? CausalVector()
        for cause in causes {
            past.merge(try vector(at: cause))
            if branches[cause.branch]?.number == cause.number { cited.insert(cause.branch) }
        }
        past.raise(to: place)
        try checkWeight(of: place, in: branch, before: before, causes: causes, &report)
        if let stored = try storedVector(at: place) {
            vectors += 1
            if stored != past { report.note(.past, at: branches.spot(place)) }
        }
        keep(past, at: place)
    }

    /// A weight of 0 says that a vector is stored here.
    private func checkWeight(
        of place: LocalPlace, in branch: BranchRows.Row, before: LocalPlace?, causes: [LocalPlace],
        _ report: inout Verification
    ) throws {
        // Before the grant arrived, this change had no causes.
        if ownGrant.isTaken(at: place, of: branch.replica) { return }
        var expected = try before.map(weight) ?? 0
        for cause in causes { expected = max(expected, try weight(at: cause)) }
        expected += UInt64(max(causes.count, 1))
        if expected >= CausalPast.vectorDistance { expected = 0 }
        let isStored = try storedVector(at: place) != nil
        guard try weight(at: place) != expected || isStored != (expected == 0) else { return }
        report.note(.past, at: branches.spot(place))
    }

    private func weight(at place: LocalPlace) throws -> UInt64 { try log.past.entry(at: place)?.weight ?? 0 }

    private func vector(at place: LocalPlace) throws -> CausalVector {
        if let tip = tips[place.branch], tip.place == place { return tip.past }
        return try recent[place] ?? log.past.vector(at: place)
    }

    private func keep(_ past: CausalVector, at place: LocalPlace) {
        tips[place.branch] = (place, past)
        recent[place] = past
        recentOrder.append(place)
        guard recentOrder.count > 2 * Self.recentLimit else { return }
        for old in recentOrder.prefix(Self.recentLimit) { recent[old] = nil }
        recentOrder.removeFirst(Self.recentLimit)
    }

    private func storedVector(at place: LocalPlace) throws -> CausalVector? {
        let find = try log.statements("SELECT past FROM vector WHERE place=?1")
        defer { find.reset() }
        find.bind(1, place.packed)
        return try find.step() ? CausalVector(find.bytes(0)) : nil
    }

    private func storedVectors() throws -> UInt64 {
        let count = try log.statements("SELECT count(*) FROM vector")
        defer { count.reset() }
        return try count.step() ? count.unsigned(0) : 0
    }

    // MARK: Tips

    private func checkTips(_ report: inout Verification) throws {
        for branch in branches.all where branch.number > branch.fork {
            let stored = try log.branches.branch(branch.id)
            let weight = try weight(at: branch.tip)
            let isRight = stored?.past == tips[branch.id]?.past && branch.weight == weight
            if !isRight { report.note(.past, at: branches.spot(branch.tip)) }
            // A joiner's first change names the grant as a cause before it is here, and so does not count as naming it.
            let isOwnGrants = !branch.isCited && ownGrant.mayBe(at: branch.tip, in: branches)
            if branch.isCited != cited.contains(branch.id), !isOwnGrants {
                report.note(.tip, at: branches.spot(branch.tip))
            }
        }
    }
}
