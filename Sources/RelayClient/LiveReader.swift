import ChangeLog
import Replication
import Storage
import Sync
import Transport

/// Takes a live stream in, frame by frame, on the thread that carries it.
final class LiveReader: HTTPStreamReceiver {
    /// The thread that carries the stream looks about every second; that it did not for so many milliseconds shows that the
    /// machine was asleep.
    private static let longestGap: UInt64 = 20_000
    /// Three heartbeats, in milliseconds: who is silent for longer is lost.
    private static let longestSilence = UInt64(3 * LiveFrames.heartbeatSeconds) * 1_000

    private let follower: LiveFollower
    private let sync: LiveSync
    private let clock: () -> UInt64
    private let onOpen: () -> Void
    private var frames = LiveFrameReader()
    private var isOpen = false
    private var lastTick: UInt64
    private var lastHeard: UInt64
    private(set) var hasStopped = false

    /// - Parameter onOpen: called with the first frame.
    init(_ follower: LiveFollower, for sync: LiveSync, clock: @escaping () -> UInt64, onOpen: @escaping () -> Void) {
        (self.follower, self.sync, self.clock, self.onOpen) = (follower, sync, clock, onOpen)
        lastTick = clock()
        lastHeard = lastTick
    }

    func take(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        lastHeard = clock()
        do {
            for frame in try frames.read(bytes) { try take(frame) }
        } catch {
            sync.interrupt(.failed(SyncFailure(error)))
        }
        return goesOn()
    }

    func tick() -> Bool {
        let now = clock()
        // A clock that was set back says nothing about either.
        if now < lastTick { lastHeard = now }
        if now > lastTick, now - lastTick > Self.longestGap { sync.interrupt(.needsWholeSync) }
        if now > lastHeard, now - lastHeard > Self.longestSilence {
            sync.interrupt(.failed(.unreachable(.timedOut)))
        }
        lastTick = now
        return goesOn()
    }

    private func goesOn() -> Bool {
        hasStopped = !sync.mayGoOn
        return !hasStopped
    }

    private func take(_ frame: LiveFrameReader.Frame) throws {
        if case .answer(let answer) = frame { try store(answer) }
        guard !isOpen else { return }
        isOpen = true
        onOpen()
    }

    private func store(_ answer: SyncAnswer) throws {
        guard let new = try follower.receive(answer) else { return sync.interrupt(.needsWholeSync) }
        if new > 0 { sync.tell(.received(changes: new)) }
    }
}
