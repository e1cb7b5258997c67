import ChangeLog
import Glibc

/// A file that appears under its name whole and on the disk, or not at all.
///
/// It is written under a temporary name beside its own, for its owner's eyes only, and goes when the object goes
/// before ``appear(replacing:)`` was called.
final class NewFile {
    let path: String
    private let temporaryPath: String
    private let descriptor: Int32
    private var pending: [UInt8] = []
    private(set) var byteCount: UInt64 = 0
    private var hasAppeared = false

    init(path: String) throws(BundleFailure) {
        self.path = path
        let suffix = Base32.text(SystemRandom.bytes(5))
        temporaryPath = "\(path).\(suffix).part"
        descriptor = open(temporaryPath, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .unwritable(path: path, code: errno) }
    }

    deinit {
        close(descriptor)
        if !hasAppeared { unlink(temporaryPath) }
    }

    func write(_ bytes: [UInt8]) throws(BundleFailure) {
        pending += bytes
        if pending.count >= 1 << 16 { try flush() }
    }

    func flush() throws(BundleFailure) {
        var rest = pending[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .unwritable(path: path, code: errno) }
            rest = rest.dropFirst(count)
            byteCount += UInt64(count)
        }
        pending.removeAll(keepingCapacity: true)
    }

    /// What was written so far.
    func digest() throws(BundleFailure) -> [UInt8] {
        try flush()
        return try MappedFile(descriptor: descriptor, path: temporaryPath).digest(of: 0..<Int(byteCount))
    }

    /// Puts the file under its name. A file that is there already is replaced, or left alone.
    ///
    /// - Throws: `.exists` if there is one and it is not to be replaced.
    func appear(replacing: Bool) throws(BundleFailure) {
        try flush()
        guard fsync(descriptor) == 0 else { throw .unwritable(path: path, code: errno) }
        // Not by a hard link, which would tell of a file in the same moment: sticks with FAT know none.
        if !replacing, access(path, F_OK) == 0 { throw .exists(path: path) }
        guard rename(temporaryPath, path) == 0 else { throw .unwritable(path: path, code: errno) }
        hasAppeared = true
        try syncDirectory()
    }

    private func syncDirectory() throws(BundleFailure) {
        let end = path.lastIndex(of: "/")
        let directory = end.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unwritable(path: path, code: errno) }
        defer { close(descriptor) }
        // Some file systems of sticks cannot sync a directory, and say so.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw .unwritable(path: path, code: errno) }
    }
}

/// A file's bytes, in memory only as far as they are looked at.
///
/// Whoever cuts the file off meanwhile ends the process, as with any mapped file: it has to be one that nobody else
/// writes to.
final class MappedFile {
    let count: Int
    private let start: UnsafeRawPointer?

    init(path: String) throws(BundleFailure) {
        // Not to wait for the other end of what may be a pipe.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .unreadable(path: path, code: errno) }
        defer { close(descriptor) }
        (count, start) = try Self.map(descriptor, path)
    }

    init(descriptor: Int32, path: String) throws(BundleFailure) { (count, start) = try Self.map(descriptor, path) }

    private static func map(_ descriptor: Int32, _ path: String) throws(BundleFailure) -> (Int, UnsafeRawPointer?) {
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { throw .unreadable(path: path, code: errno) }
        guard facts.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(path: path, code: facts.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL)
        }
        let count = Int(facts.st_size)
        guard count > 0 else { return (0, nil) }
        guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
            throw .unreadable(path: path, code: errno)
        }
        return (count, UnsafeRawPointer(start))
    }

    deinit { if let start { munmap(UnsafeMutableRawPointer(mutating: start), count) } }

    /// A copy of some of the bytes; empty where the file has not that many.
    func bytes(_ range: Range<Int>) -> [UInt8] {
        guard let start, range.lowerBound >= 0, range.upperBound <= count else { return [] }
        return Array(UnsafeRawBufferPointer(start: start + range.lowerBound, count: range.count))
    }

    /// BLAKE2b-256 of some of the bytes.
    func digest(of range: Range<Int>) -> [UInt8] {
        guard let start, range.lowerBound >= 0, range.upperBound <= count else { return [] }
        return Digest.plain(UnsafeRawBufferPointer(start: start + range.lowerBound, count: range.count))
    }
}
