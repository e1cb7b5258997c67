import CRDT
import ChangeLog
import Foundation
import GRDB
import Storage
import TestSupport
import Testing

/// What a walk through all of a replica notices, and that it neither trips over damage nor passes it by.
struct VerifyTests {
    private let directory = TemporaryDirectory()
    private let now = Crew.now

    @Test(arguments: Seed.several(12))
    func `any history that came in honestly is clean, with forks, copies, lies and things that wait`(
        seed: Seed
    ) throws {
        let world = try RandomWorld(3, steps: 60, in: directory, seed: seed)
        var dice = Dice(seed)
        let observer = try world.crew.observer()
        _ = try observer.append(dice.shuffled(world.deltas).dropLast(dice.number(0...5)), now: now + 1000)
        for replica in world.crew.replicas + [observer] {
            let report = try replica.verify()
            #expect(report.problems == [])
            #expect(report.digest == (try replica.digest()))
            #expect(report.changes == (try replica.counts().applied))
        }
    }

    @Test func `a joiner whose grant is not here yet, and then is, is clean`() throws {
        let crew = try Crew(1, in: directory)
        let invitation = try crew.founder.invitation(
            .agent, oneTimeSeed: Array(repeating: 5, count: 32), secret: Array(repeating: 1, count: 32), now: now)
        let joiner = try Replica.join(
            at: directory.file("joiner"), invitation: invitation, person: "J", key: .of("joiner"), now: now,
            configuration: Things.configuration)
        try joiner.transact(now: now) { _ = try $0.commit(Things.draft(Things.name("early"))) }
        #expect(try joiner.verify().problems == [])
        _ = try crew.founder.exportBundle(to: directory.file("b"))
        #expect(try joiner.importBundle(from: directory.file("b"), now: now).new > 0)
        try joiner.transact(now: now) { _ = try $0.commit(Things.draft(Things.name("later"))) }
        #expect(try joiner.verify().problems == [])
        try Wire.carry(from: joiner, to: crew.founder, now: now)
        #expect(try crew.founder.admitJoiners(now: now))
        try Wire.carry(from: crew.founder, to: joiner, now: now)
        #expect(try crew.founder.verify().problems == [])
        #expect(try crew.founder.digest() == joiner.digest())
    }

    @Test func `packed runs and stored vectors are checked, and a long history is clean`() throws {
        let crew = try Crew(2, in: directory)
        for number in 0..<600 {
            try crew.replicas[number % 2].transact(now: now + UInt64(number)) {
                _ = try $0.commit(Things.draft(Things.tag("\(number)"), Things.entry("\(number)")))
            }
            if number % 7 == 0 { try Wire.join(crew.replicas, now: now + UInt64(number)) }
        }
        try Wire.join(crew.replicas, now: now + 600)
        let report = try crew.founder.verify()
        #expect(report.problems == [])
        #expect(report.changes >= 600)
        #expect(report.branches == 2)
        #expect(try crew.founder.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM vector") } ?? 0 > 0)
    }

    /// Each row alters one thing in the file, as rot or a meddler would, and says what has to be found.
    @Test(arguments: [
        ("UPDATE change SET hash=zeroblob(32) WHERE place=(SELECT max(place) FROM change)", "hash"),
        ("UPDATE change SET id=zeroblob(16) WHERE place=(SELECT max(place) FROM change)", "id"),
        ("UPDATE change SET at=at+1 WHERE place=(SELECT max(place) FROM change)", "stamp"),
        ("UPDATE change SET effect=0 WHERE place=(SELECT max(place) FROM change)", "verdict"),
        ("UPDATE change SET effect=2 WHERE place=(SELECT max(place) FROM change)", "verdict"),
        ("UPDATE change SET weight=weight+1 WHERE place=(SELECT max(place) FROM change)", "past"),
        ("DELETE FROM change WHERE place=(SELECT max(place) FROM change)", "row"),
        ("DELETE FROM run WHERE last=(SELECT max(last) FROM run)", "missing-bytes"),
        ("UPDATE run SET data=zeroblob(9) WHERE last=(SELECT max(last) FROM run)", "damaged-bytes"),
        ("UPDATE run SET seal=zeroblob(64) WHERE last=(SELECT max(last) FROM run)", "seal"),
        ("UPDATE run SET seal=NULL WHERE last=(SELECT max(last) FROM run)", "unsealed"),
        ("DELETE FROM cause", "cause-note"),
        ("INSERT INTO cause(place, of) SELECT max(place), min(place) FROM change", "cause-note"),
        ("DELETE FROM touch WHERE place=(SELECT max(place) FROM touch)", "mention"),
        ("INSERT INTO copy(place, id) SELECT place, id FROM change LIMIT 1", "copy"),
        ("UPDATE branch SET number=number-1 WHERE id=1", "missing-bytes"),
        ("UPDATE branch SET hash=zeroblob(32) WHERE id=1", "tip"),
        ("UPDATE branch SET past=x'00' WHERE id=2", "past"),
        ("UPDATE branch SET cited=1-cited WHERE id=2", "tip"),
        ("UPDATE branch SET parent=(2<<40)|1 WHERE id=2", "branch"),
        ("UPDATE branch SET sealed=0", "unsealed"),
        ("DELETE FROM arrival WHERE number=1", "arrival"),
        ("UPDATE local SET value=zeroblob(32) WHERE key='secret'", "secret"),
        ("UPDATE local SET value=CAST(x'00000000000000FF' || zeroblob(32) AS BLOB) WHERE key='published'", "own-chain"),
        ("UPDATE local SET value=zeroblob(16) WHERE key='schema'", "other-schema"),
        ("UPDATE waiting SET delta=zeroblob(200)", "waiting"),
        ("UPDATE thing_entry SET text='forged' WHERE id=1", "table"),
        ("UPDATE thing_entry SET by=by+1 WHERE id=1", "table"),
        ("UPDATE thing SET name='forged', name_at=name_at+1", "table"),
        ("UPDATE thing_current SET basis=zeroblob(8)", "table"),
        ("DELETE FROM thing_set", "table"),
        ("DELETE FROM thing_mark", "table"),
        ("UPDATE member SET role=1", "table"),
        ("DELETE FROM appointment", "table"),
        ("UPDATE act SET rank=rank+1 WHERE place=(SELECT max(place) FROM act)", "act"),
        ("DELETE FROM act WHERE place=(SELECT max(place) FROM act)", "act"),
        ("UPDATE change SET effect=3 WHERE place=(SELECT max(place) FROM change)", "verdict"),
    ])
    func `whatever is altered in the file is found`(sql: String, fault: String) throws {
        let path = try small()
        try DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
        let report = try verify(path)
        #expect(report.problems.map(\.fault.name).contains(fault), "\(report.problems)")
    }

