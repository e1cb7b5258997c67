import CRDT
import TestSupport
import Testing

@testable import ChangeLog

struct ChangeTests {
    private let place = Place(
        replica: ReplicaID(device: SigningKey.of("author").device, epoch: 7), number: 3,
        previous: ChangeHash(unchecked: Array(repeating: 9, count: 32)))
    private let seed = [UInt8](repeating: 5, count: 16)

    @Test(arguments: 1...7)
    func `every kind of operation, and one of a later version, survives`(code: Int) throws {
        var dice = Dice(Seed(UInt64(code)))
        for _ in 0..<100 {
            let operation = Operation(field: dice.next(), action: dice.action(code))
            let draft = Draft(segments: [Segment(kind: 1, root: dice.identifier(), operations: [operation])])
            #expect(try authored(draft).segments == draft.segments)
        }
    }

    @Test(arguments: 1...6)
    func `every kind of act, and one of a later version, survives`(code: Int) throws {
        var dice = Dice(Seed(UInt64(code)))
        for _ in 0..<100 {
            let draft = Draft(acts: [dice.act(code)])
            #expect(try authored(draft).acts == draft.acts)
        }
    }

    @Test(arguments: Seed.several(20))
    func `a change is read back from its bytes as it was written, and written again to the same bytes`(
        seed: Seed
    ) throws {
        var dice = Dice(seed)
        for _ in 0..<20 {
            let (draft, causes, stamp) = (dice.draft(), dice.causes(), dice.stamp())
            let change = try Change.authored(draft, at: place, stamp: stamp, causes: causes, seed: dice.bytes(16))
            #expect(Draft(acts: change.acts, segments: change.segments) == draft)
            #expect(change.causes == causes)
            #expect(change.stamp == stamp)
            let reloaded = try Change.reloaded(wire: change.wire[...], at: place)
            #expect(reloaded == change)
            #expect(try rewritten(reloaded).wire == change.wire)
        }
    }

    @Test func `what a later version wrote is kept byte for byte`() throws {
        var segment = ByteWriter()
        segment.integer(1)
        segment.identifier(RootID(high: 1, low: 2))
        segment.integer(1)
        segment.integer(99)
        segment.integer(1_000_000)
        segment.sized([1, 2, 3])
        let wire = wire(acts: [[0xC8, 1, 2, 0xAA, 0xBB]], segments: [segment.bytes])
        let change = try Change(wire: wire[...], at: place)
        #expect(change.acts == [.unknown(code: 200, payload: [0xAA, 0xBB])])
        #expect(change.segments.first?.operations.first?.action == .unknown(code: 1_000_000, payload: [1, 2, 3]))
        #expect(change.wire == wire)
        #expect(try rewritten(change).wire == wire)
    }

    @Test func `a change keeps its id when it is stamped and chained anew, and only then`() throws {
        let draft = Draft(segments: [Segment(kind: 1, root: RootID(high: 1, low: 1), operations: [])])
        let first = try authored(draft)
        let otherPlace = Place(replica: place.replica, number: 9, previous: .none)
        let moved = try Change.authored(
            draft, at: otherPlace, stamp: .last, causes: [Dice.oneCause], seed: seed)
        #expect(moved.id == first.id)
        #expect(moved.hash != first.hash)
        let otherSeed = [UInt8](repeating: 6, count: 16)
        #expect(try Change.authored(draft, at: place, stamp: .zero, causes: [], seed: otherSeed).id != first.id)
        let otherDevice = Place(
            replica: ReplicaID(device: SigningKey.of("other").device, epoch: 7), number: 3, previous: .none)
        #expect(try Change.authored(draft, at: otherDevice, stamp: .zero, causes: [], seed: seed).id != first.id)
    }

    @Test func `the hash covers author, number, predecessor and all of the content`() throws {
        let draft = Draft(segments: [Segment(kind: 1, root: RootID(high: 1, low: 1), operations: [])])
        let places = [
            place, Place(replica: place.replica, number: 4, previous: place.previous),
            Place(replica: place.replica, number: 3, previous: .none),
            Place(replica: ReplicaID(device: place.replica.device, epoch: 8), number: 3, previous: place.previous),
        ]
        var hashes = try places.map {
            try Change.authored(draft, at: $0, stamp: .zero, causes: [], seed: seed).hash
        }
        hashes.append(try authored(Draft()).hash)
        hashes.append(try authored(Draft(acts: [.rename(person: "")])).hash)
        hashes.append(try authored(Draft(segments: draft.segments + draft.segments)).hash)
        hashes.append(try Change.authored(draft, at: place, stamp: .last, causes: [], seed: seed).hash)
        hashes.append(try Change.authored(draft, at: place, stamp: .zero, causes: [Dice.oneCause], seed: seed).hash)
        #expect(Set(hashes).count == hashes.count)
    }

    // MARK: Refusals

    @Test func `flags of a later version are refused`() {
        #expect(rejection(of: [2] + wire().dropFirst()) == .unknownFormat(2))
    }

