import ChangeLog
import Logging
import Replication
import Storage
import Sync
import Synchronization

/// A request whose body is complete.
struct RoutedRequest: Sendable {
    var method: String
    /// As it stood in the request's first line, query included.
    var path: String
    /// By lowercase name.
    var headers: [String: String]
    var body: [UInt8] = []
    /// Whether it came in on a loopback address of this machine.
    var isLoopback: Bool
}

/// What is answered.
struct RoutedAnswer: Sendable {
    var status: Int
    var headers: [(name: String, value: String)]
    var body: [UInt8]
    /// Goes on where the body ends, frame by frame.
    var follower: Follower?
}

/// What the relay answers to whom. It knows no inbox rule, and nothing of sockets.
///
///     GET  /v0/relay   the relay's key
///     POST /v0/sync    a packet each way
///     POST /v0/lease  a packet each way: who may bid for sending
///     POST /v0/live    a packet with a cursor, and an answer without end: what arrives after the cursor, as it arrives
final class Routes: Sendable {
    let key: SigningKey
    let configuration: RelayConfiguration
    private let limits: RelayLimits
    private let logger: Logger
    let workspaces: Workspaces
    let live: LiveStreams
    let heartbeat: Heartbeat
    private let rate: Mutex<RequestRate>
    private let nonces: Mutex<UsedNonces>

    init(
        _ configuration: RelayConfiguration, in directory: DataDirectory, key: SigningKey, limits: RelayLimits,
        logger: Logger
    ) {
        (self.configuration, self.key, self.limits, self.logger) = (configuration, key, limits, logger)
        workspaces = Workspaces(directory, key: key, configuration: configuration.replica, limits: limits)
        heartbeat = Heartbeat(directory, now: configuration.clock())
        live = LiveStreams(limits, clock: configuration.clock)
        rate = Mutex(RequestRate(limits))
        nonces = Mutex(UsedNonces(limits))
    }

    private static let keyPath = "/v0/relay"
    private static let syncPath = "/v0/sync"
    private static let leasePath = "/v0/lease"
    private static let livePath = "/v0/live"

    /// The most bytes of a body that are worth reading.
    func bodyLimit(method: String, path: String) -> Int {
        switch (method, path) {
        case ("POST", Self.syncPath): limits.bodyByteCount
        case ("POST", Self.livePath): limits.liveBodyByteCount
        case ("POST", Self.leasePath): limits.leaseBodyByteCount
        default: 0
        }
    }

    func answer(_ request: RoutedRequest) async -> RoutedAnswer {
        var answer: RoutedAnswer
        do throws(Problem) {
            answer = try await route(request)
        } catch {
            answer = error.answer
        }
        return dated(answer)
    }

    /// With the relay's time, by which a client corrects its own.
    func dated(_ answer: RoutedAnswer) -> RoutedAnswer {
        var answer = answer
        answer.headers.append(("nexus-time", String(configuration.clock())))
        return answer
    }

    private func route(_ request: RoutedRequest) async throws(Problem) -> RoutedAnswer {
        switch (request.path, request.method) {
        case (Self.keyPath, "GET"): return try keyAnswer(to: request)
        case (Self.syncPath, "POST"): return try await sync(request)
        case (Self.livePath, "POST"): return try await follow(request)
        case (Self.leasePath, "POST"): return try await lease(request)
        case (Self.keyPath, _): throw .methodNotAllowed("GET")
        case (Self.syncPath, _), (Self.livePath, _), (Self.leasePath, _): throw .methodNotAllowed("POST")
        default: throw .notFound
        }
    }

    // MARK: Who asks

    typealias Asker = (device: DeviceID, nonce: String)

    func asker(of request: RoutedRequest, audiences: Set<String>, now: UInt64) throws(Problem) -> Asker {
        let signed: (device: DeviceID, nonce: String, audience: String)
        do throws(SignatureRejection) {
            signed = try RequestSignature.check(
                method: request.method, path: request.path, headers: request.headers, body: request.body,
                now: now / 1_000)
        } catch {
            throw error == .stale ? .stale : .badSignature
        }
        guard audiences.contains(signed.audience) else { throw .wrongAudience }
        guard rate.withLock({ $0.take(signed.device, now: now) }) else { throw .tooManyRequests }
        return (signed.device, signed.nonce)
    }