    @Test func `a change that was replaced by another one, row and all, is found by its seal`() throws {
        let path = try small()
        let replica = try open(path, .writing)
        let last = try #require(try Wire.everything(of: replica).last?.changes.last)
        let forged = try Change.authored(
            Things.draft(Things.name("forged")), at: last.place, stamp: last.stamp, causes: last.causes,
            seed: bytes(7))
        try DatabaseQueue(path: path).write { database in
            try database.execute(
                sql: """
                    UPDATE run SET data=?1, size=?2 WHERE last=(SELECT (id << 40) | number FROM branch WHERE hash=?3);
                    """,
                arguments: [
                    Data([0] + DeltaWriter.frames([forged.wire])), DeltaWriter.frames([forged.wire]).count,
                    Data(last.hash.bytes),
                ])
            try database.execute(
                sql: "UPDATE change SET hash=?, id=? WHERE hash=?",
                arguments: [Data(forged.hash.bytes), Data(forged.id.bytes), Data(last.hash.bytes)])
            try database.execute(
                sql: "UPDATE branch SET hash=? WHERE hash=?",
                arguments: [Data(forged.hash.bytes), Data(last.hash.bytes)])
        }
        #expect(try verify(path).problems.map(\.fault).contains(.seal))
    }

    @Test func `a rebuild mends what derives from the log`() throws {
        let path = try small()
        let digest = try open(path, .reading).digest()
        try DatabaseQueue(path: path).write {
            try $0.execute(sql: "UPDATE thing_entry SET text='forged'; DELETE FROM thing_set; UPDATE member SET role=4")
        }
        #expect(try verify(path).problems.allSatisfy { $0.remedy == .rebuild })
        let replica = try open(path, .writing)
        #expect(try replica.digest() != digest)
        try replica.rebuild()
        #expect(try replica.digest() == digest)
        #expect(try replica.verify().isClean)
    }

    @Test func `a damaged delta that waits is found, and trying again lets go of it`() throws {
        let path = try small()
        try DatabaseQueue(path: path).write { try $0.execute(sql: "UPDATE waiting SET delta=zeroblob(99)") }
        let replica = try open(path, .writing)
        #expect(try replica.verify().problems.map(\.remedy) == [.retry])
        #expect(try replica.retryWaiting(now: now).dropped == 1)
        #expect(try replica.verify().isClean)
    }

    @Test func `trying again applies what can be, and keeps the rest with its reason`() throws {
        let crew = try Crew(1, in: directory)
        let observer = try crew.informedObserver()
        let deltas = try ["a", "b", "c"].map { try crew.founder.write(Things.draft(Things.name($0))) }
        _ = try observer.append([deltas[1], deltas[2]], now: now)
        let kept = try observer.retryWaiting(now: now + 7)
        #expect((kept.applied, kept.dropped, kept.waiting) == (0, 0, 2))
        #expect(try observer.waiting().map(\.since) == [now, now])
        #expect(try observer.waiting().map(\.reason) == [.gap, .gap])
        _ = try observer.append([deltas[0]], now: now)
        #expect(try observer.waiting() == [])
        let early = try crew.founder.write(Things.draft(Things.name("early")), now: now + 3_600_000)
        _ = try observer.append([early], now: now)
        #expect(try observer.retryWaiting(now: now).waiting == 1)
        #expect(try observer.retryWaiting(now: now + 3_600_000).applied == 1)
    }

