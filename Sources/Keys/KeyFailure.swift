/// Why a key cannot be had, kept or unlocked. Facts only, and never anything of the key or a passphrase; the words are
/// made at the edge.
public enum KeyFailure: Error, Hashable, Sendable {
    /// There is no file at this path. Keys are never made anew, for others know the device by the one it had.
    case missing(String)
    /// There is a file at this path already.
    case exists(String)
    /// The path is a symbolic link.
    case link(String)
    /// The path is a pipe, a directory or another thing that is no plain file.
    case notAFile(String)
    /// The file, or its directory, belongs to another user.
    case notOurs(String)
    /// The file may be read or written by others than its owner.
    case looseFile(String)
    /// The directory may be looked into or written to by others than its owner.
    case looseDirectory(String)
    /// The disk failed, or does not let one, by `errno`.
    case disk(String, code: Int32)
    /// The file holds no key, or not all of it, or has been altered.
    case damaged(String)
    /// Made by a version of this program that is newer than this one.
    case newerVersion(String)
    /// The file asks for more memory or time to unlock it than any that this program writes.
    case costly(String)
    /// The secret key that came out does not belong to the public one that stands with it.
    case mismatched
    /// The key is under a passphrase, and none was given.
    case locked
    /// Not the passphrase that the key is under.
    case wrongPassphrase
    /// A passphrase has 1 to 1,024 bytes.
    case unfitPassphrase
    /// There is not as much memory as the passphrase is made costly by.
    case noMemory
}
