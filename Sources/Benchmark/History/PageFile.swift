import ChangeLog
import Glibc
import Storage
import Sync

/// A file of answers as a relay sends them, compressed, in the order in which they would be pulled.
///
///     file := (length(4, big-endian) body)*
final class PageWriter {
    private let file: UnsafeMutablePointer<FILE>
    private(set) var pages = 0
    private(set) var deltas = 0
    /// Of the bodies, as they travel.
    private(set) var wireBytes = 0
    /// Before compression.
    private(set) var plainBytes = 0

    /// A new file in place of an old one.
    init(path: String) throws {
        guard let file = fopen(path, "wb") else { throw StorageFailure.disk(code: errno) }
        self.file = file
    }

    deinit { fclose(file) }

    func write(_ deltas: [[UInt8]], time: UInt64) throws {
        pages += 1
        self.deltas += deltas.count
        let answer = SyncAnswer(
            cursor: Cursor(incarnation: PageFile.incarnation, arrival: UInt64(pages)), time: time, deltas: deltas,
            hasMore: true)
        let plain = answer.bytes
        let body = Compression.compressed(plain)
        plainBytes += plain.count
        wireBytes += body.count
        let length = (0..<4).map { UInt8(truncatingIfNeeded: body.count >> (24 - 8 * $0)) }
        guard fwrite(length, 1, 4, file) == 4, fwrite(body, 1, body.count, file) == body.count, fflush(file) == 0 else {
            throw StorageFailure.disk(code: errno)
        }
    }
}

/// Reads what ``PageWriter`` wrote, a page at a time.
final class PageFile {
    static let incarnation: UInt64 = 0x6E65_7875_7362_6368

    private let file: UnsafeMutablePointer<FILE>

    init(path: String) throws {
        guard let file = fopen(path, "rb") else { throw BenchmarkFailure.badDirectory }
        self.file = file
    }

    deinit { fclose(file) }

    /// The body of the next page; nil at the end.
    func next() throws -> [UInt8]? {
        let length = try read(4)
        guard length.count == 4 else { return nil }
        let count = length.reduce(0) { $0 << 8 | Int($1) }
        guard count <= PacketFormat.byteLimit else { throw BenchmarkFailure.badDirectory }
        let body = try read(count)
        guard body.count == count else { throw BenchmarkFailure.badDirectory }
        return body
    }

    private func read(_ count: Int) throws -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = fread(buffer.baseAddress, 1, count, file)
        }
    }
}
