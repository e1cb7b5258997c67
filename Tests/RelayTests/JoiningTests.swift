import ChangeLog
import Replication
import Storage
import Sync
import TestSupport
import Testing

@testable import Relay

/// Who is let in, and what the relay checks when letting somebody in.
struct JoiningTests {
    private let clock: TestClock
    private let relay: TestRelay
    private let olga: Person

    init() throws {
        clock = TestClock()
        relay = TestRelay(clock: clock)
        olga = try Person.founder(with: relay)
    }

    @Test func `a stranger is told the same about a workspace that is here and one that is not`() async throws {
        try await olga.sync()
        let mallory = try Person.founder(named: "Mallory", with: relay)
        for workspace in [olga.replica.workspace, WorkspaceID(unchecked: Array(repeating: 1, count: 32))] {
            for deltas in [[], try olga.deltas()] {
                var packet = mallory.packet(deltas: deltas)
                packet.workspace = workspace
                await #expect(throws: Refusal(status: 403, problem: "not-a-member")) {
                    _ = try await mallory.ask(packet)
                }
            }
        }
    }

    @Test func `a joiner whose invitation has not come yet is asked to try later`() async throws {
        let early = try Person.joiner(named: "Ana", by: try olga.invite(), with: relay)
        await #expect(throws: Refusal(status: 409, problem: "grant-unknown")) { try await early.sync() }
        try await olga.sync()
        let late = try Person.joiner(named: "Ben", by: try olga.invite(), with: relay)
        await #expect(throws: Refusal(status: 409, problem: "grant-unknown")) { try await late.sync() }
        try await olga.sync()
        try await late.sync()
        #expect(try late.replica.member(late.key.device)?.admitted != nil)
    }

    @Test func `a credential of somebody else opens nothing`() async throws {
        let invitation = try olga.invite()
        try await olga.sync()
        let ana = try Person.joiner(named: "Ana", by: invitation, with: relay)
        let mallory = try Person.founder(named: "Mallory", with: relay)
        var packet = mallory.packet(credential: try ana.credential)
        packet.workspace = olga.replica.workspace
        await #expect(throws: Refusal(status: 403, problem: "not-a-member")) { _ = try await mallory.ask(packet) }
    }

    @Test func `a joiner is admitted, sees everything, and is seen by everyone`() async throws {
        try olga.write("Welcome")
        let invitation = try olga.invite()
        try await olga.sync()
        let ana = try Person.joiner(named: "Ana", by: invitation, with: relay)
        try ana.write("Written before anybody let me in")
        try await ana.sync()
        try await olga.sync()
        let member = try #require(try olga.replica.member(ana.key.device))
        #expect((member.name, member.role) == ("Ana", .agent))
        #expect(member.admitted != nil)
        #expect(try olga.replica.digest() == ana.replica.digest())
        #expect(try relay.status().first?.digest == ana.replica.digest())
    }

    @Test func `an invitation for one lets one in`() async throws {
        let invitation = try olga.invite(uses: 1)
        try await olga.sync()
        let ana = try Person.joiner(named: "Ana", by: invitation, with: relay)
        let ben = try Person.joiner(named: "Ben", by: invitation, with: relay)
        try await ana.sync()
        await #expect(throws: Refusal(status: 403, problem: "invitation-used")) { try await ben.sync() }
        #expect(try await olga.sync().received > 0)
        #expect(try olga.replica.member(ben.key.device) == nil)
    }

    /// Both joins come in one request, brought by a member.
    @Test func `an invitation for one lets one in, also when two come at once`() async throws {
        let invitation = try olga.invite(uses: 1)
        try await olga.sync()
        let ana = try Person.joiner(named: "Ana", by: invitation, with: relay)
        let ben = try Person.joiner(named: "Ben", by: invitation, with: relay)
        let answer = try await olga.ask(olga.packet(deltas: try ana.deltas() + ben.deltas()))
        #expect(answer.verdicts == [.stored(new: 1), .refused(.used)])
    }

    @Test func `an invitation for two lets two in`() async throws {
        let invitation = try olga.invite(uses: 2)
        try await olga.sync()
        for name in ["Ana", "Ben"] {
            try await Person.joiner(named: name, by: invitation, with: relay).sync()
        }
        let cleo = try Person.joiner(named: "Cleo", by: invitation, with: relay)
        await #expect(throws: Refusal(status: 403, problem: "invitation-used")) { try await cleo.sync() }
    }

    @Test func `an invitation that has lapsed lets nobody in`() async throws {
        let invitation = try olga.invite(expires: clock.now + 1_000)
        try await olga.sync()
        let ana = try Person.joiner(named: "Ana", by: invitation, with: relay)
        clock.advance(by: 1_001)
        await #expect(throws: Refusal(status: 403, problem: "invitation-expired")) { try await ana.sync() }
        // Nor by way of a member who brings it along.
        let answer = try await olga.ask(olga.packet(deltas: try ana.deltas()))
        #expect(answer.verdicts == [.refused(.expired)])
    }

    @Test func `a name that is taken lets nobody in under it`() async throws {
        let invitation = try olga.invite(uses: 2)
        try await olga.sync()
        let other = try Person.joiner(named: "Olga", device: "another Olga", by: invitation, with: relay)
        await #expect(throws: ReplicationFailure.refused(.nameTaken)) { try await other.sync() }
    }

    /// Whoever is not a member brings the change that makes it one, and nothing that would wait here for ever.
    @Test func `of a stranger nothing is kept`() async throws {
        let invitation = try olga.invite()
        try await olga.sync()
        let ana = try Person.joiner(named: "Ana", by: invitation, with: relay)
        try ana.replica.publish()
        try ana.write("One")
        try ana.replica.publish()
        let later = try ana.replica.outgoing(after: 1, byteLimit: 1 << 20).deltas
        let packet = ana.packet(credential: try ana.credential, deltas: later + (try olga.deltas()))
        let answer = try await ana.ask(packet)
        #expect(Set(answer.verdicts) == [.refused(.stranger)])
        #expect(try relay.status().first?.waiting == 0)
        // In the right order, all is taken.
        #expect(
            try await ana.ask(ana.packet(credential: ana.credential, deltas: ana.deltas())).verdicts.allSatisfy {
                if case .stored = $0 { true } else { false }
            })
    }
}
