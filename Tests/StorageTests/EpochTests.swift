import CRDT
import ChangeLog
import Foundation
import TestSupport
import Testing

@testable import Storage

/// A copy that something happened to begins a new chain before it writes; one that nothing happened to does not.
struct EpochTests {
    private let directory = TemporaryDirectory()
    private let now = Crew.now

    @Test
    func `a copy carried elsewhere begins a new epoch with its first change, which declares and cites the old one`()
        throws
    {
        let crew = try Crew(2, in: directory)
        try crew.replicas[1].write(Things.draft(Things.tag("before")))
        let copy = try copied(1, to: "copy")
        let old = copy.id
        #expect(try copy.accident() == .copied)
        #expect(copy.id == old)
        try copy.write(Things.draft(Things.tag("after")))
        #expect(copy.id.device == old.device && copy.id.epoch != old.epoch)
        #expect(try copy.accident() == nil)
        let tip = try #require(try crew.replicas[1].frontier().first { $0.replica == old })
        let declared = try #require(try copy.accidents().first)
        #expect(declared.accident == .copied && declared.tips == [tip] && declared.replica == copy.id)
        #expect(try copy.frontier().contains { $0.replica == copy.id && $0.number == 2 })
        // The original goes on, and takes the copy's for what it is.
        try Wire.carry(from: copy, to: crew.replicas[1], now: now)
        try crew.replicas[1].write(Things.draft(Things.tag("original")))
        #expect(crew.replicas[1].id == old)
        #expect(try crew.replicas[1].accidents() == copy.accidents())
        try Wire.join([crew.founder, crew.replicas[1], copy], now: now)
        #expect(Set(try [crew.founder, crew.replicas[1], copy].map { try $0.digest() }).count == 1)
        #expect(try copy.verify().isClean)
    }

    @Test func `another process hears of a new epoch in its next transaction`() throws {
        let crew = try Crew(1, in: directory)
        try crew.founder.write(Things.draft(Things.tag("before")))
        let two = try (0..<2).map { _ in try copied(0, to: "copy", again: true) }
        try two[0].write(Things.draft(Things.tag("by the one")))
        try two[1].write(Things.draft(Things.tag("by the other")))
        #expect(two[0].id == two[1].id)
        #expect(try two[1].ownTip() == 3)
        #expect(try two[0].recoveries().count == 1)
    }

    @Test func `what an earlier epoch had not published is published where it stands`() throws {
        let crew = try Crew(2, in: directory)
        try crew.replicas[1].transact(now: now) { _ = try $0.commit(Things.draft(Things.tag("unsealed"))) }
        let copy = try copied(1, to: "copy")
        try copy.transact(now: now) { _ = try $0.commit(Things.draft(Things.tag("new"))) }
        try Wire.carry(from: copy, to: crew.founder, now: now)
        #expect(try crew.founder.digest() == copy.digest())
        // The original seals the same change: it is there once.
        #expect(try Wire.carry(from: crew.replicas[1], to: crew.founder, now: now).allSatisfy { $0 == .stored(new: 0) })
    }

    @Test func `own changes that come in from elsewhere end the epoch`() throws {
        let crew = try Crew(2, in: directory)
        let replica = crew.replicas[1]
        try replica.write(Things.draft(Things.tag("one")))
        let picture = try picture(of: "1")
        try replica.write(Things.draft(Things.tag("two")))
        try Wire.carry(from: replica, to: crew.founder, now: now)
        let old = replica.id
        try putBack(picture, to: "again")
        let again = try Replica.open(at: directory.file("again"), key: .of("1"), configuration: Things.configuration)
        // As a snapshot brings it back: in the file that it was taken of.
        guard case .head(let head) = try again.head.read() else { throw StorageFailure.corrupt }
        try again.head.write(Head(epoch: head.epoch, number: head.number, hash: head.hash, site: again.site()))
        try again.write(Things.draft(Things.tag("instead of two")))
        #expect(again.id == old)
        try Wire.carry(from: crew.founder, to: again, now: now, excludingOwn: false)
        #expect(try again.accident() == .restored)
        #expect(try again.settle(now: now) == .restored)
        #expect(again.id != old)
        #expect(try again.settle(now: now) == nil)
        let recovery = try #require(try again.recoveries().first)
        #expect(recovery.accident == .restored && recovery.returned == 1 && recovery.tips.count == 2)
        try Wire.carry(from: again, to: crew.founder, now: now)
        #expect(try again.digest() == crew.founder.digest())
        #expect(try State.lines(of: crew.founder).filter { $0.contains("tag") }.count == 3)
        // The fork is proved, and told to be an accident.
        let fork = try #require(try crew.founder.forks().first)
        #expect(fork.isDeclared && fork.number == 1 && fork.replica == old)
    }

    @Test func `a joiner whose home was copied before it was let in is let in all the same`() throws {
        let crew = try Crew(1, in: directory)
        let invitation = try crew.founder.invitation(
            .agent, oneTimeSeed: Array(repeating: 3, count: 32), secret: Array(repeating: 1, count: 32), now: now)
        let joiner = try Replica.join(
            at: directory.file("joiner"), invitation: invitation, person: "j", key: .of("joiner"), now: now,
            configuration: Things.configuration)
        let joined = joiner.id
        let copy = try copied("joiner", to: "copy", key: .of("joiner"))
        try copy.transact(now: now) { _ = try $0.commit(Things.draft(Things.tag("by the copy"))) }
        #expect(copy.id != joined)
        try Wire.carry(from: crew.founder, to: copy, now: now)
        try Wire.carry(from: copy, to: crew.founder, now: now)
        #expect(try crew.founder.admitJoiners(now: now))
        try Wire.carry(from: crew.founder, to: copy, now: now)
        #expect(try copy.digest() == crew.founder.digest())
        #expect(try copy.verify().isClean)
        #expect(try crew.founder.counts().waiting == 0)
    }

    // MARK: Files

    private func copied(_ number: Int, to name: String, again: Bool = false) throws -> Replica {
        try copied("\(number)", to: name, key: .of("\(number)"), again: again)
    }

    private func copied(_ name: String, to other: String, key: SigningKey, again: Bool = false) throws -> Replica {
        if !again || !FileManager.default.fileExists(atPath: directory.file(other)) {
            try putBack(picture(of: name), to: other)
        }
        return try Replica.open(at: directory.file(other), key: key, configuration: Things.configuration)
    }

    private func picture(of name: String) throws -> [String: Data] {
        var contents: [String: Data] = [:]
        for end in ["", "-wal", ".head"] {
            contents[end] = FileManager.default.contents(atPath: directory.file(name) + end)
        }
        return contents
    }

    private func putBack(_ picture: [String: Data], to name: String) throws {
        for end in ["", "-wal", ".head"] {
            let url = URL(filePath: directory.file(name) + end)
            if let content = picture[end] {
                try content.write(to: url)
            } else {
                try? FileManager.default.removeItem(at: url)
            }
        }
        try? FileManager.default.removeItem(atPath: directory.file(name) + "-shm")
    }
}
