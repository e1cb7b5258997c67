import ChangeLog

/// The tables of a replica.
///
/// A change's *place* in this database is one integer: its branch's local number in the upper bits, its number in the
/// chain in the lower forty. So a branch is a range, and "up to this change of that branch" is a comparison.
enum Tables {
    /// Raised when the tables change in a way that a rebuild cannot mend.
    static let version = 7

    /// Says that an SQLite file is a Nexus replica ("NEXS").
    static let applicationID = 0x4E45_5853

    /// The log: what everything else derives from.
    ///
    /// `branch` holds each branch's tip, the vector of what lies in its past, and how many changes at its end wait to be
    /// packed; `cited` says that some applied change names that tip as a cause, so a new change need not. `change` holds
    /// what is asked of changes by name, `run` their bytes, `touch` which roots they mention, by the first half of a
    /// root's id, `act` what they say about who belongs. `vector` holds the whole past of a change here and there; `copy`
    /// the changes that share an id; `charge` the branches that were taken because somebody else's change cites them.
    ///
    /// No index of `act` is partial: where a condition compares a column with a literal, SQLite prepares every statement
    /// that compares it with a parameter anew at each binding.
    static let log = """
        CREATE TABLE branch(
            id INTEGER PRIMARY KEY, replica BLOB NOT NULL, parent INTEGER, number INTEGER NOT NULL DEFAULT 0, hash BLOB,
            at INTEGER NOT NULL DEFAULT 0, weight INTEGER NOT NULL DEFAULT 0, past BLOB,
            cited INTEGER NOT NULL DEFAULT 0, sealed INTEGER NOT NULL DEFAULT 0, loose INTEGER NOT NULL DEFAULT 0);
        CREATE INDEX branch_replica ON branch(replica);
        CREATE INDEX branch_head ON branch(id) WHERE cited = 0;
        CREATE TABLE charge(branch INTEGER PRIMARY KEY, author BLOB NOT NULL, citer BLOB NOT NULL);
        CREATE INDEX charge_author ON charge(author, citer);
        CREATE TABLE change(
            place INTEGER PRIMARY KEY, at INTEGER NOT NULL, effect INTEGER NOT NULL, id BLOB NOT NULL,
            hash BLOB NOT NULL, weight INTEGER NOT NULL, received INTEGER NOT NULL);
        CREATE INDEX change_id ON change(id);
        CREATE INDEX change_cut ON change(at, place) WHERE effect = 3;
        CREATE TABLE run(
            last INTEGER PRIMARY KEY, first INTEGER NOT NULL, size INTEGER NOT NULL, seal BLOB, data BLOB NOT NULL);
        CREATE TABLE cause(place INTEGER NOT NULL, of INTEGER NOT NULL, PRIMARY KEY(place, of)) WITHOUT ROWID;
        CREATE TABLE vector(place INTEGER PRIMARY KEY, past BLOB NOT NULL);
        CREATE TABLE touch(root INTEGER NOT NULL, place INTEGER NOT NULL, PRIMARY KEY(root, place)) WITHOUT ROWID;
        CREATE TABLE act(
            place INTEGER NOT NULL, item INTEGER NOT NULL, rank INTEGER, against INTEGER NOT NULL,
            names BLOB NOT NULL, data BLOB NOT NULL, kind INTEGER NOT NULL, subject BLOB NOT NULL,
            PRIMARY KEY(place, item)) WITHOUT ROWID;
        CREATE INDEX act_subject ON act(subject, kind);
        CREATE INDEX act_names ON act(names, kind, subject);
        CREATE TABLE copy(place INTEGER PRIMARY KEY, id BLOB NOT NULL);
        CREATE INDEX copy_id ON copy(id);
        CREATE TABLE arrival(number INTEGER PRIMARY KEY, branch INTEGER NOT NULL, first INTEGER NOT NULL,
            last INTEGER NOT NULL, sum INTEGER NOT NULL);
        CREATE TABLE waiting(
            id INTEGER PRIMARY KEY, device BLOB NOT NULL, replica BLOB NOT NULL, first INTEGER NOT NULL,
            changes INTEGER NOT NULL, size INTEGER NOT NULL, reason INTEGER NOT NULL, need_replica BLOB,
            need_number INTEGER, due INTEGER, since INTEGER NOT NULL, digest BLOB NOT NULL UNIQUE,
            delta BLOB NOT NULL);
        CREATE INDEX waiting_device ON waiting(device);
        CREATE INDEX waiting_need ON waiting(need_replica, need_number);
        CREATE INDEX waiting_due ON waiting(due) WHERE due IS NOT NULL;
        CREATE TABLE waiting_root(root INTEGER NOT NULL, waiting INTEGER NOT NULL, PRIMARY KEY(root, waiting)) WITHOUT ROWID;
        CREATE INDEX waiting_root_waiting ON waiting_root(waiting);
        """

