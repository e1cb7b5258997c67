import ChangeLog
import Glibc

/// The relay's secret key in a file: its seed in base32 and a newline, for its owner only.
enum KeyFile {
    /// The most bytes that are looked at.
    private static let readLimit = 128

    /// Reads the key, and makes one where there is none.
    ///
    /// - Parameter random: so many random bytes.
    static func key(in directory: DataDirectory, random: (Int) -> [UInt8]) throws(RelayFailure) -> SigningKey {
        if let key = try readIfPresent(directory.keyFile) { return key }
        try make(seed: random(SigningKey.seedByteCount), in: directory)
        return try key(in: directory)
    }

    /// Reads the key of a relay that has run before.
    static func key(in directory: DataDirectory) throws(RelayFailure) -> SigningKey {
        guard let key = try readIfPresent(directory.keyFile) else { throw .badKeyFile }
        return key
    }

    private static func readIfPresent(_ path: String) throws(RelayFailure) -> SigningKey? {
        // Not blocking: a pipe in the key's place is refused, not waited for.
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT: return nil
            case ELOOP: throw .looseKeyFile
            default: throw .badDataDirectory(code: errno)
            }
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_mode & 0o077 == 0 else {
            throw .looseKeyFile
        }
        var bytes = [UInt8](repeating: 0, count: readLimit)
        let count = max(0, read(descriptor, &bytes, readLimit))
        let text = String(decoding: bytes.prefix(count), as: UTF8.self)
        guard text.hasSuffix("\n"), let seed = Base32.bytes(text.dropLast()), let key = SigningKey(seed: seed) else {
            throw .badKeyFile
        }
        return key
    }

    /// Writes beside the place and links into it, so that the file is whole or not there.
    private static func make(seed: [UInt8], in directory: DataDirectory) throws(RelayFailure) {
        let draft = "\(directory.keyFile).\(getpid())"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .badDataDirectory(code: errno) }
        defer { unlink(draft) }
        let text = Array("\(Base32.text(seed))\n".utf8)
        let isWritten = write(descriptor, text, text.count) == text.count && fsync(descriptor) == 0
        let code = errno
        close(descriptor)
        guard isWritten else { throw .badDataDirectory(code: code) }
        // Another process may have been faster; then its key is the relay's.
        guard link(draft, directory.keyFile) == 0 || errno == EEXIST else { throw .badDataDirectory(code: errno) }
        let flushed = DataDirectory.flush(directory.path)
        guard flushed == 0 else { throw .badDataDirectory(code: flushed) }
    }
}
