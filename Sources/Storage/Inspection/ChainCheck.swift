import CRDT
import ChangeLog

/// Walks each branch from its first change to its tip: reads every change from its bytes and holds it against what is
/// stored about it.
final class ChainCheck {
    private let log: Log
    private let branches: BranchRows
    private let ownGrant: OwnGrant
    private var report = Verification()
    private var visited = Counts()

    init(log: Log) throws {
        self.log = log
        branches = try BranchRows(log)
        ownGrant = try OwnGrant(in: log)
    }

    /// Rows met, to be held against how many there are.
    private struct Counts {
        var runs: UInt64 = 0
        var changes: UInt64 = 0
        var causes: UInt64 = 0
        var mentions: UInt64 = 0
        var acts: UInt64 = 0
    }

    /// How far a walk along a branch has come.
    private struct Progress {
        /// The last change passed.
        var place: LocalPlace
        var hash: ChangeHash
        /// Its stamp as stored, packed.
        var at: UInt64
        /// The last change that a seal vouches for.
        var sealed: UInt64
    }

    func run(_ report: inout Verification) throws {
        self.report = report
        defer { report = self.report }
        for _ in 0..<branches.faults { self.report.note(.branch) }
        for branch in branches.all { try walk(branch) }
        try countRows()
        try checkCopies()
        try checkArrivals()
    }

    // MARK: Runs

    private func walk(_ branch: BranchRows.Row) throws {
        report.branches += 1
        guard var progress = try start(of: branch) else { return report.note(.row, at: spot(branch.start)) }
        let read = try SQLStatement(
            log.database,
            "SELECT first, last, seal, data, size FROM run WHERE last > ?1 AND last <= ?2 ORDER BY last")
        read.bind(1, branch.start.packed)
        read.bind(2, branch.start.branchEnd.packed)
        while try read.step() {
            visited.runs += 1
            let run = Runs.Run(read)
            let follows = run.first == LocalPlace(branch: branch.id, number: progress.place.number + 1)
            guard follows, run.last >= run.first, run.last.number <= branch.number else {
                report.note(.missingBytes, at: spot(run.last))
                continue
            }
            let seal = run.seal
            progress = try walk(run, size: read.unsigned(4), of: branch, from: progress)
            if let seal { try check(seal, of: run, &progress) }
        }
        try finish(branch, progress)
    }

    private func start(of branch: BranchRows.Row) throws -> Progress? {
        guard let parent = branch.parent else {
            return Progress(place: branch.start, hash: .none, at: 0, sealed: 0)
        }
        guard let entry = try log.past.entry(at: parent) else { return nil }
        return Progress(place: branch.start, hash: entry.hash, at: entry.stamp.packed, sealed: parent.number)
    }

    private func finish(_ branch: BranchRows.Row, _ progress: Progress) throws {
        if progress.place != branch.tip { report.note(.missingBytes, at: spot(branch.tip)) }
        if branch.number > branch.fork, progress.hash != branch.hash || progress.at != branch.at {
            report.note(.tip, at: spot(branch.tip))
        }
        if progress.sealed != branch.sealed || branch.loose > branch.sealed - min(branch.fork, branch.sealed) {
            report.note(.unsealed, at: spot(LocalPlace(branch: branch.id, number: max(branch.sealed, 1))))
        }
    }

    /// - Returns: the end of the run, also where what is in it is damaged: so that the damage is named once.
    private func walk(
        _ run: Runs.Run, size: UInt64, of branch: BranchRows.Row, from start: Progress
    ) throws -> Progress {
        var progress = start
        if let wires = Self.wires(of: run, size: size) {
            for wire in wires {
                let place = LocalPlace(branch: branch.id, number: progress.place.number + 1)
                progress = try check(wire, at: place, of: branch, after: progress)
            }
            return progress
        }
        report.note(.damagedBytes, at: spot(run.first))
        let last = try log.past.entry(at: run.last)
        visited.changes += run.last.number - run.first.number + 1
        (progress.place, progress.hash, progress.at) = (run.last, last?.hash ?? .none, last?.stamp.packed ?? 0)
        return progress
    }

    private static func wires(of run: Runs.Run, size: UInt64) -> [ArraySlice<UInt8>]? {
        guard let frames = try? run.frames(), UInt64(frames.count) == size,
            let wires = try? DeltaWriter.wires(inFrames: frames[...]),
            UInt64(wires.count) == run.last.number - run.first.number + 1
        else { return nil }
        return wires
    }

