public import Storage

/// Why a relay cannot do its work. Facts only; the words are made at the edge.
public enum RelayFailure: Error, Hashable, Sendable {
    /// Somebody listens there already.
    case addressInUse(host: String, port: Int)
    /// That address cannot be listened on, by `errno`; 0 when the host's name is not known.
    case cannotListen(host: String, port: Int, code: Int32)
    /// The data directory is not a folder one can use, by `errno`.
    case badDataDirectory(code: Int32)
    /// Another relay serves from this data directory.
    case dataDirectoryInUse
    /// The key file may be read by others than its owner, or is not a plain file.
    case looseKeyFile
    /// The key file does not hold a key.
    case badKeyFile
    /// A workspace's replica failed.
    case storage(StorageFailure)
}
