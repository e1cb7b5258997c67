import ChangeLog
import Foundation
import TestSupport
import Testing

@testable import Storage

/// The side file: what a write that breaks off, a disk that rots and somebody who cuts files off leave of it.
struct HeadFileTests {
    private let directory = TemporaryDirectory()
    private var database: String { directory.file("replica.sqlite") }
    private var file: URL { URL(filePath: database + ".head") }

    @Test func `what was written last is read, however often`() throws {
        try make()
        #expect(try HeadFile(beside: database).read() == .missing)
        let writer = HeadFile(beside: database)
        for number in 1...5 as ClosedRange<UInt64> {
            try writer.write(head(number))
            #expect(try writer.read() == .head(head(number)))
            #expect(try HeadFile(beside: database).read() == .head(head(number)))
        }
        #expect(try Data(contentsOf: file).count == 2 * HeadFile.slotByteCount)
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test func `a write that breaks off anywhere leaves the head before it, and the next write mends it`() throws {
        try make()
        let writer = HeadFile(beside: database)
        try writer.write(head(1))
        let before = try Data(contentsOf: file)
        try writer.write(head(2))
        let after = try Data(contentsOf: file)
        let changed = before.indices.filter { before[$0] != after[$0] }
        let first = try #require(changed.first)
        let last = try #require(changed.last)
        for length in stride(from: 0, through: last - first, by: 3) {
            var torn = before
            torn.replaceSubrange(first..<first + length, with: after[first..<first + length])
            try torn.write(to: file)
            #expect(try HeadFile(beside: database).read() == .head(head(1)), "\(length) bytes")
        }
        try HeadFile(beside: database).write(head(3))
        #expect(try HeadFile(beside: database).read() == .head(head(3)))
    }

    @Test func `a flipped bit anywhere in a slot is noticed`() throws {
        try make()
        let writer = HeadFile(beside: database)
        try writer.write(head(1))
        try writer.write(head(2))
        let sound = try Data(contentsOf: file)
        for offset in 0..<112 {
            var flipped = sound
            flipped[HeadFile.slotByteCount + offset] ^= 1 << (offset & 7)
            try flipped.write(to: file)
            #expect(try HeadFile(beside: database).read() == .head(head(1)), "byte \(offset)")
        }
    }

    @Test func `garbage, zeros and a file of another length are damage, and are mended by the next write`() throws {
        try make()
        let contents = [
            Data(), Data(repeating: 0, count: 2 * HeadFile.slotByteCount), Data(repeating: 9, count: 50),
            Data(repeating: 200, count: 3 * HeadFile.slotByteCount),
        ]
        for content in contents {
            try content.write(to: file)
            #expect(try HeadFile(beside: database).read() == .damaged)
            try HeadFile(beside: database).write(head(7))
            #expect(try HeadFile(beside: database).read() == .head(head(7)))
        }
    }

    @Test func `another file, another machine and another workspace are told apart, and nothing names the machine`()
        throws
    {
        try make()
        let other = directory.file("other.sqlite")
        try Data().write(to: URL(filePath: other))
        let workspaces = [1, 2].map { WorkspaceID(unchecked: Array(repeating: $0, count: 32)) }
        let machine = Array("0123456789abcdef".utf8)
        let site = try Site(of: database, machine: machine, in: workspaces[0])
        #expect(try site == Site(of: database, machine: machine, in: workspaces[0]))
        #expect(try site != Site(of: other, machine: machine, in: workspaces[0]))
        #expect(try site != Site(of: database, machine: machine.reversed(), in: workspaces[0]))
        #expect(try site.machine != Site(of: database, machine: machine, in: workspaces[1]).machine)
        #expect(try Site(of: database, machine: [], in: workspaces[0]).machine == Array(repeating: 0, count: 16))
    }

    private func make() throws { try Data().write(to: URL(filePath: database)) }

    private func head(_ number: UInt64) throws -> Head {
        let workspace = WorkspaceID(unchecked: Array(repeating: 1, count: 32))
        return Head(
            epoch: 5, number: number, hash: ChangeHash(unchecked: Array(repeating: UInt8(number), count: 32)),
            site: try Site(of: database, machine: [1, 2, 3], in: workspace))
    }
}
