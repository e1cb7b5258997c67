public import ChangeLog
import Glibc
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import ServiceLifecycle
import Storage
import Sync
import UnixSignals

/// A node that holds one replica a workspace and verifies, merges and forwards signed deltas over HTTP.
public struct RelayServer: Sendable {
    private var configuration: RelayConfiguration
    private let limits: RelayLimits
    private let directory: DataDirectory
    private let signingKey: SigningKey
    private let certificate: RelayCertificate?

    /// Makes the data directory and the key where they are missing. Opens nothing else yet.
    ///
    /// - Throws: `.badDataDirectory`, `.key`, or what is wrong with the TLS certificate's files.
    public init(_ configuration: RelayConfiguration) throws(RelayFailure) {
        var limits = RelayLimits()
        limits.connectionsPerAddress = configuration.connectionsPerAddress
        try self.init(configuration, limits: limits)
    }

    init(_ configuration: RelayConfiguration, limits: RelayLimits) throws(RelayFailure) {
        (self.configuration, self.limits) = (configuration, limits)
        // It is needed here and nowhere later.
        self.configuration.passphrase = nil
        certificate = try configuration.tls.map { files throws(RelayFailure) in
            try RelayCertificate(files, limits: limits)
        }
        directory = try .made(at: configuration.dataDirectory)
        signingKey = try RelayKey.unlocked(in: directory, passphrase: configuration.passphrase)
    }

    /// The public key by which clients know this relay.
    public var key: DeviceID { signingKey.device }

    /// By what clients can know its TLS certificate without an authority: the fragment of its address, for instance
    /// `sha256=RGHUyWeQn2ic5KCZuR8wqGVxUIGJTsXbBsU9UGvF2Xs`. Nil without TLS.
    public var pin: String? { certificate?.pin.text }

    /// Serves until cancelled, or until SIGINT or SIGTERM; then requests at work are answered before this returns.
    ///
    /// - Parameter onListening: told the address, for instance `https://127.0.0.1:4780`, once connections are accepted.
    /// - Throws: a ``RelayFailure``: `.addressInUse`, `.cannotListen`, `.dataDirectoryInUse` or `.badDataDirectory`.
    public func run(onListening: @escaping @Sendable (String) async -> Void) async throws {
        let lock = try directory.lock()
        defer { withExtendedLifetime(lock) {} }
        let (host, scheme) = (configuration.host, certificate == nil ? "http" : "https")
        let routes = routes
        let application = Application(
            responder: HTTPShell(routes, limits: limits), server: try protocols,
            configuration: .init(
                address: .hostname(host, port: configuration.port),
                availableConnectionsDelegate: .maximum(connectionCount, logger: logger)),
            onServerRunning: { channel in
                await onListening(Self.url(scheme, host: host, port: channel.localAddress?.port ?? 0))
            },
            logger: logger)
        // The last is the first to be told to stop.
        let group = ServiceGroup(
            services: [application, pulse(of: routes)],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        // Not a child: cancelled itself, the server would cut requests off instead of answering them.
        let serving = Task { try await group.run() }
        do {
            try await withTaskCancellationHandler {
                try await serving.value
            } onCancel: {
                Task { await group.triggerGracefulShutdown() }
            }
        } catch {
            throw failure(error)
        }
    }

    private func pulse(of routes: Routes) -> Pulse {
        Pulse(
            live: routes.live, heartbeat: routes.heartbeat, clock: configuration.clock, interval: limits.beatInterval)
    }

    var routes: Routes {
        Routes(configuration, in: directory, key: signingKey, limits: limits, logger: logger)
    }

    /// Quiet: what an operator has to know, and never whose it is or what it says.
    private var logger: Logger {
        var logger = Logger(label: "nexus.relay") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning
        return logger
    }

    private var protocols: HTTPServerBuilder {
        get throws {
            let http = HTTPServerBuilder.http1(configuration: connections)
            return try certificate.map { try .tls(http, tlsConfiguration: $0.configuration) } ?? http
        }
    }

    /// As many as are wanted, or else as many as the system allows.
    private var connectionCount: Int {
        let files = OpenFiles.allowMost()
        let count = max(1, min(limits.connections, files - limits.otherFiles))
        if count < limits.connections {
            logger.warning("Of \(limits.connections) connections \(files) open files allow \(count).")
        }
        return count
    }

    private var connections: HTTP1Channel.Configuration {
        let (limits, counts) = (limits, ConnectionCounts(limits))
        return .init(
            additionalChannelHandlers: [ConnectionDeadlines(limits, among: counts)],
            idleTimeout: TimeAmount(limits.idleTimeout),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.headerByteCount, maxHeaderListSize: limits.headerByteCount,
                maxHeaderFieldCount: 100))
    }

    private static func url(_ scheme: String, host: String, port: Int) -> String {
        host.contains(":") ? "\(scheme)://[\(host)]:\(port)" : "\(scheme)://\(host):\(port)"
    }

    private func failure(_ error: any Error) -> any Error {
        let (host, port) = (configuration.host, configuration.port)
        switch error {
        case let error as IOError where error.errnoCode == EADDRINUSE:
            return RelayFailure.addressInUse(host: host, port: port)
        case let error as IOError:
            return RelayFailure.cannotListen(host: host, port: port, code: error.errnoCode)
        case is SocketAddressError, is SocketAddressError.UnknownHost:
            return RelayFailure.cannotListen(host: host, port: port, code: 0)
        default: return error
        }
    }
}
