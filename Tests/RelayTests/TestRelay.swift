import ChangeLog
import Storage
import Sync
import Synchronization
import TestSupport

@testable import Relay

/// A clock that stands until it is moved.
final class TestClock: Sendable {
    private let reading: Mutex<UInt64>

    init(_ milliseconds: UInt64 = 1_800_000_000_000) { reading = Mutex(milliseconds) }

    var now: UInt64 { reading.withLock { $0 } }

    func advance(by milliseconds: UInt64) { reading.withLock { $0 += milliseconds } }
}

/// A schema as small as can be: notes with a title and labels.
enum NoteSchema {
    static let number: UInt64 = 1
    static let title: UInt64 = 1
    static let label: UInt64 = 2

    static let configuration = Replica.Configuration(
        schema: Schema(
            version: 1,
            roots: [
                Schema.Root(
                    number, "note",
                    fields: [
                        Schema.Field(title, "title", .register(.text), writers: .any(Set(Role.allCases))),
                        Schema.Field(label, "label", .set(.text), writers: .any(Set(Role.allCases))),
                    ])
            ]),
        projections: [])
}

/// A relay in this process, without sockets: what it answers is what the server answers.
final class TestRelay {
    let clock: TestClock
    let directory: TemporaryDirectory
    var limits = RelayLimits()
    var allowed: Set<WorkspaceID> = []
    /// Whether requests come from this machine.
    var isLoopback = true
    private var running: (server: RelayServer, routes: Routes)?

    init(clock: TestClock) {
        self.clock = clock
        directory = TemporaryDirectory()
    }

    var configuration: RelayConfiguration {
        let clock = clock
        return RelayConfiguration(
            dataDirectory: directory.path + "/data", port: 0, allowedWorkspaces: allowed,
            replica: NoteSchema.configuration, clock: { clock.now })
    }

    func start() throws -> (server: RelayServer, routes: Routes) {
        if let running { return running }
        let server = try RelayServer(configuration, limits: limits)
        let started = (server, server.routes)
        running = started
        return started
    }

    /// Ends it; the next request starts it again.
    func stop() {
        running?.routes.live.stop()
        running = nil
    }

    var live: LiveStreams { get throws { try start().routes.live } }

    var key: DeviceID { get throws { try start().server.key } }

    func answer(
        method: String, path: String, headers: [(name: String, value: String)] = [], body: [UInt8] = []
    ) async throws -> RoutedAnswer {
        let request = RoutedRequest(
            method: method, path: path, headers: Dictionary(headers.map { ($0.name, $0.value) }) { $1 }, body: body,
            isLoopback: isLoopback)
        return try await start().routes.answer(request)
    }

    /// What `nexus relay status` is told.
    func status() throws -> [RelayData.WorkspaceStatus] {
        try RelayData.status(of: configuration.dataDirectory, configuration: NoteSchema.configuration)
    }
}

extension RelayServer {
    /// Serves for as long as the body takes, then is cancelled; it has to end by itself.
    func serving(_ body: @Sendable @escaping (_ address: String) async throws -> Void) async throws {
        let (addresses, listening) = AsyncStream.makeStream(of: String.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await run { address in
                    listening.yield(address)
                    listening.finish()
                }
                listening.finish()
            }
            let address = await addresses.first { _ in true }
            defer { group.cancelAll() }
            try await body(address ?? "")
        }
    }
}

/// The last part of a problem's type; nil for an answer that is none.
func problem(_ answer: RoutedAnswer) -> String? {
    let isProblem = answer.headers.contains { $0 == ("content-type", "application/problem+json") }
    guard isProblem, answer.status >= 400 else { return nil }
    let text = String(decoding: answer.body, as: UTF8.self)
    let quoted = text.split(separator: "\"").first { $0.hasPrefix("urn:nexus:problem:") }
    return quoted.map { String($0.dropFirst("urn:nexus:problem:".count)) }
}

/// The relay did not answer with a packet.
struct Refusal: Error, Hashable {
    let status: Int
    let problem: String?
}
