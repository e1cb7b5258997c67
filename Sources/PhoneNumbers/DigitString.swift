/// Digits of a number, as ``DigitPattern`` looks at them.
struct DigitString: Hashable {
    /// Each 0 to 9; no more than ``limit``.
    let values: [UInt8]

    /// More than any country's prefixes, calling code and number together, and few enough that places fit in 64 bits.
    static let limit = 40

    /// - Parameter values: each 0 to 9. What lies beyond the limit is cut off.
    init(_ values: some Sequence<UInt8>) { self.values = Array(values.prefix(Self.limit)) }

    var count: Int { values.count }

    /// ASCII digits.
    var description: String { String(decoding: values.map { $0 | 0x30 }, as: UTF8.self) }

    func dropFirst(_ count: Int) -> DigitString { DigitString(values.dropFirst(count)) }
}

/// Places in a digit string, from 0 (before the first digit) to its count (behind the last): a set of bits.
struct Places: Hashable {
    var bits: UInt64

    static let none = Places(bits: 0)
    static let start = Places(bits: 1)

    var isEmpty: Bool { bits == 0 }

    func contains(_ place: Int) -> Bool { bits & 1 << UInt64(place) != 0 }

    /// The last place first.
    var descending: [Int] { (0..<UInt64.bitWidth).reversed().filter(contains) }

    /// - Returns: nil if it is empty.
    var last: Int? { isEmpty ? nil : UInt64.bitWidth - 1 - bits.leadingZeroBitCount }
}
