public import Keys
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
    /// A file of the TLS certificate cannot be read, by `errno`.
    case cannotReadFile(path: String, code: Int32)
    /// That file holds no certificate in PEM.
    case noCertificate(path: String)
    /// That file holds no private key in PEM, or one under a passphrase.
    case noPrivateKey(path: String)
    /// The private key is another than the certificate's.
    case otherPrivateKey
    /// The relay's key cannot be had, or its directory is open to others.
    case key(KeyFailure)
    /// A workspace's replica failed.
    case storage(StorageFailure)
}
