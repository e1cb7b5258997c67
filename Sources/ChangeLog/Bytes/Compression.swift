import CZstd

/// zstd around a packet or a run of the log, with a bound on what comes out.
///
///     body := form(0 plain, 1 zstd) bytes
public enum Compression {
    /// What smaller packets would save is less than what the frame costs.
    private static let threshold = 200

    /// What a zstd frame begins with (RFC 8878, section 3.1.1).
    private static let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]

    /// How hard to try: zstd's own levels.
    public enum Level: Int32, Sendable {
        /// For what is written often and read seldom.
        case fast = 1
        /// For what travels: the level at which the field's engines are compared.
        case standard = 3
    }

    /// The shorter of the two forms.
    public static func compressed(_ bytes: [UInt8], level: Level = .standard) -> [UInt8] {
        guard bytes.count > threshold else { return [0] + bytes }
        let bound = ZSTD_compressBound(bytes.count)
        let packed = [UInt8](unsafeUninitializedCapacity: bound + 1) { buffer, filled in
            guard let start = buffer.baseAddress else { return }
            start.pointee = 1
            let count = ZSTD_compress(start + 1, bound, bytes, bytes.count, level.rawValue)
            filled = ZSTD_isError(count) == 0 ? count + 1 : 0
        }
        return packed.isEmpty || packed.count > bytes.count ? [0] + bytes : packed
    }

    /// - Parameter limit: the most bytes that may come out; the frame has to say how many there are.
    /// - Throws: `.limit` beyond it, before anything is allocated.
    public static func decompressed(_ body: [UInt8], limit: Int) throws(FormatRejection) -> [UInt8] {
        guard let form = body.first else { throw .truncated }
        let packed = body.dropFirst()
        switch form {
        case 0:
            guard packed.count <= limit else { throw .limit(.delta) }
            return Array(packed)
        case 1: return try unpacked(Array(packed), limit: limit)
        default: throw .unknownFormat(UInt64(form))
        }
    }

    private static func unpacked(_ packed: [UInt8], limit: Int) throws(FormatRejection) -> [UInt8] {
        let declared = ZSTD_getFrameContentSize(packed, packed.count)
        guard declared <= UInt64(limit) else { throw .limit(.delta) }
        // One frame and nothing else: zstd itself would pass over further frames that hold nothing.
        let frameByteCount = ZSTD_findFrameCompressedSize(packed, packed.count)
        guard ZSTD_isError(frameByteCount) == 0 else { throw .truncated }
        guard packed.starts(with: magic), frameByteCount == packed.count else { throw .trailingBytes }
        let count = Int(declared)
        var isWhole = false
        let bytes = [UInt8](unsafeUninitializedCapacity: max(count, 1)) { buffer, filled in
            isWhole = ZSTD_decompress(buffer.baseAddress, count, packed, packed.count) == count
            filled = isWhole ? count : 0
        }
        guard isWhole else { throw .truncated }
        return bytes
    }
}
