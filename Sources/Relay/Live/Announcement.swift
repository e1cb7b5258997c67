import ChangeLog
import NIOCore
import Replication
import Sync

/// What arrived, as a frame that is made once and shared by all who follow.
struct Announcement: Sendable {
    /// The arrival number before it.
    let after: UInt64
    /// Where whoever got it stands.
    let cursor: Cursor
    private let authors: Set<ReplicaID>
    private let frame: ByteBuffer
    /// The same without deltas, for whoever wrote them.
    private let bareFrame: ByteBuffer

    init(_ page: LivePage, after arrival: UInt64) {
        (after, cursor, authors) = (arrival, page.answer.cursor, page.authors)
        frame = ByteBuffer(frame: page.answer)
        var bare = page.answer
        bare.deltas = []
        bareFrame = ByteBuffer(frame: bare)
    }

    var byteCount: Int { frame.readableBytes + bareFrame.readableBytes }

    /// What a follower is told; nil where its own changes and others' are mixed.
    func frame(for follower: ReplicaID) -> ByteBuffer? {
        guard authors.contains(follower) else { return frame }
        return authors.count == 1 ? bareFrame : nil
    }
}

extension ByteBuffer {
    /// A frame of a live stream.
    init(frame answer: SyncAnswer) { self.init(bytes: LiveFrames.frame(answer.body)) }

    /// A frame that says only that the relay is there.
    static let heartbeat = ByteBuffer(bytes: LiveFrames.heartbeat)
}
