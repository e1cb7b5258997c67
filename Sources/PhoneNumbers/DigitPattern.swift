/// A regular expression over digits, in the small dialect that numbering plans need.
///
///     7                   that digit
///     d                   any digit
///     [2-57]              one of these
///     (a|b)               either
///     a?  a{3}  a{2,4}    at most one; three; two to four
///
/// All ways to match are followed at once: a set of places moves through the pattern. So nothing is tried twice, the
/// time depends on the pattern's length and not on the number, and the only recursion is into brackets.
struct DigitPattern {
    /// Written by us, not received.
    let text: ArraySlice<UInt8>

    /// Whether all digits match.
    func matches(_ digits: DigitString) -> Bool { ends(in: digits).contains(digits.count) }

    /// The places up to which the pattern matches from any of the places `from`. An empty pattern has none.
    func ends(in digits: DigitString, from: Places = .start) -> Places {
        guard !text.isEmpty else { return .none }
        var walk = Walk(pattern: text, digits: digits.values)
        return walk.alternatives(from: from)
    }
}

/// On its way through a pattern.
private struct Walk {
    let pattern: ArraySlice<UInt8>
    let digits: [UInt8]
    var position: Int

    init(pattern: ArraySlice<UInt8>, digits: [UInt8]) {
        self.pattern = pattern
        self.digits = digits
        position = pattern.startIndex
    }

    /// nil at the end.
    private var sign: UInt8? { position < pattern.endIndex ? pattern[position] : nil }

    /// Up to the end of the pattern, or past the bracket that closes.
    mutating func alternatives(from: Places) -> Places {
        var reached = Places.none
        var here = from
        while let sign {
            switch sign {
            case UInt8(ascii: "|"):
                position += 1
                reached.bits |= here.bits
                here = from
            case UInt8(ascii: ")"):
                position += 1
                return Places(bits: reached.bits | here.bits)
            default:
                here = repeated(from: here)
            }
        }
        return Places(bits: reached.bits | here.bits)
    }

    /// One digit, class or bracket, as often as the sign behind it says.
    private mutating func repeated(from: Places) -> Places {
        let piece = position
        var here = single(from: from)
        let times = repetition()
        let behind = position
        var reached = times.lowerBound == 0 ? from : .none
        if times.lowerBound <= 1 { reached.bits |= here.bits }
        for time in stride(from: 2, through: times.upperBound, by: 1) where !here.isEmpty {
            position = piece
            here = single(from: here)
            if time >= times.lowerBound { reached.bits |= here.bits }
        }
        position = behind
        return reached
    }

    private mutating func single(from: Places) -> Places {
        guard let sign else { return .none }
        position += 1
        return switch sign {
        case UInt8(ascii: "("): alternatives(from: from)
        case UInt8(ascii: "["): step(from: from, over: members())
        case UInt8(ascii: "d"): step(from: from, over: 0x3FF)
        default: step(from: from, over: 1 << UInt16(sign & 0xF))
        }
    }

    /// - Parameter allowed: a bit for each digit.
    private func step(from: Places, over allowed: UInt16) -> Places {
        var reached = Places.none
        var left = from.bits
        while left != 0 {
            let place = left.trailingZeroBitCount
            left &= left - 1
            guard place < digits.count, allowed & 1 << UInt16(digits[place]) != 0 else { continue }
            reached.bits |= 1 << UInt64(place + 1)
        }
        return reached
    }

    /// The digits of a class, up to its closing bracket.
    private mutating func members() -> UInt16 {
        var members: UInt16 = 0
        var isRange = false
        var previous: UInt8 = 0
        while let sign, sign != UInt8(ascii: "]") {
            position += 1
            guard sign != UInt8(ascii: "-") else {
                isRange = true
                continue
            }
            let digit = sign & 0xF
            for member in stride(from: isRange ? previous : digit, through: digit, by: 1) {
                members |= 1 << UInt16(member)
            }
            isRange = false
            previous = digit
        }
        position += 1
        return members
    }

    private mutating func repetition() -> ClosedRange<Int> {
        switch sign {
        case UInt8(ascii: "?"):
            position += 1
            return 0...1
        case UInt8(ascii: "{"):
            position += 1
            let least = number()
            let most = sign == UInt8(ascii: ",") ? number(skipping: 1) : least
            position += 1
            return least...max(least, most)
        default:
            return 1...1
        }
    }

    /// At most two digits.
    private mutating func number(skipping count: Int = 0) -> Int {
        position += count
        var number = 0
        while let sign, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(sign), number < 10 {
            number = number * 10 + Int(sign & 0xF)
            position += 1
        }
        return number
    }
}
