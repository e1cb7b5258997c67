import ChangeLog

extension Log {
    /// Takes the end of a branch out of the log, from a number on: what was never sealed, and nobody else has. What the
    /// state says of it is for the caller to rebuild.
    func drop(_ branch: Branch, from number: UInt64) throws {
        precondition(number > branch.sealed, "what was sealed may have left")
        try flush()
        let last = LocalPlace(branch: branch.id, number: number - 1)
        let end = try branch.place(before: number).flatMap { $0.number > 0 ? try endState(at: $0) : nil }
        let cited = try places(
            "SELECT DISTINCT of FROM cause WHERE place >= ?1 AND place <= ?2", after: last, of: branch)
        try runs.cut(after: last, through: branch.tip)
        for delete in try [
            statements("DELETE FROM change WHERE place > ?1 AND place <= ?2"),
            statements("DELETE FROM cause WHERE place > ?1 AND place <= ?2"),
            statements("DELETE FROM vector WHERE place > ?1 AND place <= ?2"),
            statements("DELETE FROM touch WHERE place > ?1 AND place <= ?2"),
            statements("DELETE FROM act WHERE place > ?1 AND place <= ?2"),
            statements("DELETE FROM copy WHERE place > ?1 AND place <= ?2"),
            statements("DELETE FROM bid WHERE place > ?1 AND place <= ?2"),
            statements("DELETE FROM ruling WHERE place > ?1 AND place <= ?2"),
        ] {
            delete.bind(1, last.packed)
            delete.bind(2, branch.tip.packed)
            try delete.run()
        }
        branch.fallBack(to: number - 1, end)
        for place in cited { try branches.branch(place.branch)?.isCited = isCited(place) }
        branch.isCited = try isCited(branch.tip)
    }

    private func endState(at place: LocalPlace) throws -> Branch.End {
        guard let entry = try past.entry(at: place) else { throw StorageFailure.corrupt }
        return Branch.End(hash: entry.hash, stamp: entry.stamp, weight: entry.weight, past: try past.vector(at: place))
    }

    private func places(_ sql: StaticString, after last: LocalPlace, of branch: Branch) throws -> [LocalPlace] {
        let read = try statements(sql)
        defer { read.reset() }
        read.bind(1, last.packed + 1)
        read.bind(2, branch.tip.packed)
        var places: [LocalPlace] = []
        while try read.step() { places.append(LocalPlace(packed: read.unsigned(0))) }
        return places
    }

    private func isCited(_ place: LocalPlace) throws -> Bool {
        let find = try statements("SELECT 1 FROM cause WHERE of=?1 LIMIT 1")
        defer { find.reset() }
        find.bind(1, place.packed)
        return try find.step()
    }
}
