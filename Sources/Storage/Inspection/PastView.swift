import CRDT
public import ChangeLog
public import GRDB

/// What a replica would show by some of its changes alone, merged anew beside today's state: those that had been received
/// here by a time gone by, or all but one.
///
/// Who belongs, and as what, is as it is today. A root is there once it has been asked for by ``derive(_:)``; readers
/// of state and projections then work as on the replica itself.
public final class PastView {
    private let shadow: Shadow
    private let isLeftOut: Exclusion
    private var derived: Set<RootID> = []

    /// Which changes have no part in it.
    private enum Exclusion {
        /// What was received after then, in milliseconds since 1970.
        case after(UInt64)
        /// That one, and its copies.
        case change(ChangeID)
    }

    fileprivate convenience init(_ replica: Replica, at time: UInt64) throws {
        try self.init(replica, leavingOut: .after(time))
    }

    convenience init(_ replica: Replica, without change: ChangeID) throws {
        try self.init(replica, leavingOut: .change(change))
    }

    private init(_ replica: Replica, leavingOut isLeftOut: Exclusion) throws {
        shadow = try Shadow(of: replica)
        self.isLeftOut = isLeftOut
        try shadow.read { database in
            try shadow.makeTables(in: database)
            for table in Tables.namesOfActs {
                try database.execute(sql: "INSERT INTO temp.\(table) SELECT * FROM main.\(table)")
            }
        }
    }

    /// Merges the changes on one root. Asking twice for the same one changes nothing.
    public func derive(_ root: RootID) throws(StorageFailure) {
        guard derived.insert(root).inserted else { return }
        try StorageFailure.translating {
            try shadow.read { database in
                let door = shadow.door(database)
                for place in try door.log.places(mentioning: root) where try counted(place, in: door.log) {
                    let change = try door.log.change(at: place)
                    guard let author = try door.author(of: change, at: place) else { continue }
                    try door.state.apply(change, by: author) { $0.root == root }
                }
                try door.finish()
            }
        }
    }

    /// Reads from what has been derived.
    ///
    /// - Throws: a ``StorageFailure``, or what `body` throws.
    public func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try StorageFailure.translatingSQLite { try shadow.read(body) }
    }

    private func counted(_ place: LocalPlace, in log: Log) throws -> Bool {
        switch isLeftOut {
        case .after(let time): try counted(place, by: time, in: log)
        case .change(let id): try log.effect(at: place) == .counts && log.past.entry(at: place)?.id != id
        }
    }

    /// Whether a change was here then and had effect. Of copies, the lowest of those that were here had.
    private func counted(_ place: LocalPlace, by time: UInt64, in log: Log) throws -> Bool {
        let find = try log.statements(
            """
            SELECT 1 FROM change c WHERE c.place=?1 AND c.received<=?2 AND c.effect IN (1, 2) AND NOT EXISTS(
                SELECT 1 FROM change o WHERE o.id=c.id AND o.effect IN (1, 2) AND o.received<=?2
                AND (o.at, o.hash)<(c.at, c.hash))
            """)
        defer { find.reset() }
        find.bind(1, place.packed)
        find.bind(2, time)
        return try find.step()
    }
}

extension Replica {
    /// The state as of a time gone by, by when changes were received here.
    ///
    /// - Parameter time: milliseconds since 1970, by this device's clock.
    public func past(at time: UInt64) throws(StorageFailure) -> PastView {
        try StorageFailure.translating { try PastView(self, at: time) }
    }
}