    @Test func `bytes left over are refused, at the end and in every part`() {
        #expect(rejection(of: wire() + [0]) == .trailingBytes)
        #expect(rejection(of: wire(segments: [emptySegment + [0]])) == .trailingBytes)
        #expect(rejection(of: wire(segments: [segment(payload: [0, 0], code: 1)])) == .trailingBytes)
        #expect(rejection(of: wire(acts: [[5, 2, 0, 0]])) == .trailingBytes)
    }

    @Test func `a change cut short at any byte is refused`() throws {
        var dice = Dice(Seed(3))
        let draft = Draft(acts: (1...6).map { dice.act($0) }, segments: (1...3).map { _ in dice.segment() })
        let wire = try Change.authored(draft, at: place, stamp: .last, causes: dice.causes(), seed: seed).wire
        for length in wire.indices { #expect(rejection(of: Array(wire[..<length])) != nil) }
    }

    @Test func `causes that do not rise strictly, or are of the own chain, are refused`() throws {
        #expect(rejection(of: wire(causes: [Dice.oneCause, Dice.oneCause])) == .notSorted)
        var dice = Dice(Seed(1))
        let sorted = [dice.cause(), dice.cause()].sorted()
        #expect(rejection(of: wire(causes: sorted.reversed())) == .notSorted)
        #expect(rejection(of: wire(causes: sorted)) == nil)
        #expect(rejection(of: wire(causes: [Cause(replica: place.replica, number: 1, prefix: seed)])) == .ownCause)
    }

    @Test func `a cause numbered 0 or beyond the last number is refused`() {
        for number in [0, ChangeNumber.limit + 1] {
            let cause = Cause(replica: Dice.oneCause.replica, number: number, prefix: seed)
            #expect(rejection(of: wire(causes: [cause])) == .outOfRange)
        }
    }

    @Test func `dots that do not rise strictly are refused`() {
        for dots in [[2, 1], [1, 1]] as [[UInt64]] {
            var payload = ByteWriter()
            payload.value(.null)
            payload.integer(dots.count)
            for dot in dots { payload.identifier(ChangeID(high: dot, low: 0)) }
            #expect(rejection(of: wire(segments: [segment(payload: payload.bytes, code: 4)])) == .notSorted)
        }
    }

    @Test func `fields of an element that do not rise, or hold nothing, are refused`() {
        #expect(rejection(of: element([(2, .integer(1)), (1, .integer(1))])) == .notSorted)
        #expect(rejection(of: element([(1, .integer(1)), (1, .integer(1))])) == .notSorted)
        #expect(rejection(of: element([(1, .null)])) == .outOfRange)
        #expect(rejection(of: element([(1, .integer(1)), (2, .integer(1))])) == nil)
    }

    @Test func `tags and flags that this version does not know are refused`() {
        #expect(rejection(of: wire(segments: [segment(payload: [4], code: 1)])) == .unknownFormat(4))
        #expect(rejection(of: wire(segments: [segment(payload: [3], code: 6)])) == .unknownFormat(3))
        #expect(rejection(of: wire(segments: [segment(payload: [4], code: 5)])) == .unknownFormat(4))
        #expect(rejection(of: wire(acts: [[2, 1, 9]])) == nil, "a later version's role")
        #expect(rejection(of: wire(acts: [[2, 2, 1, 4]])) == .unknownFormat(4))
    }

    @Test func `a stamp beyond the last one is refused`() {
        var writer = ByteWriter()
        writer.integer(0)
        writer.integer(Stamp.millisecondsLimit + 1)
        #expect(rejection(of: writer.bytes + [0]) == .outOfRange)
        #expect(rejection(of: [0, 0, 0x80, 0x80, 4]) == .outOfRange)
    }

    @Test func `a grant to a key that is no point of the prime-order group is refused`() {
        for key in smallOrderPoints {
            let grant = Grant(role: .agent, key: key, isDevice: true, expires: nil, uses: 1)
            #expect(throws: FormatRejection.notAPoint) { try authored(Draft(acts: [.grant(grant)])) }
        }
    }

    // MARK: Limits

    @Test func `a change takes as much as the format allows, and not one more`() throws {
        let operation = Operation(field: 1, action: .add(.null))
        let root = RootID(high: 0, low: 0)
        func operations(_ count: Int) -> Segment {
            Segment(kind: 1, root: root, operations: Array(repeating: operation, count: count))
        }
        func segments(_ count: Int) -> Draft { Draft(segments: (0..<count).map { _ in operations(0) }) }
        func acts(_ count: Int) -> Draft { Draft(acts: Array(repeating: .rename(person: ""), count: count)) }
        #expect(try authored(segments(256)).segments.count == 256)
        #expect(throws: FormatRejection.limit(.segments)) { try authored(segments(257)) }
        #expect(try authored(acts(64)).acts.count == 64)
        #expect(throws: FormatRejection.limit(.acts)) { try authored(acts(65)) }
        let half = operations(32_768)
        #expect(try authored(Draft(segments: [half, half])).segments.count == 2)
        #expect(throws: FormatRejection.limit(.operations)) {
            try authored(Draft(segments: [half, half, operations(1)]))
        }
        #expect(throws: FormatRejection.limit(.operations)) { try authored(Draft(segments: [operations(65_537)])) }
    }

