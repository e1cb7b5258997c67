public import ChangeLog
import Glibc

/// Passphrases, as exact bytes: what was typed, without the line break.
public enum Passphrase {
    /// The longest there is, in bytes.
    static let byteLimit = 1024

    /// The first line of a file that its owner alone may read. Its directory may be open to others.
    ///
    /// - Throws: any ``KeyFailure`` that names a path; `.unfitPassphrase`.
    public static func firstLine(of path: String) throws(KeyFailure) -> SecretBytes {
        let text: SecretBytes
        do {
            text = try PrivateFile(path, isInPrivateDirectory: false).read(limit: 4 * byteLimit)
        } catch .damaged {
            throw .unfitPassphrase
        }
        return try text.withUnsafeBytes { bytes throws(KeyFailure) in
            var rest = bytes[...]
            return try line { place in
                guard let byte = rest.popFirst() else { return false }
                place.storeBytes(of: byte, as: UInt8.self)
                return true
            }
        }
    }

    /// The next line of what is open for reading: byte by byte, so that what follows is left for others.
    ///
    /// - Throws: `.locked` if there is none; `.unfitPassphrase`.
    public static func nextLine(from descriptor: Int32) throws(KeyFailure) -> SecretBytes {
        var hasAny = false
        do {
            return try line { place in
                var count = read(descriptor, place, 1)
                while count < 0, errno == EINTR { count = read(descriptor, place, 1) }
                if count == 1 { hasAny = true }
                return count == 1
            }
        } catch .unfitPassphrase where !hasAny {
            throw .locked
        }
    }

    /// Bytes up to a line break or the end.
    ///
    /// - Parameter next: puts the next byte in its place; false at the end.
    private static func line(_ next: (UnsafeMutableRawPointer) -> Bool) throws(KeyFailure) -> SecretBytes {
        let line = try SecretBytes(capacity: byteLimit + 1) { buffer throws(KeyFailure) in
            var count = 0
            while count < buffer.count, let start = buffer.baseAddress, next(start + count),
                buffer[count] != UInt8(ascii: "\n")
            {
                count += 1
            }
            guard (1...byteLimit).contains(count) else { throw .unfitPassphrase }
            return count
        }
        guard let line else { throw .noMemory }
        return line
    }
}
