import ChangeLog
import Foundation
import Storage
import Sync
import TestSupport
import Testing

@testable import Relay

/// Who may bring a workspace to a relay.
struct FoundingTests {
    private let relay = TestRelay(clock: TestClock())

    @Test func `on this machine a founder brings the workspace along`() async throws {
        let olga = try Person.founder(with: relay)
        #expect(try await olga.sync().sent == 2)
        let status = try #require(try relay.status().first)
        #expect(status.workspace == olga.replica.workspace)
        #expect(try status.digest == olga.replica.digest())
        #expect((status.changes, status.waiting, status.replicas) == (2, 0, 1))
    }

    @Test func `from elsewhere a founder is refused, and nothing is kept`() async throws {
        relay.isLoopback = false
        let olga = try Person.founder(with: relay)
        await #expect(throws: Refusal(status: 403, problem: "workspace-not-allowed")) { try await olga.sync() }
        #expect(try relay.status().isEmpty)
    }

    @Test func `from elsewhere a founder may, if the operator allowed that workspace`() async throws {
        relay.isLoopback = false
        let olga = try Person.founder(with: relay)
        relay.allowed = [olga.replica.workspace]
        #expect(try await olga.sync().sent == 2)
        #expect(try await olga.sync().roundTrips == 1)
    }

    /// The change is the founder's, but it is somebody else who asks.
    @Test func `nobody founds with another's founding change`() async throws {
        let olga = try Person.founder(with: relay)
        let mallory = try Person.founder(named: "Mallory", with: relay)
        var packet = mallory.packet(deltas: try olga.deltas())
        packet.workspace = olga.replica.workspace
        await #expect(throws: Refusal(status: 403, problem: "not-a-member")) { _ = try await mallory.ask(packet) }
        #expect(try relay.status().isEmpty)
    }

    /// The relay was killed after it had made the file, before it had stored the founding change.
    @Test func `a founding cut short is finished by the next attempt`() async throws {
        let olga = try Person.founder(with: relay)
        let server = try relay.start().server
        let directory = try DataDirectory.made(at: relay.configuration.dataDirectory)
        let key = try RelayKey.unlocked(in: directory, passphrase: nil)
        #expect(key.device == server.key)
        let node = Workspaces(
            directory, key: key, configuration: NoteSchema.configuration, limits: relay.limits)
        _ = try await node.found(olga.replica.workspace, now: 0)
        #expect(try relay.status().first?.changes == 0)
        #expect(try await olga.sync().sent == 2)
        #expect(try relay.status().first?.changes == 2)
    }

    /// What a relay killed in the middle of making the file leaves behind.
    @Test func `a half-made file is made anew`() async throws {
        let olga = try Person.founder(with: relay)
        _ = try relay.start()
        let directory = try DataDirectory.made(at: relay.configuration.dataDirectory)
        _ = try Replica.create(
            at: directory.file(of: olga.replica.workspace) + ".new", workspace: olga.replica.workspace, key: olga.key,
            epoch: 1, configuration: NoteSchema.configuration)
        #expect(try await olga.sync().sent == 2)
        #expect(try relay.status().count == 1)
    }

    @Test func `a founding that failed is tried again by the next attempt`() async throws {
        let olga = try Person.founder(with: relay)
        _ = try relay.start()
        let workspaces = relay.configuration.dataDirectory + "/workspaces"
        try FileManager.default.removeItem(atPath: workspaces)
        await #expect(throws: Refusal(status: 507, problem: "storage")) { try await olga.sync() }
        try FileManager.default.createDirectory(atPath: workspaces, withIntermediateDirectories: false)
        #expect(try await olga.sync().roundTrips == 1)
        #expect(try relay.status().count == 1)
    }

    @Test func `the status is the same once the relay has stopped`() async throws {
        let olga = try Person.founder(with: relay)
        try await olga.sync()
        let before = try relay.status()
        relay.stop()
        #expect(try relay.status() == before)
    }

    @Test func `one relay holds several workspaces apart`() async throws {
        let olga = try Person.founder(with: relay)
        let piet = try Person.founder(named: "Piet", with: relay)
        try olga.write("Olga's")
        try await olga.sync()
        #expect(try await piet.sync().received == 0)
        #expect(try relay.status().count == 2)
        await #expect(throws: Refusal(status: 403, problem: "not-a-member")) {
            var packet = piet.packet()
            packet.workspace = olga.replica.workspace
            _ = try await piet.ask(packet)
        }
    }
}
