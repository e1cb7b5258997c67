import ChangeLog
import Storage
import Sync

/// POST /v0/lease
extension Routes {
    /// Gateways alone may ask.
    func lease(_ request: RoutedRequest) async throws(Problem) -> RoutedAnswer {
        let now = configuration.clock()
        let asker = try asker(of: request, audiences: [key.device.text], now: now)
        guard let packet = try? LeaseRequest(request.body) else { throw .badRequest }
        guard packet.replica.device == asker.device else { throw .badSignature }
        guard let node = workspaces.node(for: packet.workspace) else { throw .notAGateway }
        guard node.enter() else { throw .busy }
        defer { node.leave() }
        try use(asker, now: now)
        let steadySince = heartbeat.steadySince
        let reply = try await translating { () async throws(StorageFailure) in
            try await node.lease(packet, steadySince: steadySince, now: now)
        }
        guard let reply else { throw .notAGateway }
        return RoutedAnswer(
            status: 200, headers: [("content-type", "application/vnd.nexus.lease")], body: reply.bytes)
    }
}
