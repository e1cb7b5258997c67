import ChangeLog
public import Storage
public import Sync

/// What a sync would move, as far as can be told before it does.
public struct SyncPlan: Hashable, Sendable {
    /// What the relay would be handed.
    public var outgoing = Replica.Extent()
    /// What it would send.
    public var incoming = Replica.Extent()
    /// How many requests that takes, at the least.
    public var roundTrips = 1

    /// What asks a relay for it. Nothing is sealed, sent or stored.
    ///
    /// - Parameter hasNoCursor: whether the relay said that it counts anew.
    /// - Throws: a ``StorageFailure``.
    public static func request(of replica: Replica, hasNoCursor: Bool = false) throws -> SyncRequest {
        let asker = try Asker(replica)
        let cursor = hasNoCursor ? nil : try replica.relayProgress().position.map(Cursor.init)
        return SyncRequest(
            workspace: replica.workspace, replica: asker.id, cursor: cursor,
            frontier: cursor == nil ? try replica.sampledFrontier() : nil, credential: asker.credential,
            tips: cursor == nil ? [] : try replica.sealedTips(), isSurvey: true)
    }

    /// - Returns: nil where the relay counts anew, and has to be asked so.
    /// - Throws: a ``StorageFailure``.
    public init?(_ answer: SyncAnswer, for request: SyncRequest, of replica: Replica) throws {
        guard let survey = answer.survey else { return nil }
        incoming = Replica.Extent(changes: survey.changes, bytes: survey.bytes)
        outgoing =
            if let held = answer.frontier {
                try replica.arrivalExtent(after: 0, frontier: held) + replica.unsealedExtent()
            } else {
                try replica.unsentExtent()
            }
        let page = UInt64(PacketFormat.pageByteCount)
        let pages = max(outgoing.bytes, incoming.bytes) / page + 1
        // Who begins without a cursor hears first what the relay holds.
        roundTrips = Int(clamping: pages) + (request.cursor == nil && outgoing.changes > 0 ? 1 : 0)
    }
}
