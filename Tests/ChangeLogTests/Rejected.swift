import CRDT
import TestSupport
import Testing

@testable import ChangeLog

/// Bytes that are no delta, and why our reader says so.
struct Rejected: Sendable, CustomTestStringConvertible {
    let name: String
    /// What is wrong with it, in a few words; nothing else is.
    let about: String
    let bytes: [UInt8]
    let workspace: WorkspaceID
    let rejection: FormatRejection

    var testDescription: String { name }

    var fixture: Fixture {
        Fixture(
            about: [about, "rejection: \(rejection.fact)"], facts: ["workspace \(workspace.bytes.hex)"], bytes: bytes)
    }

    static let all: [Rejected] = {
        do {
            var rogues = Rogues(workspace: Golden.all[0].workspace)
            try rogues.gather()
            return rogues.rejected
        } catch {
            preconditionFailure("the rejected deltas cannot be made: \(error)")
        }
    }()

    static let folder: Result<FixtureFolder, any Error> = Result {
        try FixtureFolder("rejected") { Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0.fixture) }) }
    }
}

extension FormatRejection {
    /// As it stands in files: its name, and what it says in parentheses.
    var fact: String {
        switch self {
        case .limit(let limit): "limit(\(limit))"
        default: "\(self)"
        }
    }
}

/// Makes every delta that has to be refused.
struct Rogues {
    let workspace: WorkspaceID
    private(set) var rejected: [Rejected] = []

    init(workspace: WorkspaceID) { self.workspace = workspace }

    mutating func gather() throws {
        integers()
        texts()
        ends()
        forms()
        causes()
        acts()
        operations()
        limits()
        deltas()
        try tampering()
        try signatures()
    }

    mutating func add(
        _ name: String, _ about: String, _ rejection: FormatRejection, _ bytes: [UInt8], in other: WorkspaceID? = nil
    ) {
        rejected.append(
            Rejected(name: name, about: about, bytes: bytes, workspace: other ?? workspace, rejection: rejection))
    }

    private mutating func add(
        _ name: String, _ about: String, _ rejection: FormatRejection, _ alter: (inout RawChange) -> Void
    ) {
        var change = RawChange()
        alter(&change)
        add(name, about, rejection, RawDelta(change, in: workspace).bytes)
    }

    /// One change of one body of one operation.
    private mutating func add(
        _ name: String, _ about: String, _ rejection: FormatRejection, operation code: UInt64, _ payload: [UInt8]
    ) {
        add(name, about, rejection) { $0.bodies = [body([operation(code, payload)])] }
    }

    /// One change of one act.
    private mutating func add(
        _ name: String, _ about: String, _ rejection: FormatRejection, act code: UInt64, _ payload: [UInt8]
    ) {
        add(name, about, rejection) { $0.acts = [1] + act(code, payload) }
    }

    // MARK: Integers, texts, ends

    private static let nineFull = [UInt8](repeating: 0xFF, count: 9)

    private mutating func integers() {
        add("integer-overlong-in-header", "The stamp's counter, 0, in two bytes.", .integerNotCanonical) {
            $0.stamp = $0.stamp.dropLast() + [0x80, 0]
        }
        add("integer-overlong-in-body", "The root's kind, 1, in two bytes.", .integerNotCanonical) {
            $0.bodies = [body([], kind: [0x81, 0])]
        }
        add("integer-overlong-length", "The length of an operation's payload, 1, in two bytes.", .integerNotCanonical) {
            $0.bodies = [body([[1, 1, 0x81, 0, 0]])]
        }
        add("integer-beyond-64-bits", "A kind of 2^64: the tenth byte is 2.", .integerNotCanonical) {
            $0.bodies = [body([], kind: Self.nineFull + [2])]
        }
        add("integer-of-eleven-bytes", "A kind in eleven bytes.", .integerNotCanonical) {
            $0.bodies = [body([], kind: Self.nineFull + [0x81, 0])]
        }
    }

