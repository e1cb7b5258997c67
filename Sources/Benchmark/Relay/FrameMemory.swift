import ChangeLog
import Glibc
import Sync

/// Takes frames apart, each once: mostly all who follow are told the same, and a measurement of a relay should not be one
/// of taking frames apart.
struct FrameMemory {
    /// What a frame says.
    struct Content {
        let cursor: Cursor
        let changes: [WrittenChanges.Written]
    }

    private let changes: WrittenChanges
    private var recent: [(body: [UInt8], content: Content)] = []
    /// Where the next takes its place, once there are enough.
    private var oldest = 0

    private static let limit = 32

    init(_ changes: WrittenChanges) { self.changes = changes }

    /// - Throws: a `FormatRejection`.
    mutating func content(of body: UnsafeRawBufferPointer) throws -> Content {
        if let known = recent.last(where: { Self.isEqual($0.body, body) }) { return known.content }
        let answer = try SyncAnswer(body: Array(body))
        let content = Content(cursor: answer.cursor, changes: try answer.deltas.flatMap(written))
        keep(Array(body), content)
        return content
    }

    private func written(_ delta: [UInt8]) throws -> [WrittenChanges.Written] {
        let delta = try ReceivedDelta(delta[...])
        return changes.find(delta.replica, from: delta.first, count: delta.count)
    }

    private mutating func keep(_ body: [UInt8], _ content: Content) {
        if recent.count < Self.limit { return recent.append((body, content)) }
        recent[oldest] = (body, content)
        oldest = (oldest + 1) % Self.limit
    }

    private static func isEqual(_ known: [UInt8], _ body: UnsafeRawBufferPointer) -> Bool {
        known.withUnsafeBytes { known in
            guard known.count == body.count, let one = known.baseAddress, let other = body.baseAddress else {
                return false
            }
            return memcmp(one, other, body.count) == 0
        }
    }
}
