import ChangeLog
import NIOCore
import Sync
import Synchronization

/// What the followers of one workspace are told: the latest that arrived, kept for a while so that they share it.
///
/// The workspace's node alone adds to it; the followers take from it, each at its own pace.
final class LiveFeed: Sendable {
    /// What comes next for a follower.
    enum Next {
        /// A frame, and where it leads.
        case frame(ByteBuffer, Cursor)
        /// Something that is not kept here, or not in the form that this follower needs.
        case page
        /// There is nothing yet.
        case nothing
    }

    private struct State {
        var followers: [ObjectIdentifier: Follower] = [:]
        /// In order of arrival; the next mostly begins where one ends.
        var recent: [Announcement] = []
        /// How many of the recent ones were there at the last beat.
        var agedCount = 0
        /// The end of the order of arrival; it means something while somebody follows.
        var head = Cursor(incarnation: 0, arrival: 0)

        mutating func forget(_ count: Int) {
            recent.removeFirst(count)
            agedCount = max(0, agedCount - count)
        }
    }

    private let state = Mutex(State())
    private let byteLimit: Int

    init(_ limits: RelayLimits) { byteLimit = limits.recentByteCount }

    // MARK: Who follows

    /// Where what was announced ends; nil if nobody follows.
    var head: Cursor? { state.withLock { $0.followers.isEmpty ? nil : $0.head } }

    /// - Parameter head: the end of the order of arrival, for the first who follows.
    func add(_ follower: Follower, head: Cursor) {
        state.withLock { state in
            if state.followers.isEmpty { state.head = head }
            state.followers[ObjectIdentifier(follower)] = follower
        }
        // It may have ended on the way here.
        if follower.isOver { remove(follower) }
    }

    func remove(_ follower: Follower) {
        state.withLock { state in
            state.followers[ObjectIdentifier(follower)] = nil
            if state.followers.isEmpty { (state.recent, state.agedCount) = ([], 0) }
        }
    }

    /// Ends all streams, or those of some devices.
    func end(_ devices: Set<DeviceID>? = nil) {
        for follower in followers where devices?.contains(follower.replica.device) ?? true { follower.end() }
    }

    private var followers: [Follower] { state.withLock { Array($0.followers.values) } }

    // MARK: What is told

    /// - Parameter head: where the order of arrival ends, if that is further than the last of the announcements.
    func announce(_ announcements: [Announcement], head: Cursor) {
        state.withLock { state in
            state.recent += announcements
            state.head = head
            var byteCount = state.recent.reduce(0) { $0 + $1.byteCount }
            var surplus = 0
            while byteCount > byteLimit {
                byteCount -= state.recent[surplus].byteCount
                surplus += 1
            }
            state.forget(surplus)
        }
        for follower in followers { follower.wake() }
    }

    /// What comes next for a follower who stands at `cursor`.
    func next(after cursor: Cursor, for follower: ReplicaID) -> Next {
        state.withLock { state in
            guard cursor.arrival < state.head.arrival else { return .nothing }
            guard let announcement = state.recent.last(where: { $0.after <= cursor.arrival }),
                announcement.after == cursor.arrival, let frame = announcement.frame(for: follower)
            else { return .page }
            return .frame(frame, announcement.cursor)
        }
    }

    /// Forgets what was there at the last beat already: who has not taken it by now reads for itself.
    func beat() {
        state.withLock { state in
            state.forget(state.agedCount)
            state.agedCount = state.recent.count
        }
    }
}
