/// A file that holds one device's key: 0600, its owner's, and no link.
///
/// A file that breaks one of these rules is refused, for then the key may be known, or another's; and no file is ever
/// made where one had been, for a device with another key is another device.
public struct KeyFile: Sendable {
    private let file: PrivateFile

    /// A key where it is used, in a directory that has to be 0700 and its owner's, too.
    public init(_ path: String) { file = PrivateFile(path, isInPrivateDirectory: true) }

    /// A key on its way, which may lie anywhere.
    public init(carriedAt path: String) { file = PrivateFile(path, isInPrivateDirectory: false) }

    /// Where it is.
    public var path: String { file.path }

    /// Whether anything is there.
    public var isThere: Bool { file.isThere }

    /// The key.
    ///
    /// - Throws: any ``KeyFailure`` that names a path, `.mismatched`, or `.noMemory`.
    public func read() throws(KeyFailure) -> StoredKey {
        try StoredKey(file.read(limit: KeyText.byteLimit), path: path)
    }

    /// Keeps a key where there is none.
    ///
    /// - Throws: `.exists`, and what the directory is refused for.
    public func create(_ key: StoredKey) throws(KeyFailure) { try file.create(key.text()) }

    /// Keeps the same key in another form.
    public func replace(with key: StoredKey) throws(KeyFailure) { try file.replace(with: key.text()) }
}
