import Foundation

/// What the disk holds of a replica at one moment: what a process killed at that moment leaves behind.
///
/// SQLite's shared memory is left out: the first connection after a crash makes it anew from the write-ahead log.
struct DiskImage {
    private static let suffixes = ["", "-wal", ".head"]
    private let contents: [Data?]

    /// Copies the files of the replica at `path`, which may be open and in the middle of a transaction.
    ///
    /// Opening and closing them here lets go of the locks that this process holds on them (POSIX knows no better,
    /// https://sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_). That is
    /// harmless as long as the replica is nobody else's, as all in a simulation are.
    init(of path: String) {
        contents = Self.suffixes.map { FileManager.default.contents(atPath: path + $0) }
    }

    /// Makes the files at `path` what they were. Nobody may have them open.
    func putBack(at path: String) throws {
        try? FileManager.default.removeItem(atPath: path + "-shm")
        for (suffix, content) in zip(Self.suffixes, contents) {
            let file = URL(filePath: path + suffix)
            // The database keeps its file, and so its permissions; a log that was not there must not be there now.
            if let content { try content.write(to: file) } else { try? FileManager.default.removeItem(at: file) }
        }
    }
}
