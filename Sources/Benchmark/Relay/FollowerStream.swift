import ChangeLog
import Glibc
import Sync

/// One replica that follows a relay: where it stands, and what of its stream has come.
final class FollowerStream {
    enum State {
        /// Tries again then, by ``Ticks``.
        case waiting(until: UInt64)
        case connecting
        /// Has asked, and been told nothing yet.
        case asking
        /// Has been told something.
        case open
    }

    let index: Int
    var state = State.waiting(until: 0)
    private(set) var cursor: Cursor
    private(set) var descriptor: Int32 = -1
    private var backoff = Backoff()
    private var answer = AnswerReader()
    /// What of the answer's body no frame was made of yet.
    private var body: [UInt8] = []

    init(_ index: Int, from cursor: Cursor) { (self.index, self.cursor) = (index, cursor) }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Whether it has been told something on the stream it has.
    var isOpen: Bool { if case .open = state { true } else { false } }

    // MARK: Connecting

    func begin(on descriptor: Int32) {
        (self.descriptor, state) = (descriptor, .connecting)
        (answer, body) = (AnswerReader(), [])
    }

    /// Asks to follow from where it stands.
    ///
    /// - Returns: whether the request was sent.
    func ask(_ place: RelayPlace, in workspace: WorkspaceID) -> Bool {
        let key = RelayCast.follower(index)
        let replica = ReplicaID(device: key.device, epoch: 1)
        let body = SyncRequest(workspace: workspace, replica: replica, cursor: cursor).body
        let request = place.request("POST", "/v0/live", body: body, by: key)
        state = .asking
        // A new connection takes far more than this at once.
        return send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count
    }

    /// The connection is no more; another is tried after a while.
    func lose(now: UInt64) {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        state = .waiting(until: now + backoff.next(dice: .random(in: .min ... .max)) * 1_000_000)
    }

    // MARK: Reading

    /// Whether more can come.
    var isOver: Bool { answer.isComplete }

    /// Takes bytes in that came, and what they complete of frames.
    ///
    /// - Returns: what the frames say, in order.
    /// - Throws: `.relayAnswered` if the relay does not let it follow, and will not.
    func take(_ bytes: UnsafeRawBufferPointer, _ memory: inout FrameMemory) throws -> [FrameMemory.Content] {
        try answer.read(bytes, into: &body)
        guard answer.status == 200 else {
            if let status = answer.status, ![429, 503].contains(status) {
                throw BenchmarkFailure.relayAnswered(status: status)
            }
            return []
        }
        let contents = try frames(&memory)
        if let last = contents.last { cursor = last.cursor }
        return contents
    }

    private func frames(_ memory: inout FrameMemory) throws -> [FrameMemory.Content] {
        var contents: [FrameMemory.Content] = []
        var start = 0
        try body.withUnsafeBytes { bytes in
            while let end = Self.end(ofFrameAt: start, in: bytes) {
                noteFrame()
                if end > start + 4 {
                    contents.append(try memory.content(of: .init(rebasing: bytes[(start + 4)..<end])))
                }
                start = end
            }
        }
        body.removeFirst(start)
        return contents
    }

    private func noteFrame() {
        guard !isOpen else { return }
        state = .open
        backoff.reset()
    }

    /// - Returns: nil while the frame is not complete.
    private static func end(ofFrameAt start: Int, in bytes: UnsafeRawBufferPointer) -> Int? {
        guard bytes.count - start >= 4 else { return nil }
        let length = Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self)))
        return bytes.count - start - 4 >= length ? start + 4 + length : nil
    }
}
