import CRDT
import CSodium
import ChangeLog
import TestSupport
import Testing

struct DeltaTests {
    @Test(arguments: Seed.several(10))
    func `any run of a chain verifies by itself, without what came before`(seed: Seed) throws {
        var dice = Dice(seed)
        let hand = try dice.hand(6)
        for first in 0..<6 {
            for end in first + 1...6 {
                let delta = try hand.delta(first..<end)
                #expect(delta.changes == Array(hand.changes[first..<end]))
            }
        }
    }

    @Test func `the founding change stands before its workspace`() throws {
        let key = SigningKey.of("founder")
        let place = Place(replica: ReplicaID(device: key.device, epoch: 1), number: 1, previous: .none)
        let act = Act.found(workspace: "w", person: "p", secretDigest: Array(repeating: 0, count: 32))
        let change = try Change.authored(
            Draft(acts: [act]), at: place, stamp: .zero, causes: [], seed: Array(repeating: 1, count: 16))
        let workspace = WorkspaceID(unchecked: change.hash.bytes)
        let bytes = DeltaWriter.bytes(
            replica: place.replica, first: 1, previous: .none, wires: [change.wire],
            seal: Seal.sign(change.hash, in: workspace, with: key))
        #expect(try ReceivedDelta(bytes[...]).verified(in: workspace).changes == [change])
    }

    @Test func `a delta in which any bit is altered is refused or says the very same`() throws {
        var dice = Dice(Seed(11))
        let hand = try dice.hand(4)
        for range in [0..<4, 1..<3] {
            let bytes = hand.bytes(range)
            for index in bytes.indices {
                for bit in 0..<8 {
                    var altered = bytes
                    altered[index] ^= 1 << UInt8(bit)
                    guard let delta = try? ReceivedDelta(altered[...]).verified(in: hand.workspace) else { continue }
                    #expect(delta.changes == Array(hand.changes[range]), "byte \(index), bit \(bit)")
                }
            }
        }
    }