    private mutating func texts() {
        for (name, about, bytes) in [
            ("text-not-utf-8", "A text with a byte that no UTF-8 has.", [0x61, 0xFF]),
            ("text-overlong-utf-8", "A text with U+0000 in two bytes.", [0xC0, 0x80]),
            ("text-surrogate", "A text with half of a surrogate pair.", [0xED, 0xA0, 0x80]),
            ("text-beyond-unicode", "A text with a scalar above U+10FFFF.", [0xF4, 0x90, 0x80, 0x80]),
        ] as [(String, String, [UInt8])] {
            add(name, about, .notText, operation: 1, [2] + written { $0.sized(bytes) })
        }
    }

    private mutating func ends() {
        add("empty", "No bytes at all.", .truncated, [])
        let whole = RawDelta(RawChange(), in: workspace)
        add("truncated-delta", "A delta that ends within its replica.", .truncated, Array(whole.bytes[..<33]))
        add("truncated-seal", "A delta without its last byte.", .truncated, Array(whole.bytes.dropLast()))
        var delta = whole
        delta.tail = [0]
        add("trailing-after-seal", "A byte after the seal.", .trailingBytes, delta.bytes)
        add("trailing-in-change", "A byte after a change's last body, within its length.", .trailingBytes) {
            $0.tail = [0]
        }
        add("trailing-in-body", "A byte after a body's last operation, within its length.", .trailingBytes) {
            $0.bodies = [body([], tail: [0])]
        }
        add("trailing-in-operation", "A byte after the value that is written.", .trailingBytes, operation: 1, [0, 0])
        add("trailing-in-act", "A byte after a new name.", .trailingBytes, act: 5, [0, 0])
        add("truncated-change", "A change that ends before its bodies do.", .truncated) { $0.bodyCount = [1] }
        add("truncated-body", "A body that ends before its operations do.", .truncated) {
            $0.bodies = [body([], count: [1])]
        }
        add("truncated-operation", "An operation without the value it writes.", .truncated, operation: 1, [])
        add("truncated-act", "An admission without a time.", .truncated, act: 4, Self.admission(number: 1))
        add("truncated-text", "A text longer than the payload it stands in.", .truncated, operation: 1, [2, 2, 0x61])
    }

    // MARK: Forms, stamps, causes

    private mutating func forms() {
        add("change-form-2", "A change of a form that there is not.", .unknownFormat(2)) { $0.form = [2] }
        let two = ["one", "two"].map { name in
            body([operation(1, written { $0.value(.text(name)) })])
        }
        add("part-tag-2", "A body that is neither here nor withheld.", .unknownFormat(2)) {
            ($0.bodies, $0.withheld, $0.partTag) = (two, [0], [2])
        }
        add("partial-nothing-withheld", "A partial change with all of its bodies.", .notCanonical) {
            ($0.bodies, $0.withheld) = (two, [])
        }
        add("partial-without-bodies", "A partial change that never had a body.", .notCanonical) { $0.withheld = [] }
        let beyond = Stamp.millisecondsLimit + 1
        add("stamp-milliseconds", "A stamp of 2^47 milliseconds.", .outOfRange) {
            $0.stamp = written { $0.integer(beyond) } + [0]
        }
        add("stamp-counter", "A stamp with a counter of 65,536.", .outOfRange) {
            $0.stamp = [1] + written { $0.integer(0x10000) }
        }
    }

    private static func cause(
        _ person: String = "olga", epoch: UInt64 = 1, number: UInt64 = 1, prefix: UInt8 = 0
    ) -> [UInt8] {
        written {
            $0.raw(SigningKey.of(person).device.bytes)
            $0.word(epoch)
            $0.integer(number)
            $0.raw(Array(repeating: prefix, count: 16))
        }
    }

