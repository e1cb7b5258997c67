import ChangeLog
import Glibc

/// A small file that its owner alone may read, and that is whole or not there.
struct PrivateFile: Sendable {
    let path: String
    /// Whether its directory, too, has to be its owner's alone.
    let isInPrivateDirectory: Bool
    private let place: FilePlace

    init(_ path: String, isInPrivateDirectory: Bool) {
        (self.path, self.isInPrivateDirectory) = (path, isInPrivateDirectory)
        place = FilePlace(path)
    }

    /// Whether anything is there, if only a link that leads nowhere.
    var isThere: Bool {
        var facts = stat()
        return lstat(path, &facts) == 0
    }

    private func directory() throws(KeyFailure) -> Descriptor {
        isInPrivateDirectory
            ? try PrivateDirectory.opened(place.directory) : try PrivateDirectory.openedAsItIs(place.directory)
    }

    // MARK: Reading

    /// The file's bytes, read straight into memory of their own.
    ///
    /// - Throws: `.damaged` if there are more than `limit`.
    func read(limit: Int) throws(KeyFailure) -> SecretBytes {
        guard isThere || errno != ENOENT else { throw .missing(path) }
        let directory = try directory()
        // Not blocking: a pipe in the file's place is refused, not waited for.
        let number = openat(directory.number, place.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else { throw failure(toOpen: errno) }
        let file = Descriptor(number: number)
        try check(file)
        let bytes = try SecretBytes(capacity: limit + 1) { buffer throws(KeyFailure) in try fill(buffer, from: file) }
        guard let bytes else { throw .noMemory }
        guard bytes.count <= limit else { throw .damaged(path) }
        return bytes
    }

    private func failure(toOpen code: Int32) -> KeyFailure {
        switch code {
        case ENOENT: .missing(path)
        case ELOOP: .link(path)
        case ENXIO: .notAFile(path)
        default: .disk(path, code: code)
        }
    }

    private func check(_ file: borrowing Descriptor) throws(KeyFailure) {
        var facts = stat()
        guard fstat(file.number, &facts) == 0 else { throw .disk(path, code: errno) }
        guard facts.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path) }
        guard facts.st_uid == geteuid() else { throw .notOurs(path) }
        guard facts.st_mode & 0o077 == 0 else { throw .looseFile(path) }
    }

    private func fill(
        _ buffer: UnsafeMutableRawBufferPointer, from file: borrowing Descriptor
    ) throws(KeyFailure) -> Int {
        var count = 0
        while count < buffer.count {
            let more = Glibc.read(file.number, buffer.baseAddress.map { $0 + count }, buffer.count - count)
            if more < 0, errno == EINTR { continue }
            guard more >= 0 else { throw .disk(path, code: errno) }
            guard more > 0 else { break }
            count += more
        }
        return count
    }

    // MARK: Writing

    /// Puts a new file there, on the disk when this returns; never over one that is there.
    ///
    /// - Throws: `.exists`.
    func create(_ bytes: SecretBytes) throws(KeyFailure) {
        let directory = try directory()
        let draft = try draft(of: bytes, in: directory)
        // Unlike a renaming, a link is made only where nothing is.
        let code = linkat(directory.number, draft, directory.number, place.name, 0) == 0 ? 0 : errno
        unlinkat(directory.number, draft, 0)
        guard code == 0 else { throw code == EEXIST ? .exists(path) : .disk(path, code: code) }
        try flush(directory)
    }

    /// Puts another file in the place of the one that is there: whoever looks finds the one or the other, whole.
    func replace(with bytes: SecretBytes) throws(KeyFailure) {
        let directory = try directory()
        try removeDrafts()
        let draft = try draft(of: bytes, in: directory)
        guard renameat(directory.number, draft, directory.number, place.name) == 0 else {
            let code = errno
            unlinkat(directory.number, draft, 0)
            throw .disk(path, code: code)
        }
        try flush(directory)
    }

    private var draftPrefix: String { ".\(place.name)." }
    private static let draftSuffix = ".draft"

    /// The bytes in a file beside the place.
    ///
    /// - Returns: its name.
    private func draft(of bytes: SecretBytes, in directory: borrowing Descriptor) throws(KeyFailure) -> String {
        let name = draftPrefix + Base32.text(SystemRandom.bytes(10)) + Self.draftSuffix
        let number = openat(directory.number, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard number >= 0 else { throw .disk(path, code: errno) }
        let file = Descriptor(number: number)
        let isKept = bytes.withUnsafeBytes { bytes in
            fchmod(file.number, 0o600) == 0 && write(file.number, bytes.baseAddress, bytes.count) == bytes.count
                && fsync(file.number) == 0
        }
        guard isKept else {
            let code = errno
            unlinkat(directory.number, name, 0)
            throw .disk(path, code: code)
        }
        return name
    }

    /// Removes what writers left that were killed: it may hold a key without the passphrase that it is under now.
    private func removeDrafts() throws(KeyFailure) {
        guard let directory = opendir(place.directory) else { throw .disk(place.directory, code: errno) }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let start = UnsafeRawPointer(entry).advanced(by: MemoryLayout.offset(of: \dirent.d_name) ?? 0)
            let name = String(cString: start.assumingMemoryBound(to: CChar.self))
            guard name.hasPrefix(draftPrefix), name.hasSuffix(Self.draftSuffix) else { continue }
            unlinkat(dirfd(directory), name, 0)
        }
    }

    private func flush(_ directory: borrowing Descriptor) throws(KeyFailure) {
        // Some file systems cannot sync a directory, and say so.
        guard fsync(directory.number) == 0 || errno == EINVAL else { throw .disk(path, code: errno) }
    }
}
