/// The tables of a replica.
///
/// A change's *place* in this database is one integer: its chain's local number in the upper bits, its number in the
/// chain in the lower forty. So a chain is a range, and "up to this change of that chain" is a comparison.
enum Tables {
    /// Raised when the tables change in a way that a rebuild cannot mend.
    static let version = 1

    /// Says that an SQLite file is a Nexus replica ("NEXS").
    static let applicationID = 0x4E45_5853

    /// The log: what everything else derives from. `chain` holds each chain's tip; `cited` says that some applied
    /// change names that tip as a cause, so a new change need not.
    static let log = """
        CREATE TABLE chain(
            id INTEGER PRIMARY KEY, replica BLOB NOT NULL UNIQUE, number INTEGER NOT NULL DEFAULT 0, hash BLOB,
            at INTEGER NOT NULL DEFAULT 0, cited INTEGER NOT NULL DEFAULT 0, sealed INTEGER NOT NULL DEFAULT 0);
        CREATE INDEX chain_head ON chain(id) WHERE cited = 0;
        CREATE TABLE change(
            place INTEGER PRIMARY KEY, at INTEGER NOT NULL, void INTEGER NOT NULL, id BLOB NOT NULL,
            hash BLOB NOT NULL, seal BLOB, wire BLOB NOT NULL);
        CREATE TABLE cause(place INTEGER NOT NULL, of INTEGER NOT NULL, PRIMARY KEY(place, of)) WITHOUT ROWID;
        CREATE TABLE arrival(number INTEGER PRIMARY KEY, chain INTEGER NOT NULL, first INTEGER NOT NULL,
            last INTEGER NOT NULL);
        CREATE TABLE waiting(
            id INTEGER PRIMARY KEY, replica BLOB NOT NULL, first INTEGER NOT NULL, changes INTEGER NOT NULL,
            reason INTEGER NOT NULL, since INTEGER NOT NULL, delta BLOB NOT NULL, UNIQUE(replica, first, delta));
        """

    /// Who belongs, as the log's acts tell.
    static let membership = """
        CREATE TABLE member(
            device BLOB PRIMARY KEY, person BLOB NOT NULL, role INTEGER NOT NULL, name TEXT NOT NULL,
            named_at INTEGER NOT NULL, admitted_at INTEGER, grant_place INTEGER) WITHOUT ROWID;
        CREATE TABLE invitation(
            place INTEGER NOT NULL, key BLOB PRIMARY KEY, role INTEGER NOT NULL, device INTEGER NOT NULL,
            expires INTEGER, uses INTEGER NOT NULL) WITHOUT ROWID;
        """

    /// What concerns this replica alone; kept by a rebuild, never in a digest.
    static let local = """
        CREATE TABLE local(key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
        CREATE TABLE displayed(
            id INTEGER PRIMARY KEY, token TEXT NOT NULL UNIQUE, root BLOB NOT NULL, heads BLOB NOT NULL,
            others INTEGER NOT NULL);
        CREATE INDEX displayed_root ON displayed(root);
        """

    /// The merged state, from the schema.
    static func state(_ schema: Schema) -> String {
        schema.roots.map(state).joined(separator: "\n")
    }

    private static func state(_ root: Schema.Root) -> String {
        var columns = ["id INTEGER PRIMARY KEY", "key BLOB NOT NULL UNIQUE"]
        var more: [String] = []
        for field in root.fields {
            switch field.kind {
            case .register:
                columns += [field.name, "\(field.name)_at INTEGER NOT NULL DEFAULT 0", "\(field.name)_by INTEGER"]
            case .causalRegister, .set, .mark: break
            case .sequence(let elements, let marked):
                more.append(sequence(root.sequenceTable(field.name), elements, marked: marked))
            }
        }
        return """
            CREATE TABLE \(root.name)(\(columns.joined(separator: ", ")));
            CREATE TABLE \(root.currentTable)(
                root INTEGER NOT NULL, field INTEGER NOT NULL, by INTEGER NOT NULL, at INTEGER NOT NULL, value,
                basis BLOB NOT NULL, PRIMARY KEY(root, field, by)) WITHOUT ROWID;
            CREATE TABLE \(root.setTable)(
                root INTEGER NOT NULL, field INTEGER NOT NULL, value, dot BLOB NOT NULL, by INTEGER NOT NULL,
                PRIMARY KEY(root, field, value, dot)) WITHOUT ROWID;
            CREATE TABLE \(root.markTable)(
                root INTEGER NOT NULL, field INTEGER NOT NULL, person BLOB NOT NULL, chain INTEGER NOT NULL,
                number INTEGER NOT NULL, PRIMARY KEY(root, field, person, chain)) WITHOUT ROWID;
            \(more.joined(separator: "\n"))
            """
    }

    private static func sequence(_ table: String, _ columns: [Schema.Column], marked: String) -> String {
        let names = columns.map { ", \($0.name)" }.joined()
        return """
            CREATE TABLE \(table)(
                id INTEGER PRIMARY KEY, root INTEGER NOT NULL, key BLOB NOT NULL, position INTEGER NOT NULL,
                at INTEGER NOT NULL, by INTEGER NOT NULL, basis BLOB NOT NULL\(names));
            CREATE UNIQUE INDEX \(table)_key ON \(table)(root, key);
            CREATE INDEX \(table)_position ON \(table)(root, position, key);
            CREATE INDEX \(table)_marked ON \(table)(root, by) WHERE \(marked);
            CREATE INDEX \(table)_marked_key ON \(table)(key) WHERE \(marked);
            """
    }
}

/// A change's place in this database.
struct LocalPlace: Hashable, Comparable {
    static let numberBits: UInt64 = 40
    let packed: UInt64

    init(chain: Int64, number: UInt64) { packed = UInt64(clamping: chain) << Self.numberBits | number }

    init(packed: UInt64) { self.packed = packed }

    var chain: Int64 { Int64(packed >> Self.numberBits) }
    var number: UInt64 { packed & ((1 << Self.numberBits) - 1) }
    /// The place before the first change of this chain.
    var chainStart: LocalPlace { LocalPlace(chain: chain, number: 0) }

    static func < (left: Self, right: Self) -> Bool { left.packed < right.packed }
}
