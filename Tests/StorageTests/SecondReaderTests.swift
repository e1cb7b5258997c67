import CRDT
import ChangeLog
import Foundation
import Storage
import TestSupport
import Testing

/// What replicas write and hand on, the second reader verifies and finds.
struct SecondReaderTests {
    private let directory = TemporaryDirectory()

    @Test(
        .enabled(if: SecondReader.isThere, "Python 3 with nacl and zstandard is not installed"),
        arguments: Seed.several(4))
    func `the second reader finds in a random history what was written`(seed: Seed) throws {
        let world = try RandomWorld(3, steps: 80, in: directory, seed: seed)
        let deltas = try world.crew.founder.arrivals(after: 0, excluding: nil, byteLimit: .max).deltas
        var stream = ByteWriter()
        for delta in deltas { stream.sized(delta) }
        let answer = try SecondReader.run(
            ["deltas", hex(world.crew.workspace.bytes)], input: stream.bytes)
        #expect(answer.status == 0, "\(answer.output.suffix(2_000))")
        let lines = answer.output.split(separator: "\n").map(String.init)
        let verified = try deltas.map { try ReceivedDelta($0[...]).verified(in: world.crew.workspace) }
        let expected = verified.flatMap(\.changes)
        #expect(lines.filter { $0.hasPrefix("replica ") }.count == deltas.count)
        #expect(facts(lines, "hash") == expected.map { hex($0.hash.bytes) })
        #expect(facts(lines, "id") == expected.map { hex($0.id.bytes) })
        #expect(facts(lines, "stamp") == expected.map { "\($0.stamp.milliseconds) \($0.stamp.counter)" })
        let operations = lines.filter { $0.contains(" operation ") && $0.contains(" field ") }
        #expect(operations.count == expected.flatMap(\.segments).flatMap(\.operations).count)
    }

    @Test(.enabled(if: SecondReader.isThere, "Python 3 with nacl and zstandard is not installed"))
    func `the second reader reads a bundle as we do, and refuses an altered one`() throws {
        let world = try RandomWorld(3, steps: 60, in: directory, seed: Seed(5))
        let path = directory.file("a.bundle")
        let export = try world.crew.founder.exportBundle(to: path)
        let answer = try SecondReader.run(["bundle", path])
        #expect(answer.status == 0, "\(answer.output.suffix(2_000))")
        let lines = answer.output.split(separator: "\n").map(String.init)
        #expect(facts(lines, "hash").count == export.changes)
        #expect(lines.first == "workspace \(hex(world.crew.workspace.bytes))")

        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(filePath: path))
        #expect(try SecondReader.run(["bundle", path]).status == 1)
    }

    /// Of every change, in order.
    private func facts(_ lines: [String], _ name: String) -> [String] {
        lines.compactMap { line in
            let words = line.split(separator: " ", maxSplits: 3).map(String.init)
            guard words.count == 4, words[0] == "change", words[2] == name else { return nil }
            return words[3]
        }
    }

    private func hex(_ bytes: [UInt8]) -> String { bytes.map { String(format: "%02x", $0) }.joined() }
}
