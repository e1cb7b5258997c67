import ChangeLog
import Foundation
import GRDB
import Storage
import TestSupport
import Testing

/// The log is the truth: everything shared can be dropped and derived from it anew.
struct RebuildTests {
    private let directory = TemporaryDirectory()

    @Test(arguments: Seed.several(8))
    func `a rebuild leaves the digest as it was`(seed: Seed) throws {
        let world = try RandomWorld(3, steps: 60, in: directory, seed: seed)
        for replica in world.crew.replicas {
            let (digest, lines) = (try replica.digest(), try State.lines(of: replica))
            try replica.rebuild()
            #expect(try replica.digest() == digest)
            #expect(try State.lines(of: replica) == lines)
        }
    }

    @Test func `after a rebuild the replica goes on, and syncs as before`() throws {
        let crew = try Crew(2, in: directory)
        try crew.founder.write(Things.draft(Things.name("a"), Things.entry("b")))
        try Wire.join(crew.replicas, now: Crew.now)
        try crew.replicas[1].rebuild()
        try crew.replicas[1].write(Things.draft(Things.name("c"), Things.read()))
        try Wire.join(crew.replicas, now: Crew.now)
        #expect(try crew.founder.digest() == crew.replicas[1].digest())
        #expect(try State.lines(of: crew.founder).contains { $0.contains("c") })
    }

    /// Whoever opens the file alone reads the journal to its end: with 1.3 million messages an inbox took 520 ms, not 10.
    @Test func `a rebuild leaves no journal behind`() throws {
        let crew = try Crew(1, in: directory)
        try crew.founder.write(Things.draft(Things.name("a")))
        let journals = { [directory] in
            try FileManager.default.contentsOfDirectory(atPath: directory.file("")).filter { $0.hasSuffix("-wal") }
        }
        let sizes = {
            try journals().map { [directory] in
                try FileManager.default.attributesOfItem(atPath: directory.file($0))[.size] as? Int
            }
        }
        #expect(try sizes().contains { ($0 ?? 0) > 0 })
        try crew.founder.rebuild()
        #expect(try sizes().allSatisfy { $0 == 0 })
    }

    @Test func `what is local is kept`() throws {
        let crew = try Crew(1, in: directory)
        try crew.founder.write(Things.draft(Things.name("a")))
        let token = try crew.founder.markDisplayed(Things.root(1))
        try crew.founder.setLocalValue(.cursor, .integer(7))
        try crew.founder.rebuild()
        #expect(try crew.founder.localValue(.cursor) == .integer(7))
        let basis = try crew.founder.transact(now: Crew.now) {
            try $0.basis(of: Things.root(1), token: token, otherwise: .nothing)
        }
        #expect(basis == .everything)
    }

    /// The one line that a new field takes; all else in this test is using it.
    @Test func `a field takes one line: tables, merging, rights and digest follow from it`() throws {
        let newField = Schema.Field(9, "mood", .register(.text), writers: .any([.owner]), since: 2)
        let later = Replica.Configuration(
            schema: Schema(
                version: 2,
                roots: [
                    Schema.Root(Things.thing.number, "thing", fields: Things.thing.fields + [newField]), Things.rule,
                ]),
            projections: [])
        let crew = try Crew(2, in: directory)
        // Somebody with the later version wrote it; here it is not known yet, and kept.
        try crew.founder.write(Things.draft(Operation(field: 9, action: .write(.text("good"))), Things.name("a")))
        try Wire.join(crew.replicas, now: Crew.now)
        // Without the right to.
        try crew.replicas[1].write(Things.draft(Operation(field: 9, action: .write(.text("bad")))), now: Crew.now + 9)
        try Wire.join(crew.replicas, now: Crew.now + 9)
        let digest = try crew.founder.digest()

        let upgraded = try ["0", "1"].map {
            try Replica.open(at: directory.file($0), key: .of($0), configuration: later)
        }
        for replica in upgraded {
            let moods = try replica.read { try String.fetchAll($0, sql: "SELECT mood FROM thing") }
            #expect(moods == ["good"])
            #expect(try replica.digest() != digest)
        }
        #expect(try upgraded[0].digest() == upgraded[1].digest())
        try upgraded[0].write(
            Things.draft(Operation(field: 9, action: .write(.text("better")))), now: Crew.now + 10)
        #expect(try upgraded[0].read { try String.fetchOne($0, sql: "SELECT mood FROM thing") } == "better")
        #expect(later.schema.reference.contains("| 9 | `mood` | register of text | 2 |"))
        #expect(later.schema.reference.contains("| `mood` | any | - | - | - | - | - | - |"))
    }

    @Test func `a reader that meets an older schema has it rebuilt first`() throws {
        let crew = try Crew(1, in: directory)
        try crew.founder.write(Things.draft(Things.name("a")))
        let newField = Schema.Field(9, "mood", .register(.text), writers: .any([.owner]), since: 2)
        let root = Schema.Root(Things.thing.number, "thing", fields: Things.thing.fields + [newField])
        let later = Replica.Configuration(schema: Schema(version: 2, roots: [root, Things.rule]), projections: [])
        let reader = try Replica.open(
            at: directory.file("0"), key: .of("0"), configuration: later, access: .reading)
        #expect(try reader.read { try String.fetchAll($0, sql: "SELECT name FROM thing WHERE mood IS NULL") } == ["a"])
    }
}
