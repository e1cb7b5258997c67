import CRDT
public import ChangeLog
import GRDB

import struct Foundation.Data

/// What this device has shown of a root, and when: local, because only the device knows what its screen had drawn.
///
/// A mark keeps the heads of everything applied when the screen was drawn. Asked about one root, that says exactly
/// what of it had been there to see.
extension Replica {
    /// How many marks of one root are kept; older tokens become unknown.
    static let marksPerRoot = 64

    /// Notes that a screen of `root` has been drawn from what is applied now.
    ///
    /// - Returns: a token that names the mark on this device, thirteen letters.
    public func markDisplayed(_ root: RootID) throws(StorageFailure) -> String {
        let token = Base32.text(configuration.random(8))
        try write(durability: .normal) { door in
            let view = try door.log.view()
            let database = door.log.database
            let insert = try door.log.statements(
                "INSERT INTO displayed(token, root, heads, others) VALUES(?1,?2,?3,?4)")
            insert.bind(1, token)
            insert.bind(2, root.bytes)
            insert.bind(3, CausalPast.packed(view.heads))
            insert.bind(4, view.others)
            try insert.run()
            try database.execute(
                sql: """
                    DELETE FROM displayed WHERE root=?1 AND id <= (
                        SELECT id FROM displayed WHERE root=?1 ORDER BY id DESC LIMIT 1 OFFSET \(Self.marksPerRoot))
                    """, arguments: [Data(root.bytes)])
        }
        return token
    }
}

extension Transaction {
    /// What the author of a write on `root` had been shown: by the mark that `token` names, else by the newest mark.
    ///
    /// - Parameter otherwise: when this device never showed that root.
    /// - Throws: `.unknownMark` for a token of another root, or none of ours.
    public func basis(of root: RootID, token: String?, otherwise: Basis) throws -> Basis {
        let find = try log.statements(
            """
            SELECT heads, others FROM displayed WHERE root=?1 AND (?2 IS NULL OR token=?2) ORDER BY id DESC LIMIT 1
            """)
        defer { find.reset() }
        find.bind(1, root.bytes)
        if let token { find.bind(2, token) }
        guard try find.step() else {
            if token != nil { throw StorageFailure.unknownMark }
            return otherwise
        }
        // Nothing but own changes came since: the change's whole causal past was on the screen, or is the author's own.
        if find.unsigned(1) == (try log.view()).others { return .everything }
        return .heads(try CausalPast.unpacked(find.bytes(0)).compactMap(log.cause))
    }
}

extension Transaction {
    /// A basis as the state tables keep one: of a write made now.
    public func packed(_ basis: Basis) throws -> [UInt8] {
        switch basis {
        case .nothing: []
        case .everything: CausalPast.packed(try log.view().heads)
        case .heads(let causes): CausalPast.packed(try causes.compactMap(log.place))
        }
    }

    /// Whether the author of a write with that basis, made now, has seen the change at a place of this database.
    public func holds(_ place: Int64, in basis: Basis) throws -> Bool {
        switch basis {
        case .nothing: return false
        case .everything: return true
        case .heads(let causes):
            let heads = try causes.compactMap(log.place)
            return try log.past.holds(LocalPlace(packed: UInt64(clamping: place)), from: heads)
        }
    }
}

extension Log {
    /// The heads of what is applied, and how many changes of others that is.
    func view() throws -> (heads: [LocalPlace], others: UInt64) {
        try flush()
        let own = try own()
        let branches = try branches.all()
        let others = branches.filter { $0.replica != own }.reduce(0) { $0 + ($1.number - min($1.fork, $1.number)) }
        // A tip that another change cites is in that change's past already; no need to name it.
        return (branches.filter { !$0.isCited }.map(\.tip), others)
    }
}
