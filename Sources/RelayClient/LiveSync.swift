public import ChangeLog
import Dispatch
import Glibc
public import Replication
public import Storage
import Sync
import Synchronization
import Transport

/// What happens while a replica follows its relay.
public enum LiveEvent: Hashable, Sendable {
    /// A whole sync has ended, and what arrives from now on comes at once.
    case connected(SyncReport)
    /// So many changes were new here.
    case received(changes: Int)
    /// So many changes left.
    case sent(changes: Int)
    /// There is no relay just now; it is tried again after so many milliseconds.
    case lost(SyncFailure, retryAfter: UInt64)
    /// What was written here does not leave just now, though what arrives may still come; it is tried again after so many
    /// milliseconds.
    case unsent(SyncFailure, retryAfter: UInt64)
}

/// Keeps a replica in step with its relay until it is told to stop: what arrives there comes at once, and what any process
/// on this device commits leaves at once. One neither waits for the other.
///
///     lost --(wait)--> whole sync --> stream open: frames stored; commits pushed beside it --> lost
public final class LiveSync: Sendable {
    /// How it opens the replica and reaches the relay.
    public struct Setup: Sendable {
        /// Opens the replica for writing: called once for what comes, and once for what leaves.
        public var open: @Sendable () throws -> Replica
        /// Where the replica lies.
        public var path: String
        /// The device's key.
        public var key: SigningKey
        /// An address to take in place of the one that is kept, once a relay has answered there for this workspace; nil
        /// for the one that is kept.
        public var newURL: String?
        /// Milliseconds since 1970.
        public var clock: @Sendable () -> UInt64
        /// Of that clock.
        public var witness: @Sendable () -> ClockWitness?
        /// Any number, each as likely as every other.
        public var dice: @Sendable () -> UInt64

        /// A setup.
        public init(
            path: String, key: SigningKey, newURL: String? = nil, clock: @escaping @Sendable () -> UInt64,
            witness: @escaping @Sendable () -> ClockWitness?, dice: @escaping @Sendable () -> UInt64,
            open: @escaping @Sendable () throws -> Replica
        ) {
            (self.path, self.key, self.newURL, self.clock) = (path, key, newURL, clock)
            (self.witness, self.dice, self.open) = (witness, dice, open)
        }
    }

    private let setup: Setup
    private let report: @Sendable (LiveEvent) -> Void
    private let state = Mutex(State())

    private struct State {
        var isStopped = false
        /// Where the stream is open, so that commits may be pushed beside it; nil while it is not.
        var liveURL: String?
        /// When the last stream began to speak.
        var opened: ContinuousClock.Instant?
        /// An address that no relay has answered at yet.
        var newURL: String?
        /// Why the stream has to end.
        var interruption: Interruption?
    }

    /// Why a stream was ended from this side, when it was not told to stop.
    enum Interruption: Hashable, Sendable {
        /// Both sides have to say what they hold; or nobody knows whether the connection still stands.
        case needsWholeSync
        /// What came could not be read or stored.
        case failed(SyncFailure)
    }

    /// - Parameter report: told what happens, from either thread.
    public init(_ setup: Setup, report: @escaping @Sendable (LiveEvent) -> Void) {
        (self.setup, self.report) = (setup, report)
        state.withLock { $0.newURL = setup.newURL }
    }

    /// Lets ``run()`` return within about a second.
    public func stop() { state.withLock { $0.isStopped = true } }

    /// Follows until told to stop.
    ///
    /// - Throws: a ``SyncFailure`` that waiting does not mend: the device was cut off, or its replica fails.
    public func run() throws(SyncFailure) {
        let pushing = DispatchGroup()
        DispatchQueue(label: "nexus.push").async(group: pushing) { self.push() }
        defer {
            stop()
            pushing.wait()
        }
        var backoff = Backoff()
        while !isStopped {
            let failure = try connection()
            if wasSteady { backoff.reset() }
            // Also where nothing was lost: a relay that ends each stream as it begins must not be asked without a pause.
            let wait = backoff.next(dice: setup.dice(), asked: failure?.askedWait ?? 0)
            if let failure { report(.lost(failure, retryAfter: wait)) }
            sleep(milliseconds: wait)
        }
    }

    /// A stream that lasted so long was a success: the next one is tried soon.
    private static let steadyTime = Duration.seconds(5)

    private var wasSteady: Bool {
        guard let opened = state.withLock({ $0.opened }) else { return false }
        return ContinuousClock.now - opened >= Self.steadyTime
    }

    private var isStopped: Bool { state.withLock { $0.isStopped } }

