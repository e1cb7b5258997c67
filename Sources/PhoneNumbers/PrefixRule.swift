/// What to take off a national number's beginning.
///
///     0                       a 0
///     0(1d)?                  a 0, and a carrier's two digits, if they are there
///     0?<11|2dd>15=9          a 0, and the 15 behind an area code, which is kept; and a 9 is put in front
///     <[457]d{6}>$=268        nothing, if that is the whole number; and 268 is put in front
///
/// The patterns are in the dialect of ``DigitPattern``. Of all ways to match, the longest is taken: so does
/// libphonenumber, whose patterns are ordered that way.
struct PrefixRule {
    private let before: DigitPattern
    private let kept: DigitPattern
    private let after: DigitPattern
    private let isWhole: Bool
    private let inserted: [UInt8]

    init(_ text: ArraySlice<UInt8>) {
        let sides = text.split(separator: UInt8(ascii: "="), maxSplits: 1)
        var pattern = sides.first ?? text
        inserted = sides.dropFirst().first.map { $0.map { $0 & 0xF } } ?? []
        isWhole = pattern.last == UInt8(ascii: "$")
        if isWhole { pattern.removeLast() }
        let opening = pattern.firstIndex(of: UInt8(ascii: "<")) ?? pattern.endIndex
        let closing = pattern.firstIndex(of: UInt8(ascii: ">")) ?? pattern.endIndex
        before = DigitPattern(text: pattern[..<opening])
        kept = DigitPattern(text: pattern[opening..<closing].dropFirst())
        after = DigitPattern(text: pattern[closing...].dropFirst())
    }

    /// - Returns: what is left, or nil if the rule does not apply.
    func applied(to number: DigitString) -> DigitString? {
        guard !kept.text.isEmpty else { return before.ends(in: number).last.map(number.dropFirst) }
        let starts = before.text.isEmpty ? Places.start : before.ends(in: number)
        for start in starts.descending {
            for end in kept.ends(in: number, from: Places(bits: 1 << UInt64(start))).descending {
                guard let rest = restStart(in: number, from: end) else { continue }
                return DigitString(inserted + number.values[start..<end] + number.values[rest...])
            }
        }
        return nil
    }

    private func restStart(in number: DigitString, from end: Int) -> Int? {
        let rest = after.text.isEmpty ? end : after.ends(in: number, from: Places(bits: 1 << UInt64(end))).last
        return isWhole && rest != number.count ? nil : rest
    }
}
