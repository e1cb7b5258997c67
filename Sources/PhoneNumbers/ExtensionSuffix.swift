/// Finds what is dialled after the call is answered, at the end of a number: "ext. 12", "x12", ";ext=12", ",,12#".
///
/// Read from the end backwards: digits, signs after a label, the label, blanks before it. How many digits may follow
/// depends on how plainly the label says what it is.
///
/// Source: libphonenumber, `createExtnPattern`.
enum ExtensionSuffix {
    /// - Returns: where the longest suffix begins that can be an extension, or nil.
    static func start(in number: ArraySlice<Unicode.Scalar>) -> Int? {
        var end = Backwards(rest: number)
        let hasHash = end.drop("#")
        let digits = end.dropAll { $0.decimalDigit != nil }
        guard digits > 0 else { return nil }

        var found: [Int?] = []
        if !hasHash, digits <= 20 { found.append(end.start { $0.drop(";ext=") }) }
        if hasHash, digits <= 6 { found.append(end.start { $0.dropAll { $0 == "-" || $0 == " " } > 0 }) }

        let gap = end.dropAll { $0.isBlank || $0 == "," || $0 == "-" }
        let hasColon = end.drop(":") || end.drop(".") || end.drop("\u{FF0E}")
        if digits <= 20 { found.append(end.labelled { $0.dropExplicitLabel() }) }
        if digits <= 9 { found.append(end.labelled { $0.dropAmbiguousLabel() }) }
        if digits <= 15 { found.append(end.start { $0.drop(";") && $0.dropAll(\.isBlank) >= 0 }) }
        found.append(commas(digits, before: end, gap: hasColon ? 0 : gap, in: number))
        return found.compactMap(\.self).min()
    }

    /// Commas make a telephone wait before it dials on: one before up to nine digits, two before up to fifteen. They are
    /// among the last signs of `end`, or among the `gap` that follows it.
    private static func commas(
        _ digits: Int, before end: Backwards, gap: Int, in number: ArraySlice<Unicode.Scalar>
    ) -> Int? {
        guard digits <= 15 else { return nil }
        let needed = digits <= 9 ? 1 : 2
        var end = end
        if gap == 0 {
            guard end.dropAll({ $0 == "," }) >= needed else { return nil }
        } else {
            let signs = number[end.rest.endIndex..<(end.rest.endIndex + gap)]
            let first = signs.indices.first { signs[$0...].prefix(needed).elementsEqual([",", ","].prefix(needed)) }
            guard let first else { return nil }
            end = Backwards(rest: number[..<first])
        }
        end.dropAll(\.isBlank)
        return end.rest.endIndex
    }
}

/// Takes scalars from the end of a text, without regard to case.
private struct Backwards {
    var rest: ArraySlice<Unicode.Scalar>

    /// - Returns: how many there were.
    @discardableResult
    mutating func dropAll(_ isDropped: (Unicode.Scalar) -> Bool) -> Int {
        var count = 0
        while let last = rest.last, isDropped(last) {
            rest.removeLast()
            count += 1
        }
        return count
    }

    /// - Parameter text: in small letters.
    mutating func drop(_ text: String) -> Bool {
        let scalars = text.unicodeScalars
        guard rest.suffix(scalars.count).lazy.map(\.smallLetter).elementsEqual(scalars) else { return false }
        rest.removeLast(scalars.count)
        return true
    }

    /// Where the text then ends, if all of that could be dropped from a copy.
    func start(_ drop: (inout Self) -> Bool) -> Int? {
        var copy = self
        return drop(&copy) ? copy.rest.endIndex : nil
    }

    func labelled(_ dropLabel: (inout Self) -> Bool) -> Int? {
        start { text in
            guard dropLabel(&text) else { return false }
            text.dropAll { $0.isBlank || $0 == "," }
            return true
        }
    }

    mutating func dropExplicitLabel() -> Bool {
        if drop("доб") || drop("anexo") { return true }
        if drop("ｘｔｎ") || drop("ｘｔ") { return drop("ｅ") || true }
        _ = drop("n")
        _ = drop("ensio\u{301}") || drop("ensi\u{F3}") || drop("ensio")
        return drop("xt") && (drop("e") || true)
    }

    mutating func dropAmbiguousLabel() -> Bool {
        ["x", "\u{FF58}", "#", "\u{FF03}", "~", "\u{FF5E}", "int", "ｉｎｔ"].contains { drop($0) }
    }
}

extension Unicode.Scalar {
    fileprivate var isBlank: Bool { self == " " || self == "\t" || self == "\u{A0}" }

    /// Of the alphabets that labels are written in. In all of them small letters lie 32 above capitals.
    fileprivate var smallLetter: Unicode.Scalar {
        switch self {
        case "A"..."Z", "\u{FF21}"..."\u{FF3A}", "\u{410}"..."\u{42F}", "\u{D3}": Unicode.Scalar(value + 32) ?? self
        default: self
        }
    }
}
