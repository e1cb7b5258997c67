import ChangeLog
import Keys

/// The relay's key, by which clients know it: made once, in a directory that holds no workspace yet.
enum RelayKey {
    /// The key ready to sign.
    ///
    /// - Throws: `.key(.locked)` if it is under a passphrase and none is given, and what else is wrong with it.
    static func unlocked(in directory: DataDirectory, passphrase: SecretBytes?) throws(RelayFailure) -> SigningKey {
        if !KeyFile(directory.keyFile).isThere, try directory.workspaces().isEmpty { try make(in: directory) }
        var key = try stored(in: directory)
        do {
            if let passphrase { key = try key.opened(with: passphrase) }
        } catch {
            throw .key(error)
        }
        guard let signing = key.signing else { throw .key(.locked) }
        return signing
    }

    /// The key as it is, of a relay that has run before.
    static func stored(in directory: DataDirectory) throws(RelayFailure) -> StoredKey {
        do {
            return try KeyFile(directory.keyFile).read()
        } catch {
            throw .key(error)
        }
    }

    private static func make(in directory: DataDirectory) throws(RelayFailure) {
        do {
            try KeyFile(directory.keyFile).create(.fresh())
        } catch .exists {
            // Another process was faster; then its key is the relay's.
        } catch {
            throw .key(error)
        }
    }
}
