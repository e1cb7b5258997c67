import ChangeLog

/// A bundle file that is whole: its hash holds, and its blocks end where they should.
///
/// What is in it is still not believed: each delta is verified by itself.
struct BundleReader {
    let workspace: WorkspaceID
    private let file: MappedFile
    private var position = BundleFormat.headerByteCount

    /// - Throws: `.notABundle`, `.newerVersion`, `.truncated` or `.altered`.
    init(path: String) throws(BundleFailure) {
        file = try MappedFile(path: path)
        let magic = BundleFormat.magic
        guard file.bytes(0..<magic.count) == magic else {
            let isCut = file.count < magic.count && magic.starts(with: file.bytes(0..<file.count)) && file.count > 0
            throw isCut ? .truncated : .notABundle
        }
        guard let version = file.bytes(magic.count..<magic.count + 1).first else { throw .truncated }
        guard version <= BundleFormat.version else { throw .newerVersion(version) }
        guard version == BundleFormat.version else { throw .notABundle }
        guard file.count >= BundleFormat.shortest,
            let workspace = WorkspaceID(file.bytes(magic.count + 1..<BundleFormat.headerByteCount))
        else { throw .truncated }
        self.workspace = workspace
        try check()
    }

    private var end: Int { file.count - BundleFormat.hashByteCount }

    /// Before anything is unpacked.
    private func check() throws(BundleFailure) {
        var walk = self
        var length = walk.nextLength()
        while let block = length, block > 0, block <= walk.end - walk.position {
            walk.position += block
            length = walk.nextLength()
        }
        let hasEnd = length == 0
        let isSound = file.digest(of: 0..<end) == file.bytes(end..<file.count)
        // A right hash over what is no bundle is somebody's own making.
        guard isSound, hasEnd, walk.position == end else { throw isSound || hasEnd ? .altered : .truncated }
    }

    /// The length of the next block; 0 at the end, nil where there is none.
    private mutating func nextLength() -> Int? {
        let bytes = file.bytes(position..<min(position + 10, end))
        var reader = ByteReader(bytes)
        guard let length = try? reader.integer(), length <= UInt64(Int.max) else { return nil }
        position += bytes.count - reader.remaining
        return Int(length)
    }

    /// The deltas of the next block; nil behind the last one.
    ///
    /// - Throws: `.altered` for a block that does not unpack to deltas.
    mutating func next() throws(BundleFailure) -> [[UInt8]]? {
        guard let length = nextLength(), length > 0 else { return nil }
        let block = file.bytes(position..<position + length)
        position += length
        do {
            var reader = ByteReader(try Compression.decompressed(block, limit: BundleFormat.blockLimit))
            var deltas: [[UInt8]] = []
            while reader.remaining > 0 { deltas.append(Array(try reader.sized(.delta))) }
            return deltas
        } catch {
            throw .altered
        }
    }
}
