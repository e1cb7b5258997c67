public import ChangeLog
public import Channels
import Inbox
import Synchronization
import UnixSignals

/// A server in the place of WhatsApp's Cloud API, for whoever develops or tests: it does what its script says, and
/// shows what customers received.
///
///     POST /{version}/{phone-number-id}/messages   as the Cloud API takes it; any token will do
///     GET  /dev/sent                               what customers received
///     POST /dev/customer                           {"from","text","name"?,"about"?}: a customer writes
///     POST /dev/phone                              {"to","text"}: somebody writes on the business phone
public struct StandInProvider: Sendable {
    private let host: String
    private let port: Int
    private let script: SimulatedScript
    private let webhook: String?
    private let appSecret: SecretBytes?
    private let clock: @Sendable () -> Int64

    /// - Parameters:
    ///   - port: 0 picks a free one.
    ///   - webhook: where events are posted; nil tells nobody.
    ///   - appSecret: what they are signed under; nil leaves them unsigned.
    ///   - clock: milliseconds since 1970.
    public init(
        host: String, port: Int, script: SimulatedScript = SimulatedScript(), webhook: String? = nil,
        appSecret: SecretBytes? = nil, clock: @escaping @Sendable () -> Int64
    ) {
        (self.host, self.port, self.script) = (host, port, script)
        (self.webhook, self.appSecret, self.clock) = (webhook, appSecret, clock)
    }

    /// Serves until cancelled, or until SIGINT or SIGTERM.
    ///
    /// - Parameter onListening: told the address, once connections are accepted.
    /// - Throws: `ServiceFailure`.
    public func run(onListening: @escaping @Sendable (String) async -> Void) async throws {
        let routes = StandInRoutes(script, clock: clock)
        let poster = WebhookPoster(url: webhook, appSecret: appSecret) { routes.due() }
        let service = HTTPService(
            host: host, port: port, limits: .init(bodyByteCount: 1 << 20), companions: [poster],
            signals: [.sigterm, .sigint]
        ) { await routes.answer(to: $0) }
        try await service.run(onListening: onListening)
    }
}
