import CRDT
import ChangeLog
import Foundation
import GRDB
import Glibc
import Storage
import TestSupport
import Testing

/// The replica as a file: what is on the disk, what survives, and what two writers do to one another.
struct ReplicaTests {
    private let directory = TemporaryDirectory()

    @Test func `a replica that is opened again has the same digest, and goes on where it was`() throws {
        let crew = try Crew(1, in: directory)
        try crew.founder.write(Things.draft(Things.name("a"), Things.entry("b")))
        let (digest, tip) = (try crew.founder.digest(), try crew.founder.ownTip())
        let again = try open("0")
        #expect(try again.digest() == digest)
        #expect(try again.ownTip() == tip)
        #expect(again.id == crew.founder.id)
        #expect(again.workspace == crew.workspace)
        try again.write(Things.draft(Things.name("c")))
        #expect(try again.ownTip() == tip + 1)
        #expect(try crew.founder.digest() == again.digest())
    }

    @Test func `a transaction that fails leaves nothing`() throws {
        struct Interruption: Error {}
        let crew = try Crew(1, in: directory)
        try crew.founder.write(Things.draft(Things.name("a")))
        let digest = try crew.founder.digest()
        #expect(throws: Interruption.self) {
            try crew.founder.transact(now: Crew.now) { transaction in
                try transaction.commit(Things.draft(Things.name("b")))
                try transaction.commit(Things.draft(Things.tag("c")))
                throw Interruption()
            }
        }
        #expect(try crew.founder.digest() == digest)
        try crew.founder.write(Things.draft(Things.name("d")))
        #expect(try crew.observer().append(Wire.everything(of: crew.founder), now: Crew.now) == [.stored(new: 3)])
    }

    @Test func `a cursor that is not kept lets nothing of its deltas in`() throws {
        struct Interruption: Error {}
        let crew = try Crew(1, in: directory)
        let observer = try crew.observer()
        let deltas = try Wire.everything(of: crew.founder)
        #expect(throws: StorageFailure.unexpected(code: -1)) {
            try observer.append(deltas, now: Crew.now) { _ in throw Interruption() }
        }
        #expect(try observer.counts().applied == 0)
    }

    @Test func `a draft larger than the format allows is refused and leaves nothing`() throws {
        let crew = try Crew(1, in: directory)
        let digest = try crew.founder.digest()
        let text = String(repeating: "a", count: FormatLimit.text.rawValue + 1)
        #expect(throws: StorageFailure.rejected(.limit(.text))) {
            try crew.founder.write(Things.draft(Things.name(text)))
        }
        #expect(try crew.founder.digest() == digest)
    }

    @Test func `all files are for their owner's eyes only`() throws {
        let crew = try Crew(1, in: directory)
        try crew.founder.write(Things.draft(Things.name("a")))
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(Set(names).isSuperset(of: ["0", "0-wal", "0.lock"]))
        for name in names {
            let attributes = try FileManager.default.attributesOfItem(atPath: directory.file(name))
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
    }

    @Test func `what a newer version or an early draft made is not opened`() throws {
        _ = try Crew(1, in: directory)
        try DatabaseQueue(path: directory.file("0")).write { try $0.execute(sql: "PRAGMA user_version=1000") }
        #expect(throws: StorageFailure.newerVersion(1000)) { try open("0") }
        try DatabaseQueue(path: directory.file("0")).write { try $0.execute(sql: "PRAGMA user_version=5") }
        #expect(throws: StorageFailure.draft(5)) { try open("0") }
    }

    @Test func `only a replica of this device is opened`() throws {
        _ = try Crew(1, in: directory)
        #expect(throws: StorageFailure.missing) { try open("nowhere") }
        #expect(throws: StorageFailure.notAMember) { try open("0", key: .of("other")) }
        try DatabaseQueue(path: directory.file("foreign")).write { try $0.execute(sql: "CREATE TABLE t(x)") }
        #expect(throws: StorageFailure.corrupt) { try open("foreign") }
        try Data("hello, this is no database; it is a letter".utf8).write(to: URL(filePath: directory.file("letter")))
        #expect(throws: StorageFailure.corrupt) { try open("letter") }
    }

    @Test func `a replica is not made where there is one`() throws {
        let crew = try Crew(1, in: directory)
        let digest = try crew.founder.digest()
        #expect(throws: StorageFailure.exists) { try crew.observer("0") }
        #expect(try crew.founder.digest() == digest)
    }

    @Test func `a reader sees what is there and cannot write`() throws {
        let crew = try Crew(1, in: directory)
        try crew.founder.write(Things.draft(Things.name("a")))
        let reader = try open("0", access: .reading)
        #expect(try reader.digest() == crew.founder.digest())
        #expect(throws: StorageFailure.self) { try reader.write(Things.draft(Things.name("b"))) }
    }

    @Test func `a replica that has written nothing has nothing to publish`() throws {
        let crew = try Crew(2, in: directory)
        try crew.replicas[1].publish()
        #expect(try crew.replicas[1].outgoing(after: 0, byteLimit: .max).deltas == [])
    }

    private struct LockedKey: DeviceKey {
        let device: DeviceID
        var signing: SigningKey? { nil }
    }

    @Test func `with a locked key one reads and writes, and does not publish`() throws {
        let crew = try Crew(1, in: directory)
        try crew.founder.publish()
        let locked = LockedKey(device: crew.founder.id.device)
        let replica = try Replica.open(at: directory.file("0"), key: locked, configuration: Things.configuration)
        try replica.publish()
        try replica.transact(now: Crew.now) { _ = try $0.commit(Things.draft(Things.name("a"))) }
        let reach = try replica.outgoing(after: 0, byteLimit: .max).reach
        #expect(throws: StorageFailure.keyLocked) { try replica.publish() }
        #expect(try replica.outgoing(after: 0, byteLimit: .max).reach == reach)
        try crew.founder.publish()
        #expect(try replica.outgoing(after: 0, byteLimit: .max).reach == reach + 1)
    }

    /// Two copies of the program on one file, as when a sync runs in the background.
    @Test func `two writers on one file lose nothing and never fork`() async throws {
        let crew = try Crew(1, in: directory)
        try crew.founder.write(Things.draft(Things.entry("first")))
        let before = try crew.founder.ownTip()
        let each = 50
        // Every change adds an entry under a name of its own, so that a lost one would show.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in ["a", "b"] {
                let path = directory.file("0")
                group.addTask {
                    let replica = try Replica.open(at: path, key: .of("0"), configuration: Things.configuration)
                    for number in 0..<each {
                        try replica.transact(now: Crew.now) { transaction in
                            _ = try transaction.commit(Things.draft(Things.entry("\(writer)\(number)")))
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try crew.founder.ownTip() == before + UInt64(2 * each))
        let lines = try State.lines(of: crew.founder)
        for writer in ["a", "b"] {
            for number in 0..<each { #expect(lines.contains { $0.contains("\"\(writer)\(number)\"") }) }
        }
        let observer = try crew.informedObserver()
        #expect(try observer.digest() == crew.founder.digest())
    }

    /// SQLite's own locks are not enough for old versions of it.
    @Test func `a writer waits for as long as another process holds the lock`() async throws {
        let crew = try Crew(1, in: directory)
        let before = try crew.founder.ownTip()
        let path = directory.file("0")
        let descriptor = Glibc.open(path + ".lock", O_RDWR)
        defer { close(descriptor) }
        #expect(flock(descriptor, LOCK_EX) == 0)
        let writing = Task.detached {
            let replica = try Replica.open(at: path, key: .of("0"), configuration: Things.configuration)
            try replica.write(Things.draft(Things.name("waited")))
        }
        try await Task.sleep(for: .milliseconds(100))
        #expect(try crew.founder.ownTip() == before)
        flock(descriptor, LOCK_UN)
        _ = try await writing.value
        #expect(try crew.founder.ownTip() == before + 1)
    }

    private func open(
        _ name: String, key: SigningKey = .of("0"), access: Replica.Access = .writing
    ) throws(StorageFailure) -> Replica {
        try Replica.open(at: directory.file(name), key: key, configuration: Things.configuration, access: access)
    }
}
