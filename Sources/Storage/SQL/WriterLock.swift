import Glibc

/// Lets one process at a time write to a replica, for the length of one transaction.
///
/// SQLite before 3.51.3 can lose commits when two connections write and checkpoint at once
/// (https://sqlite.org/wal.html#walresetbug); Debian 12 ships 3.40.1. Readers take no lock.
final class WriterLock {
    /// How long one waits for another process before giving up.
    static let patience = Duration.seconds(30)
    private let descriptor: Int32

    /// - Parameter path: an empty file beside the database, made when absent, readable by its owner only.
    init(path: String) throws {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StorageFailure.disk(code: errno) }
    }

    deinit { close(descriptor) }

    /// - Throws: `.busy` if other processes hold the lock for longer than ``patience``.
    func whileHeld<Result>(_ body: () throws -> Result) throws -> Result {
        try take()
        defer { flock(descriptor, LOCK_UN) }
        return try body()
    }

    private func take() throws {
        let deadline = ContinuousClock.now + Self.patience
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw StorageFailure.disk(code: errno) }
            guard ContinuousClock.now < deadline else { throw StorageFailure.busy }
            usleep(2_000)
        }
    }
}