    private mutating func causes() {
        let (low, high) = (Self.cause(epoch: 1), Self.cause(epoch: 2))
        add("causes-unsorted", "Two causes, the greater one first.", .notSorted) { $0.causes = [2] + high + low }
        add("causes-unsorted-by-number", "Causes of one replica, 256 before 3.", .notSorted) {
            $0.causes = [2] + Self.cause(number: 256) + Self.cause(number: 3)
        }
        add("causes-repeated", "One cause twice.", .notSorted) { $0.causes = [2] + low + low }
        add("cause-of-own-chain", "A change that names one of its own chain among its causes.", .ownCause) {
            $0.causes = [1] + Self.cause("maya", epoch: GoldenChain.epoch("rejected"))
        }
        add("cause-number-0", "A cause with number 0.", .outOfRange) { $0.causes = [1] + Self.cause(number: 0) }
        add("cause-number-beyond", "A cause with number 2^40.", .outOfRange) {
            $0.causes = [1] + Self.cause(number: ChangeNumber.limit + 1)
        }
    }

    // MARK: Acts

    private static func admission(number: UInt64) -> [UInt8] {
        SigningKey.of("maya").device.bytes + cause(number: number)
    }

    private mutating func acts() {
        let key = SigningKey.invitation.device.bytes
        add(
            "grant-flags-4", "A grant with a flag that there is not.", .unknownFormat(4), act: 2,
            [3, 4] + key + [0, 1])
        let tip = Self.cause(number: 1)
        add(
            "revoke-tip-repeated", "A revocation that names one tip twice.", .notSorted, act: 6, key + [2] + tip + tip)
        add(
            "adopt-repeated", "An adoption that names one change twice.", .notSorted, act: 7,
            [2] + Array(repeating: 7, count: 32))
        for (name, about, point) in [
            ("small-order", "A grant to a key of small order.", Points.ofOrderEight),
            ("not-canonical", "A grant to a key in a second encoding.", Points.identityNotCanonical),
            ("mixed-order", "A grant to a key outside the subgroup of prime order.", Points.mixedOrder),
            ("not-on-curve", "A grant to a key that is no point.", Points.notOnCurve),
        ] {
            add("grant-key-\(name)", about, .notAPoint, act: 2, [3, 1] + point + [0, 1])
        }
        add(
            "act-cause-number-0", "An admission under a grant with number 0.", .outOfRange, act: 4,
            Self.admission(number: 0) + [0])
    }

    // MARK: Operations

    private mutating func operations() {
        add("value-tag-4", "A value of a kind that there is not.", .unknownFormat(4), operation: 1, [4])
        add("basis-tag-3", "A basis of a kind that there is not.", .unknownFormat(3), operation: 6, [3])
        let (low, high) = (Self.cause(epoch: 1), Self.cause(epoch: 2))
        add("basis-heads-unsorted", "Two heads, the greater one first.", .notSorted, operation: 6, [2, 2] + high + low)
        add("basis-head-number-0", "A head with number 0.", .outOfRange, operation: 6, [2, 1] + Self.cause(number: 0))
        let dots = [UInt8(1), 2].map { Array(repeating: $0, count: 16) }
        add("dots-unsorted", "Two dots, the greater one first.", .notSorted, operation: 4, [0, 2] + dots[1] + dots[0])
        add("dots-repeated", "One dot twice.", .notSorted, operation: 4, [0, 2] + dots[0] + dots[0])
        let one: [UInt8] = [1, 2]  // the integer 1
        add("element-flags-4", "An element with a flag that there is not.", .unknownFormat(4), operation: 5, [4, 0, 0])
        add(
            "element-id-derived", "An element that is given an id of the kind that derives from a change.", .outOfRange,
            operation: 5, [1] + Array(repeating: 0xFF, count: 15) + [0xFE, 0, 0])
        add(
            "element-fields-unsorted", "Two fields of an element, the greater one first.", .notSorted, operation: 5,
            [0, 0, 2, 2] + one + [1] + one)
        add(
            "element-fields-repeated", "One field of an element twice.", .notSorted, operation: 5,
            [0, 0, 2, 1] + one + [1] + one)
        add("element-field-null", "A field of an element that is null.", .outOfRange, operation: 5, [0, 0, 1, 1, 0])
        add(
            "position-milliseconds", "An element at a position of 2^47 milliseconds.", .outOfRange, operation: 5,
            [2] + written { $0.integer(Stamp.millisecondsLimit + 1) } + [0, 0, 0])
    }

    // MARK: Limits

