import ChangeLog
import Dispatch
import Glibc
import Inbox
import RelayClient
import Storage
import Synchronization

/// `nexus watch`: tells what there is, then sleeps until something is written here or a window is to be told of.
final class WatchLoop: Sendable {
    /// Also without news one looks so often, in milliseconds: clocks are set.
    private static let longestSleep: Int64 = 60_000

    private let home: Home
    private let teller: EventTeller
    private let notice: Int64
    private let isFromNow: Bool
    private let failure = Mutex<(any Error)?>(nil)

    init(_ home: Home, _ teller: EventTeller, notice: Int64, fromNow: Bool) {
        (self.home, self.teller, self.notice, isFromNow) = (home, teller, notice, fromNow)
    }

    /// Never returns, but for a failure that waiting does not mend.
    func run(beside live: LiveSync) throws {
        DispatchQueue(label: "nexus.watch").async { [self] in
            do { try run(once: false) } catch { failure.withLock { $0 = error } }
            live.stop()
        }
        try live.run()
        if let failure = failure.withLock({ $0 }) { throw failure }
    }

    /// - Parameter once: returns when everything is told.
    func run(once: Bool) throws {
        let replica = try home.open()
        let lock = try WatchLock(home)
        defer { withExtendedLifetime(lock) {} }
        let journal = JournalWatch(of: home.path)
        let kept = isFromNow ? nil : try replica.localValue(.watched).bytes.flatMap { WatchPosition($0) }
        let watcher = try Watcher(replica, from: kept, notice: notice, now: ScreenClock.now(of: replica))
        var saved = kept
        while true {
            while let notice = try watcher.next(now: ScreenClock.now(of: replica)) {
                try save(notice.position, in: replica)
                saved = notice.position
                teller.tell(notice)
                watcher.acknowledge(notice)
            }
            if watcher.position != saved {
                try save(watcher.position, in: replica)
                saved = watcher.position
            }
            if once { return }
            let wait = try watcher.nextAlarm.map { $0 - (try ScreenClock.now(of: replica)) } ?? Self.longestSleep
            journal.wait(milliseconds: min(max(wait, 1), Self.longestSleep))
        }
    }

    private func save(_ position: WatchPosition, in replica: Replica) throws {
        try replica.setLocalValue(.watched, .bytes(position.bytes))
    }
}

/// Keeps a second watch from telling the same: one position is kept on a device.
final class WatchLock {
    /// How long one waits for another to end, as one that was asked for `--once` soon does.
    private static let patience = Duration.seconds(5)
    private let descriptor: Int32

    /// - Throws: `.alreadyWatching`.
    init(_ home: Home) throws {
        let path = home.path + "/watch.lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CLIFailure.cannotWrite(path, errno) }
        let deadline = ContinuousClock.now + Self.patience
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard ContinuousClock.now < deadline else {
                close(descriptor)
                throw CLIFailure.alreadyWatching
            }
            usleep(20_000)
        }
    }

    deinit { close(descriptor) }
}

/// Tells when anything was written to a replica by any process on this machine, be it their own or from elsewhere: by the
/// journal, to which every commit goes first.
final class JournalWatch {
    /// Where nothing can be watched, one looks after so many milliseconds.
    private static let pollInterval: Int64 = 1_000
    private let descriptor: Int32

    /// - Parameter directory: the home. A journal can be made anew, so it is not watched itself.
    init(of directory: String) {
        descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
        if descriptor >= 0 { inotify_add_watch(descriptor, directory, UInt32(IN_MODIFY) | UInt32(IN_CREATE)) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Returns once something was written, or that time has passed.
    func wait(milliseconds: Int64) {
        guard descriptor >= 0 else {
            usleep(UInt32(min(milliseconds, Self.pollInterval)) * 1_000)
            return
        }
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, Int32(clamping: milliseconds)) > 0 else { return }
        // What happened is not looked at: the replica itself is.
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while read(descriptor, &buffer, buffer.count) > 0 {}
    }
}