    @Test func `a delta cut short or lengthened anywhere is refused`() throws {
        var dice = Dice(Seed(12))
        let hand = try dice.hand(3)
        let bytes = hand.bytes(0..<3)
        for length in bytes.indices { #expect(rejection(of: Array(bytes[..<length]), in: hand.workspace) != nil) }
        #expect(rejection(of: bytes + [0], in: hand.workspace) == .trailingBytes)
        for index in bytes.indices {
            #expect(rejection(of: Array(bytes[..<index] + [0] + bytes[index...]), in: hand.workspace) != nil)
        }
    }

    @Test func `a delta of another workspace is refused`() throws {
        var dice = Dice(Seed(13))
        let hand = try dice.hand(2)
        let elsewhere = WorkspaceID(unchecked: dice.bytes(32))
        for range in [0..<2, 1..<2] { #expect(rejection(of: hand.bytes(range), in: elsewhere) == .notAuthentic) }
    }

    @Test func `changes replayed under another author, epoch or number are refused`() throws {
        var dice = Dice(Seed(14))
        let hand = try dice.hand(3)
        let last = try #require(hand.changes.last)
        let seal = Seal.sign(last.hash, in: hand.workspace, with: hand.key)
        let wires = hand.changes.map(\.wire)
        let others = [
            ReplicaID(device: SigningKey.of("thief").device, epoch: hand.replica.epoch),
            ReplicaID(device: hand.replica.device, epoch: hand.replica.epoch + 1),
        ]
        for replica in others {
            let bytes = DeltaWriter.bytes(replica: replica, first: 1, previous: .none, wires: wires, seal: seal)
            #expect(rejection(of: bytes, in: hand.workspace) == .notAuthentic)
        }
        let moved = DeltaWriter.bytes(
            replica: hand.replica, first: 2, previous: ChangeHash(unchecked: hand.workspace.bytes), wires: wires,
            seal: seal)
        #expect(rejection(of: moved, in: hand.workspace) == .notAuthentic)
    }

    @Test func `a run with a change taken out, doubled or moved is refused`() throws {
        var dice = Dice(Seed(15))
        let hand = try dice.hand(4)
        let last = try #require(hand.changes.last)
        let seal = Seal.sign(last.hash, in: hand.workspace, with: hand.key)
        let wires = hand.changes.map(\.wire)
        for index in 0..<3 {
            var (without, doubled, moved) = (wires, wires, wires)
            without.remove(at: index)
            doubled.insert(wires[index], at: index)
            moved.swapAt(index, index + 1)
            for run in [without, doubled, moved] {
                let bytes = DeltaWriter.bytes(
                    replica: hand.replica, first: 1, previous: .none, wires: run, seal: seal)
                #expect(rejection(of: bytes, in: hand.workspace) == .notAuthentic)
            }
        }
    }

    @Test func `a seal vouches for the tip it was made over, and no other`() throws {
        var dice = Dice(Seed(16))
        let hand = try dice.hand(3)
        let seal = Seal.sign(hand.changes[1].hash, in: hand.workspace, with: hand.key)
        let bytes = DeltaWriter.bytes(
            replica: hand.replica, first: 1, previous: .none, wires: hand.changes.map(\.wire), seal: seal)
        #expect(rejection(of: bytes, in: hand.workspace) == .notAuthentic)
    }

    @Test func `an empty run, one numbered 0 and one of too many changes are refused`() throws {
        var dice = Dice(Seed(17))
        let hand = try dice.hand(1)
        let seal = Seal.sign(.none, in: hand.workspace, with: hand.key)
        func run(first: UInt64, wires: [[UInt8]]) -> FormatRejection? {
            rejection(
                of: DeltaWriter.bytes(replica: hand.replica, first: first, previous: .none, wires: wires, seal: seal),
                in: hand.workspace)
        }
        #expect(run(first: 1, wires: []) == .outOfRange)
        #expect(run(first: 0, wires: [[0]]) == .outOfRange)
        #expect(run(first: ChangeNumber.limit + 1, wires: [[0]]) == .outOfRange)
        #expect(run(first: ChangeNumber.limit, wires: [[0], [0]]) == .outOfRange)
        #expect(run(first: 1, wires: Array(repeating: [0], count: 8193)) == .limit(.changes))
        #expect(rejection(of: [2] + hand.bytes(0..<1).dropFirst(), in: hand.workspace) == .unknownFormat(2))
        let tooLong = [UInt8](repeating: 0, count: FormatLimit.delta.rawValue + 1)
        #expect(rejection(of: tooLong, in: hand.workspace) == .limit(.delta))
    }

    /// With such a key some versions of libsodium take crafted signatures that others refuse.
    @Test func `a seal by a key outside the prime-order group is refused`() throws {
        let workspace = WorkspaceID(unchecked: Array(repeating: 3, count: 32))
        for key in smallOrderPoints {
            let place = Place(
                replica: ReplicaID(device: key, epoch: 1), number: 1, previous: ChangeHash(unchecked: workspace.bytes))
            let change = try Change.authored(
                Draft(), at: place, stamp: .zero, causes: [], seed: Array(repeating: 1, count: 16))
            let seal = try #require(Signature(key.bytes + Array(repeating: 0, count: 32)))
            let bytes = DeltaWriter.bytes(
                replica: place.replica, first: 1, previous: .none, wires: [change.wire], seal: seal)
            #expect(rejection(of: bytes, in: workspace) == .notAuthentic)
        }
    }

    fileprivate func rejection(of bytes: [UInt8], in workspace: WorkspaceID) -> FormatRejection? {
        do {
            _ = try ReceivedDelta(bytes[...]).verified(in: workspace)
            return nil
        } catch {
            return error
        }
    }
}

extension DeltaTests {
    /// libsodium takes such a seal: key and point differ from honest ones by a point of small order, which the
    /// challenge, a multiple of eight, makes vanish.
    @Test func `a seal by a key of mixed order is refused, though libsodium would take it`() throws {
        let workspace = WorkspaceID(unchecked: Array(repeating: 3, count: 32))
        let forger = MixedOrderKey()
        #expect(!forger.device.isValidPoint)
        let place = Place(
            replica: ReplicaID(device: forger.device, epoch: 1), number: 1,
            previous: ChangeHash(unchecked: workspace.bytes))
        let change = try Change.authored(
            Draft(), at: place, stamp: .zero, causes: [], seed: Array(repeating: 1, count: 16))
        let message = Digest.of(workspace.bytes + change.hash.bytes, domain: "nexus seal")
        let seal = try #require(forger.sign(message))
        #expect(crypto_sign_ed25519_verify_detached(seal.bytes, message, 32, forger.device.bytes) == 0)
        let bytes = DeltaWriter.bytes(
            replica: place.replica, first: 1, previous: .none, wires: [change.wire], seal: seal)
        #expect(rejection(of: bytes, in: workspace) == .notAuthentic)
    }
}

/// A key that is not in the prime-order group.
private struct MixedOrderKey {
    let device: DeviceID
    private let secret: [UInt8] = [7] + Array(repeating: 0, count: 31)

    init() {
        var honest = [UInt8](repeating: 0, count: 32)
        var mixed = honest
        crypto_scalarmult_ed25519_base_noclamp(&honest, secret)
        crypto_core_ed25519_add(&mixed, honest, smallOrderPoints[3].bytes)
        device = DeviceID(unchecked: mixed)
    }

    /// Tries nonces until the challenge is a multiple of eight.
    func sign(_ message: [UInt8]) -> Signature? {
        for attempt in UInt8(1)...200 {
            let nonce = [attempt] + [UInt8](repeating: 0, count: 31)
            var point = [UInt8](repeating: 0, count: 32)
            var (hash, challenge, product, sum) = ([UInt8](repeating: 0, count: 64), point, point, point)
            crypto_scalarmult_ed25519_base_noclamp(&point, nonce)
            let hashed = point + device.bytes + message
            crypto_hash_sha512(&hash, hashed, UInt64(hashed.count))
            crypto_core_ed25519_scalar_reduce(&challenge, hash)
            guard challenge[0].isMultiple(of: 8) else { continue }
            crypto_core_ed25519_scalar_mul(&product, challenge, secret)
            crypto_core_ed25519_scalar_add(&sum, nonce, product)
            return Signature(point + sum)
        }
        return nil
    }
}