    /// One more than there may be; nothing needs to follow.
    private static func beyond(_ limit: FormatLimit) -> [UInt8] { written { $0.integer(limit.rawValue + 1) } }

    private mutating func limits() {
        func tell(_ limit: FormatLimit, _ what: String) -> String { "\(what): \(limit.rawValue + 1)." }
        add(
            "limit-text", tell(.text, "The length of a text"), .limit(.text), operation: 1,
            [2] + Self.beyond(.text))
        add(
            "limit-bytes", tell(.text, "The length of bytes in a value"), .limit(.text), operation: 1,
            [3] + Self.beyond(.text))
        add("limit-causes", tell(.causes, "Causes"), .limit(.causes)) { $0.causes = Self.beyond(.causes) }
        add("basis-heads-none", "Heads, and of them none: that is nothing", .notCanonical, operation: 6, [2, 0])
        add(
            "limit-basis-heads", tell(.causes, "Heads of a basis"), .limit(.causes), operation: 6,
            [2] + Self.beyond(.causes))
        add("limit-act-payload", tell(.actPayload, "The length of an act's payload"), .limit(.actPayload)) {
            $0.acts = [1, 5] + Self.beyond(.actPayload)
        }
        add("limit-act-text", tell(.actText, "The length of a text in an act"), .limit(.actText)) {
            $0.acts = [1, 5, 2] + Self.beyond(.actText)
        }
        add("limit-acts", tell(.acts, "Acts"), .limit(.acts)) { $0.acts = Self.beyond(.acts) }
        add("limit-segments", tell(.segments, "Bodies"), .limit(.segments)) { $0.bodyCount = Self.beyond(.segments) }
        add("limit-operations", tell(.operations, "Operations in one body"), .limit(.operations)) {
            $0.bodies = [body([], count: Self.beyond(.operations))]
        }
        add("limit-dots", tell(.dots, "Dots"), .limit(.dots), operation: 4, [0] + Self.beyond(.dots))
        add(
            "limit-element-fields", tell(.elementFields, "Fields of an element"), .limit(.elementFields), operation: 5,
            [0, 0] + Self.beyond(.elementFields))
        add("limit-body", tell(.change, "The length of a body"), .limit(.change)) {
            ($0.bodyCount, $0.tail) = ([1], Self.beyond(.change))
        }
        add("limit-payload", tell(.change, "The length of an operation's payload"), .limit(.change)) {
            $0.bodies = [body([[1, 1] + Self.beyond(.change)])]
        }
        var delta = RawDelta(RawChange(), in: workspace)
        delta.frames = Self.beyond(.partialChange)
        add("limit-change", tell(.partialChange, "The length of a change"), .limit(.partialChange), delta.bytes)
        delta = RawDelta(RawChange(), in: workspace)
        delta.count = Self.beyond(.changes)
        add("limit-changes", tell(.changes, "Changes"), .limit(.changes), delta.bytes)
    }

    // MARK: Deltas

    private mutating func deltas() {
        let whole = RawDelta(RawChange(), in: workspace)
        for version in [UInt8(0), 2] {
            var delta = whole
            delta.version = [version]
            add("delta-version-\(version)", "A version not known here.", .unknownFormat(UInt64(version)), delta.bytes)
        }
        var delta = whole
        (delta.first, delta.previous) = ([0], ChangeHash.none.bytes)
        add("delta-number-0", "A run that starts with number 0.", .outOfRange, delta.bytes)
        delta.first = written { $0.integer(ChangeNumber.limit + 1) }
        add("delta-number-beyond", "A run that starts with number 2^40.", .outOfRange, delta.bytes)
        (delta.first, delta.count) = (written { $0.integer(ChangeNumber.limit) }, [2])
        delta.frames += delta.frames
        add("delta-beyond-last-number", "A run of two that starts with the last number.", .outOfRange, delta.bytes)
        delta = whole
        (delta.count, delta.frames) = ([0], [])
        delta.seal = Seal.sign(ChangeHash(unchecked: workspace.bytes), in: workspace, with: .of("maya")).bytes
        add("delta-without-changes", "A run of none, sealed over what stands before it.", .outOfRange, delta.bytes)
    }
}