    private func check(_ bytes: [UInt8], of run: Runs.Run, _ progress: inout Progress) throws {
        report.seals += 1
        guard let seal = Signature(bytes), let replica = branches[run.last.branch]?.replica,
            Seal.holds(seal, over: progress.hash, by: replica.device, in: log.workspace)
        else { return report.note(.seal, at: spot(run.last)) }
        progress.sealed = run.last.number
    }

    // MARK: Changes

    /// What is stored about a change.
    private struct Stored {
        let at: UInt64
        let effect: Int64
        let id: [UInt8]
        let hash: [UInt8]
    }

    private func stored(at place: LocalPlace) throws -> Stored? {
        let find = try log.statements("SELECT at, effect, id, hash FROM change WHERE place=?1")
        defer { find.reset() }
        find.bind(1, place.packed)
        guard try find.step() else { return nil }
        return Stored(at: find.unsigned(0), effect: find.integer(1), id: find.bytes(2), hash: find.bytes(3))
    }

    private func check(
        _ wire: ArraySlice<UInt8>, at place: LocalPlace, of branch: BranchRows.Row, after before: Progress
    ) throws -> Progress {
        visited.changes += 1
        var progress = before
        progress.place = place
        guard let stored = try stored(at: place) else {
            report.note(.row, at: spot(place))
            return progress
        }
        (progress.hash, progress.at) = (ChangeHash(stored.hash) ?? .none, stored.at)
        let previous = place.number == 1 ? start(of: stored) : before.hash
        let position = Place(replica: branch.replica, number: place.number, previous: previous)
        guard let change = try? Change.reloaded(wire: wire, at: position), change.isWhole else {
            report.note(.damagedBytes, at: spot(place))
            return progress
        }
        report.changes += 1
        report.bytes += UInt64(wire.count)
        let causes = try check(causesOf: change, at: place)
        try checkMentions(of: change, at: place)
        if stored.effect != Log.Effect.void.rawValue { try checkActs(of: change, at: place) }
        check(change, against: stored, at: place, floor: max(before.at, causes.reduce(0) { max($0, $1.at) }))
        return progress
    }

    /// A chain starts from the workspace's id; the founding change, whose hash is that id, from nothing.
    private func start(of stored: Stored) -> ChangeHash {
        stored.hash == log.workspace.bytes ? .none : ChangeHash(unchecked: log.workspace.bytes)
    }

    private func check(_ change: Change, against stored: Stored, at place: LocalPlace, floor: UInt64) {
        if change.hash.bytes != stored.hash { report.note(.hash, at: spot(place)) }
        if change.id.bytes != stored.id { report.note(.id, at: spot(place)) }
        // A void change stands where the latest that it has seen does.
        let isVoid = change.stamp.packed <= floor
        if stored.at != max(change.stamp.packed, floor) { report.note(.stamp, at: spot(place)) }
        let verdict = Log.Effect(rawValue: stored.effect)
        if verdict == nil || (verdict == .void) != isVoid { report.note(.verdict, at: spot(place)) }
    }

    // MARK: Causes and mentions

    private func check(causesOf change: Change, at place: LocalPlace) throws -> [(place: LocalPlace, at: UInt64)] {
        var causes: [(place: LocalPlace, at: UInt64)] = []
        for cause in change.causes {
            if let found = try find(cause) {
                causes.append(found)
            } else if !ownGrant.mayBeMissing(cause, of: change) {
                report.note(.cause, at: spot(place))
            }
        }
        let noted = try notedCauses(of: place)
        visited.causes += UInt64(noted.count)
        if noted != causes.map(\.place).sorted() { report.note(.causeNote, at: spot(place)) }
        return causes
    }

    private func find(_ cause: Cause) throws -> (place: LocalPlace, at: UInt64)? {
        for branch in branches.of(cause.replica) where branch.fork < cause.number && cause.number <= branch.number {
            let place = LocalPlace(branch: branch.id, number: cause.number)
            guard let stored = try stored(at: place), stored.hash.starts(with: cause.prefix) else { continue }
            return (place, stored.at)
        }
        return nil
    }

    private func notedCauses(of place: LocalPlace) throws -> [LocalPlace] {
        let read = try log.statements("SELECT of FROM cause WHERE place=?1 ORDER BY of")
        defer { read.reset() }
        read.bind(1, place.packed)
        var causes: [LocalPlace] = []
        while try read.step() { causes.append(LocalPlace(packed: read.unsigned(0))) }
        return causes
    }

