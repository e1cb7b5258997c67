import ChangeLog
import Storage
import Sync

/// POST /v0/live
extension Routes {
    /// Members alone may follow: who has yet to be let in, or founds, syncs first.
    func follow(_ request: RoutedRequest) async throws(Problem) -> RoutedAnswer {
        let now = configuration.clock()
        var (packet, asker) = try packet(of: request, now: now)
        guard let cursor = packet.cursor, packet.deltas.isEmpty else { throw .badRequest }
        packet.credential = nil
        guard let node = workspaces.node(for: packet.workspace) else {
            let mayFound = request.isLoopback || configuration.allowedWorkspaces.contains(packet.workspace)
            return liveAnswer(LiveFrames.frame(try answerWithoutData(to: packet, mayFound: mayFound, now: now).body))
        }
        let follower = Follower(packet.replica, from: cursor, at: node, among: live)
        // Counted before it may wait for the node: as many may wait there as may follow.
        try live.add(follower)
        do throws(Problem) {
            try await authorise(packet, of: asker, at: node, now: now)
            return try await admit(follower, from: cursor, at: node, now: now)
        } catch {
            follower.end()
            throw error
        }
    }

    private func admit(
        _ follower: Follower, from cursor: Cursor, at node: WorkspaceNode, now: UInt64
    ) async throws(Problem) -> RoutedAnswer {
        let admission = try await translating { () async throws(StorageFailure) in
            try await node.admit(follower, from: cursor, now: now)
        }
        switch admission {
        case .following: return liveAnswer(following: follower)
        case .isRevoked: throw .deviceRevoked
        case .startsOver(let answer):
            follower.end()
            return liveAnswer(LiveFrames.frame(answer.body))
        }
    }

    private func liveAnswer(_ body: [UInt8] = [], following follower: Follower? = nil) -> RoutedAnswer {
        RoutedAnswer(
            status: 200, headers: [("content-type", "application/vnd.nexus.live")], body: body, follower: follower)
    }
}