    /// Who belongs, as far as the log's acts count.
    ///
    /// `appointment` holds the roles that each device was given, `cut` the revocations that count, `adoption` what was
    /// taken from them again: what a single change is judged by. `member` and `invitation` are for reading.
    static func membership(in database: String = "main") -> String {
        """
        CREATE TABLE \(database).appointment(
            device BLOB NOT NULL, start INTEGER NOT NULL, grant_place INTEGER NOT NULL, role INTEGER NOT NULL,
            person BLOB NOT NULL, rank INTEGER NOT NULL, counts INTEGER NOT NULL,
            PRIMARY KEY(device, start, grant_place, role, person)) WITHOUT ROWID;
        CREATE INDEX \(database).appointment_person ON appointment(person);
        CREATE TABLE \(database).cut(
            device BLOB NOT NULL, place INTEGER NOT NULL, tips BLOB NOT NULL, role INTEGER,
            PRIMARY KEY(device, place, tips)) WITHOUT ROWID;
        CREATE TABLE \(database).adoption(
            id BLOB NOT NULL, place INTEGER NOT NULL, PRIMARY KEY(id, place)) WITHOUT ROWID;
        CREATE TABLE \(database).member(
            device BLOB PRIMARY KEY, person BLOB NOT NULL, role INTEGER NOT NULL, name TEXT NOT NULL,
            named_at INTEGER NOT NULL, admitted_at INTEGER, grant_place INTEGER, device_name TEXT NOT NULL,
            revoked INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE \(database).invitation(
            place INTEGER PRIMARY KEY, key BLOB NOT NULL, role INTEGER NOT NULL, expires INTEGER, uses INTEGER NOT NULL,
            person BLOB, counts INTEGER NOT NULL, withdrawn INTEGER NOT NULL DEFAULT 0);
        """
    }

    /// What was bid for and ruled, as far as it counts: each at the place of the change that says so.
    ///
    /// `content` is the place of the change that holds what a bid is for, if that was in its past; `refusal` is 0 where a
    /// ruling grants.
    static func bids(in database: String = "main") -> String {
        """
        CREATE TABLE \(database).bid(
            place INTEGER PRIMARY KEY, subject BLOB NOT NULL, content INTEGER, attempt INTEGER NOT NULL,
            scope BLOB NOT NULL, incarnation INTEGER NOT NULL, counter INTEGER NOT NULL);
        CREATE INDEX \(database).bid_subject ON bid(subject, attempt);
        CREATE TABLE \(database).ruling(
            place INTEGER NOT NULL, item INTEGER NOT NULL, bid INTEGER NOT NULL, refusal INTEGER NOT NULL,
            PRIMARY KEY(place, item)) WITHOUT ROWID;
        CREATE INDEX \(database).ruling_bid ON ruling(bid);
        """
    }

    /// Every table that is derived from acts.
    static let namesOfActs = ["appointment", "cut", "adoption", "member", "invitation", "bid", "ruling"]

    /// The tables that a rebuild keeps: the log's, and what is local.
    static let keptNames = [
        "branch", "charge", "change", "run", "cause", "vector", "touch", "act", "copy", "arrival", "waiting",
        "waiting_root", "local", "displayed", "draft", "lease",
    ]

    /// What concerns this replica alone; kept by a rebuild, never in a digest.
    static let local = """
        CREATE TABLE local(key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
        CREATE TABLE displayed(
            id INTEGER PRIMARY KEY, token TEXT NOT NULL UNIQUE, root BLOB NOT NULL, heads BLOB NOT NULL,
            others INTEGER NOT NULL);
        CREATE INDEX displayed_root ON displayed(root);
        CREATE TABLE lease(
            scope BLOB PRIMARY KEY, incarnation INTEGER NOT NULL, counter INTEGER NOT NULL, holder BLOB NOT NULL,
            until INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE draft(root BLOB PRIMARY KEY, text TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
        """

