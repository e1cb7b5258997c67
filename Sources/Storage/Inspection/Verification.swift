import ChangeLog
import GRDB

/// What a walk through all of a replica found.
public struct Verification: Sendable {
    /// How many problems are kept; more are only counted.
    public static let problemLimit = 100

    /// Changes whose bytes were read.
    public internal(set) var changes: UInt64 = 0
    /// Seals whose signature was checked.
    public internal(set) var seals: UInt64 = 0
    /// Branches walked: one a chain, unless it forked.
    public internal(set) var branches: UInt64 = 0
    /// Bytes of all changes, unpacked.
    public internal(set) var bytes: UInt64 = 0
    /// Deltas that wait.
    public internal(set) var waiting: UInt64 = 0
    /// The digest of the state as the file has it; nil where problems in the log left it uncomputed.
    public internal(set) var digest: [UInt8]?
    /// The first ones found.
    public private(set) var problems: [Problem] = []
    /// How many were found.
    public private(set) var problemCount = 0

    /// Whether everything is as it has to be.
    public var isClean: Bool { problemCount == 0 }

    mutating func note(_ fault: Problem.Fault, at change: Problem.Spot? = nil) {
        let problem = Problem(fault: fault, change: change)
        // A damaged page shows in many places, often several times in one.
        guard problems.last != problem else { return }
        problemCount += 1
        if problems.count < Self.problemLimit { problems.append(problem) }
    }
}

extension Replica {
    /// Walks the whole log and everything derived from it, in one unchanging view of the file, and changes nothing.
    ///
    /// Every change is read, hashed and held against what is stored about it; every seal is verified; the state is
    /// derived anew beside the stored one and compared. Memory does not grow with the history.
    ///
    /// It finds damage, and alterations by somebody without the authors' keys; and, by the side file, that whole changes at
    /// the end of this device's chain are gone, as if never written. It cannot tell whether what only this device knows
    /// (when a change was received, what it had shown) is true.
    ///
    /// - Throws: `.busy` or `.disk` if the surroundings keep it from going on. Damage is never thrown.
    public func verify() throws(StorageFailure) -> Verification {
        try StorageFailure.translating {
            let shadow = try Shadow(of: self)
            return try shadow.read { database in
                let walk = VerificationWalk(self, shadow: shadow, database: database)
                try walk.run()
                return walk.report
            }
        }
    }
}

/// The steps, each of which relies on the ones before it having found nothing.
private final class VerificationWalk {
    private let replica: Replica
    private let shadow: Shadow
    private let database: Database
    private(set) var report = Verification()

    init(_ replica: Replica, shadow: Shadow, database: Database) {
        (self.replica, self.shadow, self.database) = (replica, shadow, database)
    }

    func run() throws {
        try step(.file) { try checkFile(&$0) }
        try step(.changes) { try ChainCheck(log: shadow.log(database)).run(&$0) }
        try step(.local) { try LocalCheck(log: shadow.log(database)).run(&$0) }
        try step(.local) { try checkHead(&$0) }
        // What follows trusts the branches to be a tree and the causes to be in the log.
        guard report.isLogSound else { return }
        try step(.past) { try PastCheck(log: shadow.log(database)).run(&$0) }
        guard report.isLogSound else { return }
        try step(.state) { try StateCheck(replica, shadow: shadow, database: database).run(&$0) }
    }

    /// What SQLite cannot read is a finding; what keeps it from reading at all is not.
    private func step(_ step: Problem.Step, _ body: (inout Verification) throws -> Void) throws {
        var report = report
        defer { self.report = report }
        do {
            try StorageFailure.translating { try body(&report) }
        } catch {
            switch error {
            case .busy, .disk: throw error
            default: report.note(.unreadable(step))
            }
        }
    }

    private func checkHead(_ report: inout Verification) throws {
        let check = SelfCheck(log: shadow.log(database), head: replica.head, site: try replica.site())
        if try check.hasForgotten() { report.note(.forgotten) }
    }

    private func checkFile(_ report: inout Verification) throws {
        let check = try SQLStatement(database, "PRAGMA integrity_check(20)")
        while try check.step() {
            let line = String(decoding: check.bytes(0), as: UTF8.self)
            if line != "ok" { report.note(.file(line)) }
        }
    }
}

extension Verification {
    /// Whether nothing was found that the later steps could stumble over. SQLite's own check may have complaints of
    /// state tables only, and so may waiting deltas.
    fileprivate var isLogSound: Bool {
        problemCount == problems.count
            && problems.allSatisfy {
                switch $0.fault {
                case .file, .waiting, .secret, .seal, .unsealed, .arrival, .mention, .forgotten: true
                default: false
                }
            }
    }
}