    private func sleep(milliseconds: UInt64) {
        let end = ContinuousClock.now + .milliseconds(Int64(clamping: milliseconds))
        while !isStopped, ContinuousClock.now < end { usleep(UInt32(min(milliseconds, 100)) * 1_000) }
    }

    // MARK: What comes

    /// A whole sync and the stream after it.
    ///
    /// - Returns: why the relay was lost; nil where the stream was ended from this side.
    private func connection() throws(SyncFailure) -> SyncFailure? {
        do throws(SyncFailure) {
            try follow()
            return .unreachable(.cut(code: 0))
        } catch .unreachable(.stopped) {
            return try interruption()
        } catch {
            guard error.passes else { throw error }
            return error
        }
    }

    private func follow() throws(SyncFailure) {
        do {
            // What the stream before was ended for, the whole sync now does.
            state.withLock { ($0.interruption, $0.opened) = (nil, nil) }
            let replica = try setup.open()
            let url = try url(for: replica)
            let exchange = RelayExchange(
                replica, key: setup.key, url: url, clock: setup.clock, witness: setup.witness())
            let synced = try exchange.run()
            var follower = LiveFollower(replica, clock: setup.clock)
            guard let request = try follower.request() else { throw SyncFailure.unreachable(.stopped) }
            let reader = LiveReader(follower, for: self, clock: setup.clock) { [self] in
                state.withLock { ($0.liveURL, $0.opened) = (url, .now) }
                report(.connected(synced))
            }
            defer { state.withLock { $0.liveURL = nil } }
            try exchange.follow(request, to: reader)
        } catch {
            throw SyncFailure(error)
        }
    }

    /// Where to ask: at the kept address, which another process may have changed since, but for a new one that is not kept
    /// yet.
    private func url(for replica: Replica) throws -> String {
        let kept = try replica.localValue(.relay).text
        let url = state.withLock { state in
            if state.newURL == kept { state.newURL = nil }
            return state.newURL ?? kept
        }
        guard let url else { throw SyncFailure.unreachable(.badAddress) }
        return url
    }

    /// What to make of a stream that ended from this side.
    private func interruption() throws(SyncFailure) -> SyncFailure? {
        guard case .failed(let failure) = state.withLock({ $0.interruption }) else { return nil }
        guard failure.passes else { throw failure }
        return failure
    }

    // MARK: What the reader asks and tells

    func interrupt(_ reason: Interruption) { state.withLock { $0.interruption = $0.interruption ?? reason } }

    var mayGoOn: Bool { state.withLock { !$0.isStopped && $0.interruption == nil } }

    func tell(_ event: LiveEvent) { report(event) }

    // MARK: What leaves

    /// Pushes whatever is committed while the stream is open; while it is not, the next whole sync does.
    private func push() {
        let watch = CommitWatch(of: setup.path)
        var backoff = Backoff()
        var exchange: RelayExchange?
        while !isStopped {
            watch.wait()
            guard let url = state.withLock({ $0.interruption == nil ? $0.liveURL : nil }) else { continue }
            do {
                if exchange?.url != url { exchange = try openExchange(url) }
                if let exchange { try push(over: exchange) }
                backoff.reset()
            } catch {
                exchange = nil
                let failure = SyncFailure(error)
                let wait = backoff.next(dice: setup.dice(), asked: failure.askedWait)
                // What a push alone cannot mend the next whole sync mends, or tells.
                if failure.passes { report(.unsent(failure, retryAfter: wait)) } else { interrupt(.needsWholeSync) }
                sleep(milliseconds: wait)
            }
        }
    }

    private func openExchange(_ url: String) throws -> RelayExchange {
        RelayExchange(try setup.open(), key: setup.key, url: url, clock: setup.clock)
    }

    private func push(over exchange: RelayExchange) throws {
        guard try exchange.isAtKeptAddress() else { return interrupt(.needsWholeSync) }
        let (report, needsWholeSync) = try exchange.push()
        if report.sent > 0 { tell(.sent(changes: report.sent)) }
        if needsWholeSync { interrupt(.needsWholeSync) }
    }
}

extension SyncFailure {
    /// Whether it may be over after some waiting, without anybody doing anything here.
    var passes: Bool {
        switch self {
        case .unreachable(.badAddress), .unreachable(.badHeader), .unreachable(.libraryMissing): false
        case .otherRelay, .refused, .revoked: false
        case .storage(let failure): failure == .busy
        default: true
        }
    }

    /// For how long the relay asked to be left alone, in milliseconds.
    var askedWait: UInt64 { if case .busy(let wait) = self { wait } else { 0 } }
}
