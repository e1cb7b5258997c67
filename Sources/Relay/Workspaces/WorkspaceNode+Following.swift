import ChangeLog
import Replication
import Storage
import Sync

extension WorkspaceNode {
    /// What became of somebody who wants to follow.
    enum Admission {
        case following
        /// The cursor means nothing here.
        case startsOver(SyncAnswer)
        case isRevoked
    }

    /// Tells a follower, from now on, what arrives.
    func admit(_ follower: Follower, from cursor: Cursor, now: UInt64) throws(StorageFailure) -> Admission {
        guard try !isRevoked(follower.replica.device) else { return .isRevoked }
        var responder = try opened(now: now)
        defer { self.responder = responder }
        let answer = try responder.startingOver(unless: cursor, now: now)
        // So that no one is left of another count, and all stand where the newcomer begins.
        announceArrivals(from: responder, now: now)
        if let answer { return .startsOver(answer) }
        feed.add(follower, head: try responder.head())
        return .following
    }

    /// What a follower who has fallen behind is told next; nil where that cannot be said.
    func page(after cursor: Cursor, for asker: ReplicaID, now: UInt64) -> SyncAnswer? {
        guard let responder, responder.incarnation == cursor.incarnation else { return nil }
        return try? responder.page(after: cursor, for: asker, byteLimit: limits.livePageByteCount, now: now).answer
    }

    /// Tells those who follow what is new, and ends the streams of those who may not follow any more.
    ///
    /// To be called after whatever may have stored something.
    func announceArrivals(from responder: SyncResponder, now: UInt64) {
        guard let head = feed.head else { return }
        guard responder.incarnation == head.incarnation else { return feed.end() }
        do throws(StorageFailure) {
            if let devices = try responder.replica.cutOffDevices(ifAlteredAfter: head.arrival) { feed.end(devices) }
            var announcements: [Announcement] = []
            var reached = head
            var byteCount = 0
            while byteCount < limits.recentByteCount {
                let page = try responder.page(
                    after: reached, for: nil, byteLimit: limits.livePageByteCount, now: now)
                guard page.answer.cursor.arrival > reached.arrival else { break }
                let announcement = Announcement(page, after: reached.arrival)
                announcements.append(announcement)
                (reached, byteCount) = (announcement.cursor, byteCount + announcement.byteCount)
                guard page.answer.hasMore else { break }
            }
            guard !announcements.isEmpty else { return }
            feed.announce(announcements, head: try responder.head())
        } catch {
            // They sync in full then, and are told what is wrong.
            feed.end()
        }
    }
}
