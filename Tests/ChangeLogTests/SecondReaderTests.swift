import CRDT
import TestSupport
import Testing

@testable import ChangeLog

/// What our writer writes, a reader in Python that was written from the format's document alone reads alike.
@Suite(.enabled(if: SecondReader.isThere, "Python 3 with nacl and zstandard is not installed"))
struct SecondReaderTests {
    @Test func `the second reader agrees with every fixture`() throws {
        let answer = try SecondReader.run(["check", SecondReader.fixtures])
        #expect(answer.status == 0, "\(answer.output.suffix(2_000))")
        #expect(answer.output.contains(", 0 failed"))
    }

    @Test(arguments: Seed.several(6))
    func `the second reader lists random changes line by line as we do`(seed: Seed) throws {
        var dice = Dice(seed)
        let hand = try dice.hand(80)
        var stream = ByteWriter()
        var lines: [String] = []
        var first = 0
        while first < hand.changes.count {
            let range = first..<min(first + dice.number(1...20), hand.changes.count)
            stream.sized(hand.bytes(range))
            let facts = try Facts(Array(hand.changes[range]), in: hand.workspace).lines
            lines += first == 0 ? facts : Array(facts.dropFirst())
            first = range.upperBound
        }
        let answer = try SecondReader.run(["deltas", hand.workspace.bytes.hex], input: stream.bytes)
        #expect(answer.status == 0, "\(answer.output.suffix(2_000))")
        let read = answer.output.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
        #expect(read == lines)
    }

    @Test func `the second reader refuses what we refuse, and goes on`() throws {
        var dice = Dice(Seed(1))
        let hand = try dice.hand(3)
        var stream = ByteWriter()
        var altered = hand.bytes(1..<2)
        altered[60] ^= 1
        for delta in [hand.bytes(0..<1), altered, hand.bytes(2..<3)] { stream.sized(delta) }
        let answer = try SecondReader.run(["deltas", hand.workspace.bytes.hex], input: stream.bytes)
        #expect(answer.status == 1)
        #expect(answer.output.split(separator: "\n").filter { $0.hasPrefix("refused: ") }.count == 1)
        #expect(answer.output.contains("change 3 hash \(hand.changes[2].hash.bytes.hex)"))
    }
}