    /// The merged state, from the schema.
    ///
    /// - Parameter database: `main` or, for a second state beside the first, `temp`.
    static func state(_ schema: Schema, in database: String = "main") -> String {
        schema.roots.map { state($0, in: database) }.joined(separator: "\n")
    }

    private static func state(_ root: Schema.Root, in database: String) -> String {
        var columns = ["id INTEGER PRIMARY KEY", "key BLOB NOT NULL UNIQUE"]
        var more: [String] = []
        for field in root.fields {
            switch field.kind {
            case .register:
                columns += [field.name, "\(field.name)_at INTEGER NOT NULL DEFAULT 0", "\(field.name)_by INTEGER"]
            case .causalRegister, .set, .mark: break
            case .sequence(let elements, let marked):
                more.append(sequence(root.sequenceTable(field.name), elements, marked: marked, in: database))
            }
        }
        return """
            CREATE TABLE \(database).\(root.name)(\(columns.joined(separator: ", ")));
            CREATE TABLE \(database).\(root.currentTable)(
                root INTEGER NOT NULL, field INTEGER NOT NULL, by INTEGER NOT NULL, at INTEGER NOT NULL, value,
                basis BLOB NOT NULL, yields INTEGER NOT NULL, PRIMARY KEY(root, field, by)) WITHOUT ROWID;
            CREATE TABLE \(database).\(root.setTable)(
                root INTEGER NOT NULL, field INTEGER NOT NULL, value, dot BLOB NOT NULL, by INTEGER NOT NULL,
                PRIMARY KEY(root, field, value, dot)) WITHOUT ROWID;
            CREATE TABLE \(database).\(root.markTable)(
                root INTEGER NOT NULL, field INTEGER NOT NULL, person BLOB NOT NULL, branch INTEGER NOT NULL,
                number INTEGER NOT NULL, PRIMARY KEY(root, field, person, branch)) WITHOUT ROWID;
            \(more.joined(separator: "\n"))
            """
    }

    private static func sequence(
        _ table: String, _ columns: [Schema.Column], marked: String?, in database: String
    ) -> String {
        let names = columns.map { ", \($0.name)" }.joined()
        var indices = columns.filter(\.isIndexed).map { column in
            """
            CREATE INDEX \(database).\(table)_\(column.name) ON \(table)(root, \(column.name))
                WHERE \(column.name) IS NOT NULL;
            """
        }
        if let marked {
            indices += [
                "CREATE INDEX \(database).\(table)_marked ON \(table)(root, by) WHERE \(marked);",
                "CREATE INDEX \(database).\(table)_marked_key ON \(table)(key) WHERE \(marked);",
            ]
        }
        return """
            CREATE TABLE \(database).\(table)(
                id INTEGER PRIMARY KEY, root INTEGER NOT NULL, key BLOB NOT NULL, position INTEGER NOT NULL,
                at INTEGER NOT NULL, by INTEGER NOT NULL, basis BLOB NOT NULL\(names));
            CREATE UNIQUE INDEX \(database).\(table)_key ON \(table)(root, key);
            CREATE INDEX \(database).\(table)_position ON \(table)(root, position, key);
            \(indices.joined(separator: "\n"))
            """
    }
}

/// A change's place in this database.
struct LocalPlace: Hashable, Comparable {
    static let numberBits: UInt64 = 40
    let packed: UInt64

    init(branch: Int64, number: UInt64) { packed = UInt64(clamping: branch) << Self.numberBits | number }

    init(packed: UInt64) { self.packed = packed }

    var branch: Int64 { Int64(packed >> Self.numberBits) }
    var number: UInt64 { packed & ((1 << Self.numberBits) - 1) }
    /// The place before every change of this branch.
    var branchStart: LocalPlace { LocalPlace(branch: branch, number: 0) }
    /// The place after every change of this branch.
    var branchEnd: LocalPlace { LocalPlace(branch: branch, number: ChangeNumber.limit) }

    static func < (left: Self, right: Self) -> Bool { left.packed < right.packed }
}
