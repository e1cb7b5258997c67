import ChangeLog
import Synchronization

/// All live streams of the relay: how many there may be, and how much memory those take that have fallen behind.
final class LiveStreams: Sendable {
    private struct State {
        var followers: [ObjectIdentifier: Follower] = [:]
        var countsByDevice: [DeviceID: Int] = [:]
        var room: Int
        /// Who found no room, in order.
        var queue: [ObjectIdentifier] = []
        var isOver = false
    }

    /// Milliseconds since 1970.
    let clock: @Sendable () -> UInt64
    private let state: Mutex<State>
    private let limits: RelayLimits

    init(_ limits: RelayLimits, clock: @escaping @Sendable () -> UInt64) {
        (self.limits, self.clock) = (limits, clock)
        state = Mutex(State(room: limits.pagesByteCount))
    }

    // MARK: How many

    /// Counts one more stream, until it ends.
    ///
    /// - Throws: `.tooManyStreams` of that device, or `.busy`.
    func add(_ follower: Follower) throws(Problem) {
        try state.withLock { state throws(Problem) in
            guard !state.isOver, state.followers.count < limits.streams else { throw .busy }
            let count = state.countsByDevice[follower.replica.device] ?? 0
            guard count < limits.streamsPerDevice else { throw .tooManyStreams }
            state.countsByDevice[follower.replica.device] = count + 1
            state.followers[ObjectIdentifier(follower)] = follower
        }
    }

    func remove(_ follower: Follower) {
        state.withLock { state in
            guard state.followers.removeValue(forKey: ObjectIdentifier(follower)) != nil else { return }
            let count = state.countsByDevice[follower.replica.device] ?? 0
            state.countsByDevice[follower.replica.device] = count > 1 ? count - 1 : nil
        }
    }

    /// How many there are.
    var count: Int { state.withLock { $0.followers.count } }

    /// How many wait for memory.
    var waitingCount: Int { state.withLock { $0.queue.count } }

    // MARK: Memory for those who have fallen behind

    /// About how many bytes of changes go into a frame of their own.
    var pageByteCount: Int { limits.livePageByteCount }

    /// Takes the memory for a page; where there is none the follower is woken once there may be some.
    func takeRoom(for follower: Follower) -> Bool {
        state.withLock { state in
            guard state.room >= pageByteCount else {
                let id = ObjectIdentifier(follower)
                if !state.queue.contains(id) { state.queue.append(id) }
                return false
            }
            state.room -= pageByteCount
            return true
        }
    }

    /// - Parameter byteCount: less than 0 if a page turned out to be larger than was taken for it.
    func giveBack(_ byteCount: Int) {
        state.withLock { $0.room += byteCount }
        wakeQueue()
    }

    private func wakeQueue() {
        let woken = state.withLock { state in
            let ids = state.queue.prefix(max(0, state.room / max(1, pageByteCount)))
            state.queue.removeFirst(ids.count)
            return ids.compactMap { state.followers[$0] }
        }
        for follower in woken { follower.wake() }
    }

    // MARK: Time

    /// To be called every `limits.beatInterval`.
    func beat() {
        let followers = state.withLock { Array($0.followers.values) }
        for follower in followers { follower.beat(limit: limits.beatsToTake) }
        let feeds = Dictionary(followers.map { (ObjectIdentifier($0.feed), $0.feed) }) { feed, _ in feed }
        for feed in feeds.values { feed.beat() }
        // One that was woken and ended before it took its room has woken nobody.
        wakeQueue()
    }

    /// Ends all streams; no further ones are let in.
    func stop() {
        let followers = state.withLock { state in
            state.isOver = true
            return Array(state.followers.values)
        }
        for follower in followers { follower.end() }
    }
}
