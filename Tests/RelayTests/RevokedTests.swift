import ChangeLog
import Storage
import Sync
import Testing

@testable import Relay

/// What the relay does with devices that were cut off, and with invitations that were taken back.
struct RevokedTests {
    private let clock: TestClock
    private let relay: TestRelay
    private let olga: Person

    init() throws {
        clock = TestClock()
        relay = TestRelay(clock: clock)
        olga = try Person.founder(with: relay)
    }

    @Test func `of a device that was cut off the relay keeps what it pushes, and gives it nothing`() async throws {
        let ana = try await joined("Ana")
        try olga.write("Not for her")
        _ = try olga.replica.transact(now: clock.now) { try $0.revoke([ana.key.device]) }
        try await olga.sync()
        let before = try ana.replica.counts().applied
        try ana.write("Written since")
        await #expect(throws: Refusal(status: 403, problem: "device-revoked")) { try await ana.sync() }
        await #expect(throws: Refusal(status: 403, problem: "device-revoked")) { try await ana.sync() }
        #expect(try ana.replica.counts().applied == before + 1)
        try await olga.sync()
        #expect(try olga.replica.quarantine().map(\.reason) == [.revoked])
        #expect(try relay.status().first?.digest == olga.replica.digest())
    }

    @Test func `an invitation that was taken back lets nobody in`() async throws {
        let invitation = try olga.invite()
        let record = try #require(try olga.replica.invitations(now: clock.now).last)
        _ = try olga.replica.transact(now: clock.now) { try $0.withdraw(record) }
        try await olga.sync()
        let ana = try Person.joiner(named: "Ana", by: invitation, with: relay)
        await #expect(throws: Refusal(status: 403, problem: "invitation-withdrawn")) { try await ana.sync() }
    }

    private func joined(_ name: String) async throws -> Person {
        let invitation = try olga.invite()
        try await olga.sync()
        let person = try Person.joiner(named: name, by: invitation, with: relay)
        try await person.sync()
        try await olga.sync()
        return person
    }
}
