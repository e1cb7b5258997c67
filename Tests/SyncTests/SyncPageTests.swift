import ChangeLog
import Foundation
import Storage
import Sync
import TestSupport
import Testing

/// Holds `Docs/SYNC.md` to the code.
struct SyncPageTests {
    private let page: String

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        page = try String(contentsOf: root.appending(path: "Docs/SYNC.md"), encoding: .utf8)
    }

    /// The hexadecimal digits that follow a word at the start of an indented line, up to the next such word.
    private func bytes(after word: String) throws -> [UInt8] {
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0.hasPrefix("    \(word)  ") && !$0.contains(":=") })
        let digits = ([lines[start].dropFirst(4 + word.count)] + lines[(start + 1)...].prefix { $0.hasPrefix("     ") })
            .joined().filter { $0 != " " }
        return stride(from: 0, to: digits.count, by: 2).compactMap {
            let first = digits.index(digits.startIndex, offsetBy: $0)
            return UInt8(digits[first..<digits.index(first, offsetBy: 2)], radix: 16)
        }
    }

    @Test func `the packets on the page are those that are written`() throws {
        let device = try #require(DeviceID(Array(repeating: 2, count: 32)))
        let cursor = Cursor(incarnation: 7, arrival: 42, check: 99)
        let replica = ReplicaID(device: device, epoch: 9)
        let tip = Cause(replica: replica, number: 5, prefix: Array(repeating: 3, count: 16)[...])
        let request = SyncRequest(
            workspace: try #require(WorkspaceID(Array(repeating: 1, count: 32))), replica: replica, cursor: cursor,
            tips: [tip])
        #expect(try bytes(after: "request") == request.bytes)
        let answer = SyncAnswer(cursor: cursor, time: 1_700_000_000_000, digest: 77)
        #expect(try bytes(after: "answer") == answer.bytes)
        let lease = LeaseRequest(
            workspace: request.workspace, replica: replica, scope: LeaseScope(high: 5, low: 6))
        #expect(try bytes(after: "lend") == lease.bytes)
        let reply = LeaseReply(
            .lent, until: 1_700_000_000_000, incarnation: 7, counter: 3, steadySince: 0, time: 1_700_000_000_000)
        #expect(try bytes(after: "lent") == reply.bytes)
    }

    @Test func `the page names the limits as they are`() {
        #expect(PacketFormat.byteLimit == 16_777_216)
        #expect(PacketFormat.pageByteCount == 2 << 20)
        #expect(LiveFrames.heartbeatSeconds == 15)
        #expect(Backoff.shortest == 100 && Backoff.longest == 30_000)
        #expect(RequestSignature.freshness == 300)
        #expect(Lease.duration == 30_000)
        #expect(BidRefusal.allCases.map(\.rawValue) == [1, 2, 3, 4])
        for words in ["16,777,216", "2 MiB", "15 seconds", "45 seconds", "50 to 100 ms", "300 seconds", "30 seconds"] {
            #expect(page.contains(words), "\(words)")
        }
    }
}
