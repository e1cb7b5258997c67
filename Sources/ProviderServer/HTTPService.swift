import Glibc
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals

/// A small HTTP server: short requests, short answers, everything bounded.
///
/// Behind a proxy that speaks TLS, or on this machine. Who sends slowly is cut off without an answer.
struct HTTPService: Sendable {
    /// A request whose body is complete.
    struct Request: Sendable {
        let method: String
        /// Without the query.
        let path: String
        /// Behind the question mark; empty without one.
        let query: String
        /// By lowercase name; values of one that came more than once are joined, in order.
        let headers: [String: String]
        let body: [UInt8]
    }

    /// What is answered.
    struct Answer: Sendable {
        var status: Int
        var type = "application/json"
        var body: [UInt8] = []
    }

    /// What is bounded.
    struct Limits: Sendable {
        /// The most bytes of one request's body.
        var bodyByteCount: Int
        /// The most bytes of one request's header fields together.
        var headerByteCount = 16 << 10
        /// The most connections; further ones wait to be accepted.
        var connections = 256
        /// How long a request may take to arrive.
        var requestTimeout = Duration.seconds(20)
        /// How long a connection may be silent between requests.
        var idleTimeout = Duration.seconds(75)
    }

    let host: String
    let port: Int
    let limits: Limits
    /// Services that run beside it, and are told to stop after it.
    var companions: [any Service] = []
    /// Those of the process that stop it.
    var signals: [UnixSignal] = []
    /// Nil closes the connection without a word.
    let answer: @Sendable (Request) async -> Answer?

    /// Serves until cancelled or told to stop; then requests at work are answered before this returns.
    ///
    /// - Parameter onListening: told the address, once connections are accepted.
    /// - Throws: `ServiceFailure`.
    func run(onListening: @escaping @Sendable (String) async -> Void) async throws {
        let (host, logger) = (host, Self.logger)
        let application = Application(
            responder: Responder(limits: limits, answer: answer), server: .http1(configuration: connections),
            configuration: .init(
                address: .hostname(host, port: port),
                availableConnectionsDelegate: .maximum(limits.connections, logger: logger)),
            onServerRunning: { channel in
                await onListening(Self.url(host: host, port: channel.localAddress?.port ?? 0))
            },
            logger: logger)
        let group = ServiceGroup(
            services: companions + [application], gracefulShutdownSignals: signals, logger: logger)
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

    private var connections: HTTP1Channel.Configuration {
        .init(
            idleTimeout: TimeAmount(limits.idleTimeout),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.headerByteCount, maxHeaderListSize: limits.headerByteCount,
                maxHeaderFieldCount: 100))
    }

    private static var logger: Logger {
        var logger = Logger(label: "nexus.provider") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .error
        return logger
    }

    private static func url(host: String, port: Int) -> String {
        host.contains(":") ? "http://[\(host)]:\(port)" : "http://\(host):\(port)"
    }

    private func failure(_ error: any Error) -> any Error {
        switch error {
        case let error as IOError where error.errnoCode == EADDRINUSE:
            ServiceFailure.addressInUse(host: host, port: port)
        case is IOError, is SocketAddressError, is SocketAddressError.UnknownHost:
            ServiceFailure.cannotListen(host: host, port: port)
        default: error
        }
    }
}

/// Why nobody can be listened to. Facts only; the words are made at the edge.
public enum ServiceFailure: Error, Hashable, Sendable {
    /// Somebody listens there already.
    case addressInUse(host: String, port: Int)
    /// That address cannot be listened on.
    case cannotListen(host: String, port: Int)
    /// Without the app's secret anybody could tell anything: only this machine's own may go without.
    case needsSecret
}

/// Reads a request to its end, within bounds, and puts the answer into HTTP.
private struct Responder: HTTPResponder {
    struct Context: InitializableFromSource {
        let channel: any Channel
        init(source: ApplicationRequestContextSource) { channel = source.channel }
    }

    let limits: HTTPService.Limits
    let answer: @Sendable (HTTPService.Request) async -> HTTPService.Answer?

    func respond(to request: Request, context: Context) async throws -> Response {
        guard let body = try await body(of: request, on: context.channel) else {
            return response(.init(status: 413, type: "text/plain", body: Array("Too large.\n".utf8)), isLast: true)
        }
        let parts = (request.head.path ?? "/").split(separator: "?", maxSplits: 1).map(String.init)
        let answer = await answer(
            .init(
                method: request.method.rawValue, path: parts.first ?? "/", query: parts.count > 1 ? parts[1] : "",
                headers: Dictionary(request.headers.map { ($0.name.canonicalName, $0.value) }) { "\($0), \($1)" },
                body: body))
        guard let answer else {
            try await context.channel.close().get()
            throw CancellationError()
        }
        return response(answer, isLast: false)
    }

    /// - Returns: nil if it is too large.
    private func body(of request: Request, on channel: any Channel) async throws -> [UInt8]? {
        if let declared = request.headers[.contentLength], Int(declared).map({ $0 > limits.bodyByteCount }) ?? true {
            return nil
        }
        let timer = channel.eventLoop.scheduleTask(in: TimeAmount(limits.requestTimeout)) {
            channel.close(promise: nil)
        }
        defer { timer.cancel() }
        var body: [UInt8] = []
        for try await buffer in request.body {
            guard buffer.readableBytes <= limits.bodyByteCount - body.count else { return nil }
            body.append(contentsOf: buffer.readableBytesView)
        }
        return body
    }

    private func response(_ answer: HTTPService.Answer, isLast: Bool) -> Response {
        var fields: HTTPFields = [.contentType: answer.type, .xContentTypeOptions: "nosniff"]
        if isLast { fields[.connection] = "close" }
        return Response(
            status: .init(code: answer.status), headers: fields,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    }
}