    private func checkMentions(of change: Change, at place: LocalPlace) throws {
        for root in Set(change.segments.map(\.root.high)) {
            let find = try log.statements("SELECT 1 FROM touch WHERE root=?1 AND place=?2")
            defer { find.reset() }
            find.bind(1, Int64(bitPattern: root))
            find.bind(2, place.packed)
            if try find.step() { visited.mentions += 1 } else { report.note(.mention, at: spot(place)) }
        }
    }

    private struct NotedAct: Equatable {
        let data: [UInt8]
        let kind: Int64
        let subject: [UInt8]
    }

    private func checkActs(of change: Change, at place: LocalPlace) throws {
        let acts = change.acts.filter(\.isOfMembership)
        guard !acts.isEmpty else { return }
        let read = try log.statements("SELECT data, kind, subject FROM act WHERE place=?1 ORDER BY item")
        defer { read.reset() }
        read.bind(1, place.packed)
        var noted: [NotedAct] = []
        while try read.step() {
            noted.append(NotedAct(data: read.bytes(0), kind: read.integer(1), subject: read.bytes(2)))
        }
        visited.acts += UInt64(noted.count)
        let expected = acts.map { act in
            let subject = act.subject(by: change.replica.device)
            return NotedAct(data: act.bytes, kind: act.kind.rawValue, subject: subject.bytes)
        }
        if noted != expected { report.note(.act, at: spot(place)) }
    }

    // MARK: All of a table

    /// What was not met belongs to no change.
    private func countRows() throws {
        if try count("run") != visited.runs { report.note(.missingBytes) }
        if try count("change") != visited.changes { report.note(.row) }
        if try count("cause") != visited.causes { report.note(.causeNote) }
        if try count("touch") != visited.mentions { report.note(.mention) }
        if try count("act") != visited.acts { report.note(.act) }
    }

    private func count(_ table: String) throws -> UInt64 {
        let count = try SQLStatement(log.database, "SELECT count(*) FROM \(table)")
        return try count.step() ? count.unsigned(0) : 0
    }

    /// Of the changes with one id that count, the one with the lowest (stamp, hash) has effect and the others do not; all
    /// that are not void are noted as copies.
    private func checkCopies() throws {
        let read = try SQLStatement(
            log.database,
            """
            SELECT c.place, c.effect, (SELECT count(*) FROM copy WHERE copy.place = c.place AND copy.id = c.id),
                row_number() OVER (PARTITION BY c.id, c.effect = 3 ORDER BY c.at, c.hash)
            FROM change c WHERE c.effect <> 0 AND c.id IN (
                SELECT id FROM change WHERE effect <> 0 GROUP BY id HAVING count(*) > 1)
            """)
        var copies: UInt64 = 0
        var outdone: UInt64 = 0
        while try read.step() {
            let place = LocalPlace(packed: read.unsigned(0))
            let effect: Log.Effect = read.integer(3) == 1 ? .counts : .copy
            copies += 1
            if read.integer(2) != 1 { report.note(.copy, at: spot(place)) }
            if read.integer(1) == Log.Effect.cut.rawValue { continue }
            if effect == .copy { outdone += 1 }
            if read.integer(1) != effect.rawValue { report.note(.verdict, at: spot(place)) }
        }
        if try count("copy") != copies { report.note(.copy) }
        if try count("change WHERE effect = 2") != outdone { report.note(.verdict) }
    }

    /// Each branch's sealed changes arrived one stretch after the other, from its first on.
    private func checkArrivals() throws {
        var reached = Dictionary(branches.all.map { ($0.id, $0.fork) }) { first, _ in first }
        let read = try SQLStatement(log.database, "SELECT branch, first, last FROM arrival ORDER BY number")
        while try read.step() {
            let (branch, first, last) = (read.integer(0), read.unsigned(1), read.unsigned(2))
            guard reached[branch] == first &- 1, last >= first else {
                report.note(.arrival, at: spot(LocalPlace(branch: branch, number: first)))
                continue
            }
            reached[branch] = last
        }
        for branch in branches.all where reached[branch.id] != branch.sealed {
            report.note(.arrival, at: spot(LocalPlace(branch: branch.id, number: max(branch.sealed, 1))))
        }
    }

    private func spot(_ place: LocalPlace) -> Problem.Spot? { branches.spot(place) }
}
