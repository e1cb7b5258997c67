import ChangeLog
import Foundation
import Storage
import Sync
import TestSupport
import Testing

@testable import Relay

/// What becomes of everything when the relay's data is lost or put back from a copy.
struct RestoreTests {
    private let clock: TestClock
    private let relay: TestRelay
    private let olga: Person

    init() throws {
        clock = TestClock()
        relay = TestRelay(clock: clock)
        olga = try Person.founder(with: relay)
    }

    private var workspaces: String { relay.configuration.dataDirectory + "/workspaces" }

    private func admitted(_ name: String, expires: UInt64? = nil) async throws -> Person {
        let invitation = try olga.invite(expires: expires)
        try await olga.sync()
        let joiner = try Person.joiner(named: name, by: invitation, with: relay)
        try await joiner.sync()
        try await olga.sync()
        return joiner
    }

    @Test func `a cursor of another incarnation starts over, and nothing that came with it is stored`() async throws {
        try await olga.sync()
        try olga.write("Hello")
        let before = try relay.status()
        let foreign = Cursor(incarnation: 1, arrival: 7)
        let answer = try await olga.ask(olga.packet(cursor: foreign, deltas: olga.deltas()))
        #expect(answer.cursor == Cursor(incarnation: try #require(try olga.cursor).incarnation, arrival: 0))
        #expect(answer.verdicts.isEmpty && answer.deltas.isEmpty)
        #expect(Set(answer.frontier?.map(\.replica) ?? []) == [olga.replica.id])
        #expect(try relay.status() == before)
    }

    @Test func `the incarnation survives a restart`() async throws {
        try await olga.sync()
        let before = try olga.cursor
        relay.stop()
        #expect(try await olga.sync().roundTrips == 1)
        #expect(try olga.cursor == before)
    }

    @Test func `a relay that lost its data gets all of it back`() async throws {
        let ana = try await admitted("Ana")
        try ana.write("Ana's")
        try await ana.sync()
        try await olga.sync()
        let digest = try olga.replica.digest()
        relay.stop()
        try FileManager.default.removeItem(atPath: workspaces)
        // Only who founded the workspace can bring it back; others are told so, and keep everything.
        await #expect(throws: Refusal(status: 403, problem: "not-a-member")) { try await ana.sync() }
        try await olga.sync()
        #expect(try relay.status().first?.digest == digest)
        try await ana.sync()
        #expect(try await ana.sync() == Moved(roundTrips: 1))
        #expect(try ana.replica.digest() == olga.replica.digest())
    }

    /// They were judged when they came; the relay's own admission, handed back with them, says so.
    @Test func `joiners given back are let in though their invitations have lapsed`() async throws {
        let ana = try await admitted("Ana", expires: clock.now + 1_000)
        clock.advance(by: 2_000)
        relay.stop()
        try FileManager.default.removeItem(atPath: workspaces)
        try await olga.sync()
        #expect(try relay.status().first?.digest == olga.replica.digest())
        try await ana.sync()
    }

    @Test func `a relay put back from an older copy begins a new count, for everyone`() async throws {
        let ana = try await admitted("Ana")
        relay.stop()
        let copy = relay.directory.file("copy")
        try FileManager.default.copyItem(atPath: workspaces, toPath: copy)
        let before = try #require(try olga.cursor).incarnation
        for number in 0..<3 {
            try olga.write("\(number)")
            try await olga.sync()
        }
        try await ana.sync()
        relay.stop()
        try FileManager.default.removeItem(atPath: workspaces)
        try FileManager.default.moveItem(atPath: copy, toPath: workspaces)
        try ana.write("After the restore")
        try await ana.sync()
        #expect(try ana.cursor?.incarnation != before)
        #expect(try relay.status().first?.digest == ana.replica.digest())
        try await olga.sync()
        #expect(try olga.cursor?.incarnation == ana.cursor?.incarnation)
        #expect(try olga.replica.digest() == ana.replica.digest())
    }
}
