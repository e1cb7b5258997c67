import CEpoll
import ChangeLog
import Glibc
import Sync

/// All who follow, on the thread of whoever lets them run: it costs a system call and a look at the bytes a delivery, so
/// that what is measured is the relay.
final class Followers {
    private(set) var deliveries: DeliveryLog
    /// How many have been told something on their stream, and still have it.
    private(set) var openCount = 0
    /// How many connections broke or were ended by the relay.
    private(set) var losses = 0
    /// How many try to connect at once, the others wait for their turn.
    var mostAtOnce = 64
    private let streams: [FollowerStream]
    private let place: RelayPlace
    private let workspace: WorkspaceID
    private var memory: FrameMemory
    private let poll: Int32
    private var events = [epoll_event](repeating: epoll_event(), count: 512)
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)

    /// - Parameter cursor: where all of them stand, as if each had synced.
    init(
        _ load: RelayLoad, of workspace: WorkspaceID, at place: RelayPlace, from cursor: Cursor,
        _ changes: WrittenChanges
    ) throws {
        (self.workspace, self.place) = (workspace, place)
        streams = (0..<load.replicas).map { FollowerStream($0, from: cursor) }
        (deliveries, memory) = (DeliveryLog(load), FrameMemory(changes))
        poll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard poll >= 0 else { throw BenchmarkFailure.tooFewOpenFiles(limit: 0) }
    }

    deinit {
        if poll >= 0 { close(poll) }
        buffer.deallocate()
    }

    /// Lets them follow.
    ///
    /// - Parameters:
    ///   - limit: in seconds.
    ///   - isDone: asked after each turn.
    /// - Returns: whether it was done before the time was up.
    @discardableResult
    func run(limit: Double, until isDone: () throws -> Bool) throws -> Bool {
        let start = Ticks.now
        while try !isDone() {
            let now = Ticks.now
            guard Ticks.seconds(from: start, to: now) < limit else { return false }
            let isAnyWaiting = try connectDue(now: now)
            try turn(timeout: isAnyWaiting ? 1 : 10)
        }
        return true
    }

    private func turn(timeout: Int32) throws {
        let count = epoll_wait(poll, &events, Int32(events.count), timeout)
        for event in events.prefix(max(0, Int(count))) {
            let stream = streams[Int(event.data.u64)]
            if case .connecting = stream.state { ask(stream) } else { try read(stream) }
        }
    }

    // MARK: Connecting

    /// - Returns: whether there are any who are not connected.
    private func connectDue(now: UInt64) throws -> Bool {
        guard openCount < streams.count else { return false }
        var (busy, waiting) = (0, [FollowerStream]())
        for stream in streams {
            switch stream.state {
            case .waiting: waiting.append(stream)
            case .connecting, .asking: busy += 1
            case .open: break
            }
        }
        for stream in waiting where busy < mostAtOnce {
            guard case .waiting(let time) = stream.state, time <= now else { continue }
            busy += 1
            try connect(stream)
        }
        return !waiting.isEmpty
    }

    private func connect(_ stream: FollowerStream) throws {
        guard let (descriptor, code) = place.connect(flags: Int32(SOCK_NONBLOCK.rawValue)) else {
            throw BenchmarkFailure.tooFewOpenFiles(limit: OpenFiles.limit)
        }
        stream.begin(on: descriptor)
        guard code == 0 || code == EINPROGRESS else { return lose(stream) }
        watch(stream, EPOLL_CTL_ADD, for: EPOLLOUT)
    }

    private func ask(_ stream: FollowerStream) {
        var (code, size): (Int32, socklen_t) = (0, socklen_t(MemoryLayout<Int32>.size))
        getsockopt(stream.descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
        guard code == 0, stream.ask(place, in: workspace) else { return lose(stream) }
        watch(stream, EPOLL_CTL_MOD, for: EPOLLIN)
    }

    private func watch(_ stream: FollowerStream, _ operation: Int32, for kind: EPOLL_EVENTS) {
        var event = epoll_event()
        event.events = kind.rawValue
        event.data.u64 = UInt64(stream.index)
        epoll_ctl(poll, operation, stream.descriptor, &event)
    }

    private func lose(_ stream: FollowerStream) {
        losses += 1
        if stream.isOpen { openCount -= 1 }
        stream.lose(now: Ticks.now)
    }

    // MARK: Reading

    private func read(_ stream: FollowerStream) throws {
        let count = recv(stream.descriptor, buffer.baseAddress, buffer.count, 0)
        if count < 0, [EINTR, EAGAIN].contains(errno) { return }
        guard count > 0 else { return lose(stream) }
        let wasOpen = stream.isOpen
        let contents = try stream.take(UnsafeRawBufferPointer(rebasing: buffer[..<count]), &memory)
        if stream.isOpen, !wasOpen { openCount += 1 }
        // Read whole, and its place in time found before it is counted.
        let now = Ticks.now
        for content in contents {
            for written in content.changes { deliveries.note(written, at: stream.index, now: now) }
        }
        if stream.isOver { lose(stream) }
    }
}

/// How many files this process may have open.
enum OpenFiles {
    /// As many as it may.
    static var limit: Int {
        var limits = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
        return Int(clamping: limits.rlim_cur)
    }

    /// Takes as many as the system lets it.
    ///
    /// - Throws: `.tooFewOpenFiles` if these are fewer than `count`.
    static func allow(_ count: Int) throws {
        var limits = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
        limits.rlim_cur = limits.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits)
        guard limit >= count else { throw BenchmarkFailure.tooFewOpenFiles(limit: limit) }
    }
}
