import ChangeLog
import NIOCore
import Sync
import Synchronization

/// One live stream: what its reader is told, frame by frame, as it takes them.
///
/// Whoever carries the stream asks for the next frame when the one before was taken; so no more than one is under way.
final class Follower: Sendable {
    /// After how many beats without a word the follower says that the relay is there.
    private static let silentBeats = 2

    /// Whose copy follows.
    let replica: ReplicaID
    private let node: WorkspaceNode
    private let live: LiveStreams
    private let state: Mutex<State>

    private struct State {
        var cursor: Cursor
        /// How many beats have passed since a frame was last handed out; at the start as if it were time for one.
        var beats = Follower.silentBeats
        /// Whether a frame was handed out that has not been taken yet.
        var isSending = false
        /// The bytes of memory that it was handed out from.
        var room = 0
        var isOver = false
        var isWoken = false
        var waiter: CheckedContinuation<Void, Never>?
        var cutConnection: (@Sendable () -> Void)?
    }

    init(_ replica: ReplicaID, from cursor: Cursor, at node: WorkspaceNode, among live: LiveStreams) {
        (self.replica, self.node, self.live) = (replica, node, live)
        state = Mutex(State(cursor: cursor))
    }

    /// The workspace's feed.
    var feed: LiveFeed { node.feed }

    /// Whether nothing follows what is under way.
    var isOver: Bool { state.withLock { $0.isOver } }

    // Where the connection broke nobody asks for the next frame.
    deinit { giveBackRoom() }

    // MARK: For the carrier

    /// What to do when the reader takes nothing any more.
    func whenStalled(_ cutConnection: @escaping @Sendable () -> Void) {
        state.withLock { $0.cutConnection = cutConnection }
    }

    /// The next frame, once there is one. To be called when the one before was taken, by one carrier.
    ///
    /// - Returns: nil when the stream is over.
    func next() async -> ByteBuffer? {
        noteTaken()
        while true {
            let (cursor, isOver) = state.withLock { ($0.cursor, $0.isOver) }
            guard !isOver else { return nil }
            switch feed.next(after: cursor, for: replica) {
            case .frame(let frame, let cursor): return handOut(frame, reaching: cursor)
            case .page: if let page = await page(after: cursor) { return page }
            case .nothing:
                if state.withLock({ $0.beats >= Self.silentBeats }) { return handOut(.heartbeat, reaching: cursor) }
                await rest()
            }
        }
    }

    /// Ends the stream, after what is under way. Doing it again does nothing.
    func end() {
        let wasOver = state.withLock { state in
            defer { (state.isOver, state.cutConnection) = (true, nil) }
            return state.isOver
        }
        guard !wasOver else { return }
        feed.remove(self)
        live.remove(self)
        wake()
    }

    /// Has the follower look again.
    func wake() {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            state.isWoken = state.waiter == nil
            return state.waiter
        }
        waiter?.resume()
    }

    // MARK: Time

    /// To be called at regular intervals: now and then the follower says that the relay is there.
    ///
    /// - Parameter limit: after how many a frame should have been taken; else the reader is cut off.
    func beat(limit: Int) {
        let (isStalled, cutConnection) = state.withLock { state in
            state.beats += 1
            return (state.isSending && state.beats > limit, state.cutConnection)
        }
        guard isStalled else { return wake() }
        end()
        cutConnection?()
    }

    // MARK: Frames

    private func handOut(_ frame: ByteBuffer, reaching cursor: Cursor) -> ByteBuffer? {
        state.withLock { state in
            guard !state.isOver else { return nil }
            (state.cursor, state.isSending, state.beats) = (cursor, true, 0)
            return frame
        }
    }

    private func noteTaken() {
        state.withLock { $0.isSending = false }
        giveBackRoom()
    }

    private func giveBackRoom() {
        let room = state.withLock { state in
            defer { state.room = 0 }
            return state.room
        }
        if room > 0 { live.giveBack(room) }
    }

    /// What this follower has to read for itself.
    ///
    /// - Returns: nil if it has to look again: it was over, or there was no room.
    private func page(after cursor: Cursor) async -> ByteBuffer? {
        guard live.takeRoom(for: self) else {
            await rest()
            return nil
        }
        guard let answer = await node.page(after: cursor, for: replica, now: live.clock()),
            answer.cursor.arrival > cursor.arrival
        else {
            live.giveBack(live.pageByteCount)
            end()
            return nil
        }
        let frame = ByteBuffer(frame: answer)
        // One change alone may be larger than a page.
        live.giveBack(live.pageByteCount - frame.readableBytes)
        state.withLock { $0.room = frame.readableBytes }
        guard let frame = handOut(frame, reaching: answer.cursor) else {
            giveBackRoom()
            return nil
        }
        return frame
    }

    /// Until somebody wakes it. Cancelled, the stream ends.
    private func rest() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isWoken = state.withLock { state in
                    defer { state.isWoken = false }
                    if !state.isWoken { state.waiter = continuation }
                    return state.isWoken
                }
                if isWoken { continuation.resume() }
            }
        } onCancel: {
            end()
        }
    }
}