    /// Bytes of the file are flipped at random. Whatever comes of it, nothing traps; and where the walk finds nothing,
    /// everything reads as before.
    @Test(arguments: Seed.several(60))
    func `no flipped byte makes the walk trip, or passes as clean with something altered`(seed: Seed) throws {
        let path = try small()
        try DatabaseQueue(path: path).writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        }
        try flip(path, seed: seed)
    }

    /// SQLite drops commits whose frames do not add up, and all after them, without a word. What is left then is an
    /// earlier state of this replica: whole, and true as far as it goes.
    @Test(arguments: Seed.several(40))
    func `a byte flipped in the write-ahead log costs the last commits, and never shows as another truth`(
        seed: Seed
    ) throws {
        let path = try small(keepingLog: true)
        let before = try snapshot(path)
        let wal = try Data(contentsOf: URL(filePath: path + "-wal"))
        try #require(wal.count > 4096)
        var dice = Dice(seed)
        for trial in 0..<5 {
            var damaged = wal
            damaged[dice.number(0...wal.count - 1)] ^= UInt8(1 << dice.number(0...7))
            let copy = try copied(path, as: "wal-\(seed)-\(trial)", wal: damaged)
            guard let report = try? verify(copy), report.isClean, let after = try? snapshot(copy) else { continue }
            #expect(after.frontier.allSatisfy { tip in before.hashes.contains(Data(tip.prefix)) })
        }
    }

    // MARK: Helpers

    private func flip(_ path: String, seed: Seed) throws {
        let before = try snapshot(path)
        let whole = try Data(contentsOf: URL(filePath: path))
        var dice = Dice(seed)
        for trial in 0..<6 {
            var damaged = whole
            for _ in 0..<dice.pick([1, 1, 1, 4, 64]) {
                damaged[dice.number(0...whole.count - 1)] ^= UInt8(1 << dice.number(0...7))
            }
            let copy = directory.file("flipped-\(seed)-\(trial)")
            try damaged.write(to: URL(filePath: copy))
            guard let report = try? verify(copy), report.isClean else { continue }
            #expect(report.digest == before.digest)
            #expect(try State.lines(of: open(copy, .inspecting)) == before.lines)
        }
    }

    private struct Snapshot {
        let digest: [UInt8]
        let lines: [String]
        let frontier: [Cause]
        let hashes: Set<Data>
    }

    private func snapshot(_ path: String) throws -> Snapshot {
        let replica = try open(path, .inspecting)
        let hashes = try replica.read { try Data.fetchAll($0, sql: "SELECT substr(hash, 1, 16) FROM change") }
        return Snapshot(
            digest: try replica.digest(), lines: try State.lines(of: replica), frontier: try replica.frontier(),
            hashes: Set(hashes))
    }

    private func copied(_ path: String, as name: String, wal: Data) throws -> String {
        let copy = directory.file(name)
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        try wal.write(to: URL(filePath: copy + "-wal"))
        return copy
    }

    /// A file with every kind of row in it: two chains, packed runs and loose ones, something that waits.
    ///
    /// - Parameter keepingLog: a copy, made before the last connection has put the write-ahead log into the file.
    private func small(keepingLog: Bool = false) throws -> String {
        let crew = try Crew(3, in: directory)
        let (a, b) = (crew.replicas[0], crew.replicas[1])
        for number in 0..<12 {
            for replica in [a, b] {
                let draft = Things.draft(
                    Things.name("\(number)"), Things.tag("t\(number)"), Things.state("s\(number)"),
                    Things.entry("text \(number)"), on: 1)
                try replica.transact(now: now + UInt64(number)) { _ = try $0.commit(draft) }
            }
            if number % 3 == 0 { try Wire.join([a, b], now: now + UInt64(number)) }
        }
        try a.transact(now: now + 50) { _ = try $0.commit(Things.draft(Things.read())) }
        try Wire.join([a, b], now: now + 50)
        try crew.replicas[2].transact(now: now) { _ = try $0.commit(Things.draft(Things.name("waits"))) }
        let late = try crew.replicas[2].write(Things.draft(Things.name("waits for the one before")))
        #expect(late.changes.first?.number == 2)
        let waits = try a.append([late], now: now)
        #expect(waits == [.waiting(.gap)])
        #expect(try a.verify().isClean)
        guard keepingLog else { return directory.file("0") }
        for end in ["", "-wal"] {
            try FileManager.default.copyItem(
                atPath: directory.file("0" + end), toPath: directory.file("copy" + end))
        }
        return directory.file("copy")
    }

    private func open(_ path: String, _ access: Replica.Access) throws -> Replica {
        try Replica.open(at: path, key: .of("0"), configuration: Things.configuration, access: access)
    }

    private func verify(_ path: String) throws -> Verification { try open(path, .inspecting).verify() }

    private func bytes(_ number: UInt8) -> [UInt8] { Array(repeating: number, count: 16) }
}