    @Test func `causes, dots and fields have limits`() throws {
        func causes(_ count: Int) -> [Cause] {
            (0..<count).map { number in
                let replica = ReplicaID(device: Dice.oneCause.replica.device, epoch: UInt64(number))
                return Cause(replica: replica, number: 1, prefix: seed)
            }
        }
        let most = try Change.authored(Draft(), at: place, stamp: .zero, causes: causes(1024), seed: seed)
        #expect(most.causes.count == 1024)
        #expect(throws: FormatRejection.limit(.causes)) {
            try Change.authored(Draft(), at: place, stamp: .zero, causes: causes(1025), seed: seed)
        }
        #expect(throws: FormatRejection.limit(.causes)) { try authored(.raise(.heads(causes(1025)))) }
        let dots = (0...65_535).map { ChangeID(high: UInt64($0), low: 0) }
        #expect(throws: FormatRejection.limit(.dots)) { try authored(.remove(.null, dots: dots)) }
        let fields = (0...255).map { Element.Field(UInt64($0), .integer(0)) }
        #expect(throws: FormatRejection.limit(.elementFields)) { try authored(.append(Element(fields: fields))) }
    }

    @Test func `a text of 1 MiB is taken, a longer one and a change of more than 4 MiB are not`() throws {
        let longest = String(repeating: "a", count: 1 << 20)
        #expect(try authored(.write(.text(longest))).wire.count > 1 << 20)
        #expect(throws: FormatRejection.limit(.text)) { try authored(.write(.text(longest + "a"))) }
        #expect(throws: FormatRejection.limit(.text)) {
            try authored(.write(.bytes(Array(repeating: 0, count: 1 << 20 + 1))))
        }
        let operations = (0..<4).map { Operation(field: $0, action: .write(.text(longest))) }
        let segment = Segment(kind: 1, root: RootID(high: 0, low: 0), operations: operations)
        #expect(throws: FormatRejection.limit(.change)) { try authored(Draft(segments: [segment])) }
    }

    // MARK: Helpers

    private var emptySegment: [UInt8] { [1] + [UInt8](repeating: 0, count: 16) + [0] }

    private func authored(_ draft: Draft) throws(FormatRejection) -> Change {
        try Change.authored(draft, at: place, stamp: .zero, causes: [], seed: seed)
    }

    private func authored(_ action: Operation.Action) throws(FormatRejection) -> Change {
        let operation = Operation(field: 1, action: action)
        return try authored(Draft(segments: [Segment(kind: 1, root: RootID(high: 0, low: 0), operations: [operation])]))
    }

    private func segment(payload: [UInt8], code: UInt64) -> [UInt8] {
        var writer = ByteWriter()
        writer.raw(emptySegment.dropLast())
        writer.integer(1)
        writer.integer(1)
        writer.integer(code)
        writer.sized(payload)
        return writer.bytes
    }

    private func element(_ fields: [(UInt64, Value)]) -> [UInt8] {
        var payload = ByteWriter()
        payload.byte(0)
        payload.byte(0)
        payload.integer(fields.count)
        for (number, value) in fields {
            payload.integer(number)
            payload.value(value)
        }
        return wire(segments: [segment(payload: payload.bytes, code: 5)])
    }

    /// A change put together by hand, so that its parts may be wrong.
    private func wire(causes: [Cause] = [], acts: [[UInt8]] = [], segments: [[UInt8]] = []) -> [UInt8] {
        var writer = ByteWriter()
        writer.integer(0)
        writer.stamp(.zero)
        writer.raw(seed)
        writer.integer(causes.count)
        for cause in causes { writer.cause(cause) }
        writer.integer(acts.count)
        for act in acts { writer.raw(act) }
        writer.integer(segments.count)
        for segment in segments { writer.sized(segment) }
        return writer.bytes
    }

    private func rejection(of wire: [UInt8]) -> FormatRejection? {
        do {
            _ = try Change(wire: wire[...], at: place)
            return nil
        } catch {
            return error
        }
    }
}

extension Dice {
    /// Always the same.
    static var oneCause: Cause {
        var dice = Dice(Seed(1))
        return dice.cause()
    }
}

/// The same change, written from what was read.
func rewritten(_ change: Change) throws -> Change {
    var header = ByteWriter()
    header.integer(0)
    header.stamp(change.stamp)
    let seed = Array(change.wire[header.bytes.count..<header.bytes.count + 16])
    return try Change.authored(
        Draft(acts: change.acts, segments: change.segments), at: change.place, stamp: change.stamp,
        causes: change.causes, seed: seed)
}
