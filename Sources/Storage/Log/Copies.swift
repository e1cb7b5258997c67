import CRDT
import ChangeLog

/// Changes with one id that are not void are copies: one action, chained or stamped more than once. Of those that count
/// only the one with the lowest (stamp, hash) has effect, on every replica. It lies below every change that has seen a copy, so having
/// seen one is having seen them all.
extension Log {
    /// A change of a given id that is held here.
    struct Copy {
        let place: LocalPlace
        let stamp: Stamp
        let hash: ChangeHash
        let effect: Effect
    }

    /// The changes held under an id that are not void: nearly always one.
    func copies(of id: ChangeID) throws -> [Copy] {
        let find = try statements("SELECT place, at, hash, effect FROM change WHERE id=?1 AND effect <> 0")
        defer { find.reset() }
        find.bind(1, id.bytes)
        var copies: [Copy] = []
        while try find.step() {
            guard let stamp = Stamp(packed: find.unsigned(1)), let hash = ChangeHash(find.bytes(2)),
                let effect = Effect(rawValue: find.integer(3))
            else { continue }
            copies.append(
                Copy(place: LocalPlace(packed: find.unsigned(0)), stamp: stamp, hash: hash, effect: effect))
        }
        return copies
    }

    /// Whether a lower copy counts.
    func isOutdone(_ change: Change, by copies: [Copy]) -> Bool {
        copies.contains { ($0.stamp, $0.hash) < (change.stamp, change.hash) }
    }

    /// From now on, having seen one of these is having seen them all.
    func noteCopies(_ places: [LocalPlace], of id: ChangeID) throws {
        for place in places {
            let insert = try statements("INSERT INTO copy(place, id) VALUES(?1,?2) ON CONFLICT DO NOTHING")
            insert.bind(1, place.packed)
            insert.bind(2, id.bytes)
            try insert.run()
        }
        past.noteCopies()
    }

    func setEffect(_ effect: Effect, at place: LocalPlace) throws {
        let update = try statements("UPDATE change SET effect=?2 WHERE place=?1")
        update.bind(1, place.packed)
        update.bind(2, effect.rawValue)
        try update.run()
    }
}
