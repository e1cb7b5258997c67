import CRDT
import ChangeLog

/// Follows up what a new judgement of membership altered: which changes count from now on and which no longer do. The
/// roots they touch are derived anew.
///
/// Along one branch the standing of changes alters only where an appointment begins or a cut ends. So a branch is looked
/// at in a few stretches, and within one that came out as before nothing is touched.
struct Reconsideration {
    private let door: Door
    private var log: Log { door.log }
    /// The change that is coming in: it is judged by whoever admits it.
    private let incoming: LocalPlace?
    private var dirty: Set<LocalPlace> = []

    init(_ door: Door, incoming: LocalPlace?) { (self.door, self.incoming) = (door, incoming) }

    /// - Returns: the changes whose roots have to be derived anew.
    mutating func follow(_ reversal: Reversal) throws -> Set<LocalPlace> {
        for (device, old) in reversal.tenures {
            for branch in try log.branches.of(device) { try follow(old, of: device, along: branch) }
        }
        for change in reversal.adoptions {
            for copy in try log.copies(of: change) where copy.place != incoming {
                try judge(copy.place, isOther: false)
            }
        }
        return dirty
    }

    /// Judges every change of every branch, where none of it was judged before.
    mutating func judgeAll() throws {
        for branch in try log.branches.all() {
            try follow(nil, of: branch.replica.device, along: branch)
        }
    }

    // MARK: Along a branch

    private mutating func follow(_ old: Tenure?, of device: DeviceID, along branch: Branch) throws {
        guard branch.number > branch.fork else { return }
        let new = try door.members.tenure(of: device)
        let starts = try Stretches(branch, log).starts(old ?? Tenure(), new)
        for (index, start) in starts.enumerated() {
            let place = LocalPlace(branch: branch.id, number: start)
            let standing = try new.standing(at: place, in: log)
            let before = try old?.standing(at: place, in: log)
            guard standing != before else { continue }
            let end = index + 1 < starts.count ? starts[index + 1] - 1 : branch.number
            let isOther = before.map { $0.role != standing.role || $0.person != standing.person } ?? false
            for place in try places(from: place, through: end) { try judge(place, isOther: isOther) }
        }
    }

    /// Those that are not void, and are not just coming in.
    private func places(from first: LocalPlace, through number: UInt64) throws -> [LocalPlace] {
        let read = try log.statements("SELECT place FROM change WHERE place BETWEEN ?1 AND ?2 AND effect <> 0")
        defer { read.reset() }
        read.bind(1, first.packed)
        read.bind(2, LocalPlace(branch: first.branch, number: number).packed)
        var places: [LocalPlace] = []
        while try read.step() { places.append(LocalPlace(packed: read.unsigned(0))) }
        return places.filter { $0 != incoming }
    }

    /// Changes whose stored verdict is another one than follows.
    func disagreements() throws -> [LocalPlace] {
        var found: [LocalPlace] = []
        for branch in try log.branches.all() where branch.number > branch.fork {
            let tenure = try door.members.tenure(of: branch.replica.device)
            let starts = try Stretches(branch, log).starts(tenure)
            for (start, next) in zip(starts, starts.dropFirst() + [branch.number + 1]) {
                let place = LocalPlace(branch: branch.id, number: start)
                let standing = try tenure.standing(at: place, in: log)
                found += try disagreements(with: standing, from: place, through: next - 1)
            }
        }
        return found
    }

    private func disagreements(
        with standing: Standing, from place: LocalPlace, through number: UInt64
    ) throws -> [LocalPlace] {
        guard standing.cuts.isEmpty, standing.demotions.isEmpty else {
            return try places(from: place, through: number).filter { place in
                try door.counts(at: place) != (log.effect(at: place) != .cut)
            }
        }
        let read = try log.statements(
            "SELECT place FROM change WHERE place BETWEEN ?1 AND ?2 AND effect <> 0 AND (effect <> 3) <> ?3")
        defer { read.reset() }
        read.bind(1, place.packed)
        read.bind(2, LocalPlace(branch: place.branch, number: number).packed)
        read.bind(3, Int64(standing.role == nil ? 0 : 1))
        var places: [LocalPlace] = []
        while try read.step() { places.append(LocalPlace(packed: read.unsigned(0))) }
        return places
    }

    // MARK: One change

    /// - Parameter isOther: whether its author's role or person is another one now.
    private mutating func judge(_ place: LocalPlace, isOther: Bool) throws {
        guard let before = try log.effect(at: place) else { return }
        let counts = try door.counts(at: place)
        switch (before, counts) {
        case (.cut, true):
            try log.setEffect(.counts, at: place)
            dirty.insert(place)
            try settle(copiesOf: place)
        case (.counts, false), (.copy, false):
            try log.setEffect(.cut, at: place)
            dirty.insert(place)
            try settle(copiesOf: place)
        case (.counts, true) where isOther: dirty.insert(place)
        default: return
        }
    }

    /// Of the copies of one action that count, only the lowest has effect.
    private mutating func settle(copiesOf place: LocalPlace) throws {
        guard let id = try log.past.entry(at: place)?.id else { return }
        let copies = try log.copies(of: id)
        guard copies.count > 1 else { return }
        let counting = try copies.filter { try log.effect(at: $0.place) != .cut }
        let lowest = counting.min { ($0.stamp, $0.hash) < ($1.stamp, $1.hash) }
        for copy in counting {
            try log.setEffect(copy.place == lowest?.place ? .counts : .copy, at: copy.place)
            dirty.insert(copy.place)
        }
    }
}

/// Where the standing of a branch's changes may alter.
private struct Stretches {
    private let branch: Branch
    private let log: Log

    init(_ branch: Branch, _ log: Log) { (self.branch, self.log) = (branch, log) }

    /// The first numbers of stretches within which all changes stand alike, rising.
    func starts(_ tenures: Tenure...) throws -> [UInt64] {
        var starts: Set<UInt64> = [branch.fork + 1]
        for tenure in tenures {
            for appointment in tenure.appointments {
                // One's own grant is in force from the next change on.
                if let number = try first(holding: appointment.start) { starts.formUnion([number, number + 1]) }
            }
            // Nobody's own revocation takes itself away.
            for place in tenure.cuts.map(\.place) where place.branch == branch.id {
                starts.formUnion([place.number, place.number + 1])
            }
            for tip in tenure.cuts.flatMap(\.tips) { starts.insert(try log.reach(of: tip, along: branch.id) + 1) }
        }
        return starts.filter { $0 > branch.fork && $0 <= branch.number }.sorted()
    }

    /// The first change of the branch that has a place in its past: whatever comes after has it, too.
    private func first(holding place: LocalPlace) throws -> UInt64? {
        guard try log.holds(place, in: branch.tip) else { return nil }
        var (low, high) = (branch.fork + 1, branch.number)
        while low < high {
            let middle = low + (high - low) / 2
            if try log.holds(place, in: LocalPlace(branch: branch.id, number: middle)) {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return low
    }
}
