public import ChangeLog
import Inbox
import Replication
import Storage

/// What a new device's first sync took.
public struct FirstSyncFigures: Codable, Hashable, Sendable {
    /// From the invitation until a further sync would move nothing, by the wall.
    public var seconds = 0.0
    /// The same by the processor.
    public var processorSeconds = 0.0
    /// Changes that were new.
    public var changes = 0
    /// Of request bodies.
    public var bytesSent = 0
    /// Of answer bodies.
    public var bytesReceived = 0
    /// Requests made.
    public var roundTrips = 0
    /// Seals checked.
    public var signatures = 0
    /// The process's memory before it, in KiB.
    public var startKibibytes = 0
    /// The most it had until its end, in KiB.
    public var peakKibibytes = 0
    /// A plain download of as many bytes as were received, by the same process, by the wall.
    public var plainSeconds = 0.0
}

/// A new device that joins a workspace and pulls all there is from a relay on this machine. To be run in a process of its
/// own, or its memory is not its own either.
public struct FirstSync {
    private let invitation: Invitation
    private let relay: RelayPlace
    private let plain: RelayPlace

    /// - Parameters:
    ///   - port: of the relay.
    ///   - plainPort: of a ``PlainServer``.
    public init(_ invitation: Invitation, port: UInt16, plainPort: UInt16) {
        self.invitation = invitation
        relay = RelayPlace(port: port, key: invitation.relayKey)
        plain = RelayPlace(port: plainPort)
    }

    /// - Parameter path: the new replica's file.
    public func run(into path: String) throws -> FirstSyncFigures {
        var figures = FirstSyncFigures()
        figures.startKibibytes = ResidentMemory.now
        let spent = Spent()
        let replica = try Replica.join(
            at: path, invitation: invitation, person: "Newcomer", key: RelayCast.newcomer, now: WallTime.now(),
            configuration: InboxSchema.configuration)
        let conversation = try RelayConversation(relay, as: RelayCast.newcomer)
        // The relay's own word of the admission comes with the second.
        for report in try [conversation.sync(replica), conversation.sync(replica)] { figures.add(report) }
        (figures.seconds, figures.processorSeconds) = (spent.seconds, spent.processorSeconds)
        figures.peakKibibytes = ResidentMemory.peak
        guard try conversation.sync(replica).roundTrips == 1, try replica.unsentCount() == 0 else {
            throw BenchmarkFailure.wrongOutcome(.wrongSync)
        }
        figures.plainSeconds = try Spent.on { try download(figures.bytesReceived) }.seconds
        return figures
    }

    private func download(_ count: Int) throws {
        let request = Array("GET /\(count) HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".utf8)
        let answer = try RelayConversation(plain, as: RelayCast.newcomer).exchange(request)
        guard answer.status == 200, answer.body.count == count else { throw BenchmarkFailure.relayIsGone }
    }
}

extension FirstSyncFigures {
    fileprivate mutating func add(_ report: SyncReport) {
        changes += report.received
        bytesSent += report.bytesSent
        bytesReceived += report.bytesReceived
        roundTrips += report.roundTrips
        signatures += report.verifiedSignatures
    }
}