    // MARK: GET /v0/relay

    private func keyAnswer(to request: RoutedRequest) throws(Problem) -> RoutedAnswer {
        _ = try asker(of: request, audiences: ["any", key.device.text], now: configuration.clock())
        return RoutedAnswer(
            status: 200, headers: [("content-type", "text/plain")], body: Array("\(key.device.text)\n".utf8))
    }

    // MARK: POST /v0/sync

    private func sync(_ request: RoutedRequest) async throws(Problem) -> RoutedAnswer {
        let now = configuration.clock()
        let (packet, asker) = try packet(of: request, now: now)
        let answer = try await answer(to: packet, of: asker, isLoopback: request.isLoopback, now: now)
        return RoutedAnswer(
            status: 200, headers: [("content-type", "application/vnd.nexus.sync")],
            body: answer.body)
    }

    private func answer(
        to packet: SyncRequest, of asker: Asker, isLoopback: Bool, now: UInt64
    ) async throws(Problem) -> SyncAnswer {
        let mayFound = isLoopback || configuration.allowedWorkspaces.contains(packet.workspace)
        guard let node = try await node(for: packet, mayFound: mayFound) else {
            return try answerWithoutData(to: packet, mayFound: mayFound, now: now)
        }
        guard node.enter() else { throw .busy }
        defer { node.leave() }
        try await authorise(packet, of: asker, at: node, now: now)
        let answer = try await translating { () async throws(StorageFailure) in
            try await node.answer(packet, now: now)
        }
        guard try await translating({ () async throws(StorageFailure) in try await !node.isRevoked(asker.device) })
        else { throw .deviceRevoked }
        return answer
    }

    func authorise(
        _ packet: SyncRequest, of asker: Asker, at node: WorkspaceNode, now: UInt64
    ) async throws(Problem) {
        if let problem = try await translating({ () async throws(StorageFailure) in
            try await node.objection(to: packet, now: now)
        }) {
            throw problem
        }
        try use(asker, now: now)
    }

    /// Each request is good for once.
    func use(_ asker: Asker, now: UInt64) throws(Problem) {
        guard nonces.withLock({ $0.take(asker.nonce, of: asker.device, now: now / 1_000) }) else {
            throw .badSignature
        }
    }

    private func node(for packet: SyncRequest, mayFound: Bool) async throws(Problem) -> WorkspaceNode? {
        if let node = workspaces.node(for: packet.workspace) { return node }
        guard packet.bringsFounding else { return nil }
        guard mayFound else { throw .workspaceNotAllowed }
        return try await translating { () async throws(StorageFailure) in
            try await workspaces.found(packet.workspace, now: configuration.clock())
        }
    }

    /// The same to everyone who has no part in the workspace, be it held here or not.
    func answerWithoutData(
        to packet: SyncRequest, mayFound: Bool, now: UInt64
    ) throws(Problem) -> SyncAnswer {
        // This relay's data was lost, not its key: whoever founded the workspace starts over and founds it again.
        if mayFound, let cursor = packet.cursor {
            return .startingOver(incarnation: ~cursor.incarnation, time: now, frontier: [])
        }
        throw packet.shownCredential == nil ? .notAMember : .grantUnknown
    }

    func translating<Result>(
        _ body: () async throws(StorageFailure) -> Result
    ) async throws(Problem) -> Result {
        do throws(StorageFailure) {
            return try await body()
        } catch {
            // Facts and codes only; which workspace it is stands in no log.
            if error != .busy, error != .missing { logger.warning("A workspace's storage failed: \(error)") }
            throw Problem(error)
        }
    }

    func packet(of request: RoutedRequest, now: UInt64) throws(Problem) -> (SyncRequest, Asker) {
        let asker = try asker(of: request, audiences: [key.device.text], now: now)
        let packet: SyncRequest
        do throws(FormatRejection) {
            packet = try SyncRequest(body: request.body)
        } catch {
            throw error == .limit(.delta) ? .tooLarge : .badRequest
        }
        guard packet.replica.device == asker.device else { throw .badSignature }
        return (packet, asker)
    }
}
