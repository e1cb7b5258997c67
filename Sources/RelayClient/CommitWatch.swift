import Glibc

/// Tells when a replica's file was written to by any process on this machine, by the side file that every commit of its
/// own touches.
final class CommitWatch {
    /// Where nothing can be watched, one looks after so many milliseconds.
    private static let pollInterval: Int32 = 1_000
    private let descriptor: Int32

    /// - Parameter path: of the database.
    init(of path: String) {
        descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
        if descriptor >= 0 { inotify_add_watch(descriptor, path + ".head", UInt32(IN_MODIFY)) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Returns once something was written, or a second has passed.
    func wait() {
        guard descriptor >= 0 else {
            usleep(UInt32(Self.pollInterval) * 1_000)
            return
        }
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, Self.pollInterval) > 0 else { return }
        // What happened is not looked at: the file itself is.
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while read(descriptor, &buffer, buffer.count) > 0 {}
    }
}
