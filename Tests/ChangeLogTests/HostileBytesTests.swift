import CRDT
import TestSupport
import Testing

@testable import ChangeLog

/// What comes from outside may be anything. The claim of each test here is also that it comes to its end.
struct HostileBytesTests {
    private let place = Place(replica: Dice.oneCause.replica, number: 2, previous: .none)

    @Test(arguments: Seed.several(4))
    func `random bytes are refused without harm`(seed: Seed) {
        var dice = Dice(seed)
        for _ in 0..<5000 {
            var bytes = dice.bytes(dice.number(0...120))
            // Small numbers look like counts, tags and flags.
            for index in bytes.indices where dice.once(in: 2) { bytes[index] = dice.number(0...6) }
            _ = try? Change(wire: bytes[...], at: place)
            _ = try? Change(wire: ([0] + bytes)[...], at: place)
            _ = try? ReceivedDelta(([0] + bytes)[...]).verified(in: WorkspaceID(unchecked: dice.bytes(32)))
            _ = try? Segment(body: bytes[...])
            _ = try? Credential(bytes)
            _ = Invitation("nexus1-" + Base32.text(bytes))
            _ = ReplicaID(bytes)
        }
    }

    /// Nearly right bytes come further into the decoder than random ones.
    @Test(arguments: Seed.several(8))
    func `a change altered at random is refused, or is the one way to write what it says`(seed: Seed) throws {
        var dice = Dice(seed)
        var taken = 0
        for _ in 0..<40 {
            let wire = try Change.authored(
                dice.draft(), at: place, stamp: dice.stamp(), causes: dice.causes(), seed: dice.bytes(16)
            ).wire
            for _ in 0..<25 {
                let altered = dice.altered(wire)
                // Whether a key is a good point is asked once the seal holds, and again of an author.
                guard let change = try? Change(wire: altered[...], at: place), change.acts.allSatisfy(\.hasValidKey)
                else { continue }
                #expect(try rewritten(change).wire == altered)
                taken += 1
            }
        }
        #expect(taken > 0)
    }

    @Test func `a length that says more than there is costs nothing`() {
        for limit in [FormatLimit.change, .text, .delta] {
            var writer = ByteWriter()
            writer.integer(limit.rawValue)
            var reader = ByteReader(writer.bytes)
            #expect(throws: FormatRejection.truncated) { try reader.sized(limit) }
        }
    }
}

extension Dice {
    /// The same bytes with one place altered, left out, doubled or cut off.
    fileprivate mutating func altered(_ bytes: [UInt8]) -> [UInt8] {
        var altered = bytes
        let index = number(0...bytes.count - 1)
        switch number(0...4) {
        case 0: altered[index] ^= 1 << number(0...7)
        case 1: altered[index] = pick([0, 1, 2, 0x7F, 0x80, 0xFF])
        case 2: altered.remove(at: index)
        case 3: altered.insert(altered[index], at: index)
        default: altered.removeLast(number(0...min(8, bytes.count - 1)))
        }
        return altered
    }
}
