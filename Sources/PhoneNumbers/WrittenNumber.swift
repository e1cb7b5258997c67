/// The digits that somebody wrote, freed from everything around and between them.
///
/// Source: libphonenumber, `buildNationalNumberForParsing` and `isViablePhoneNumber`.
struct WrittenNumber {
    /// Whether they follow a `+`.
    let hasPlus: Bool
    let digits: DigitString

    /// In Unicode scalars. libphonenumber's limit.
    static let textLimit = 250

    /// - Returns: nil if this is no number: less than three digits (or two on their own), more than any number has, or
    ///   anything between them that does not belong there.
    init?(_ text: String) {
        let scalars = Array(text.unicodeScalars.prefix(Self.textLimit + 1))
        guard scalars.count <= Self.textLimit else { return nil }
        let number = Self.withoutSecondNumber(Self.trimmed(scalars[...]))
        let main = ExtensionSuffix.start(in: number).flatMap { Self(bare: number[..<$0]) }
        guard let found = main ?? Self(bare: number) else { return nil }
        self = found
    }

    /// From the first digit or `+` to the last letter, digit or `#`.
    private static func trimmed(_ text: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
        guard let start = text.firstIndex(where: { $0.isPlus || $0.decimalDigit != nil }),
            let last = text.lastIndex(where: \.canEndNumber), start <= last
        else { return [] }
        return text[start...last]
    }

    /// "583-6985 x302/x2303" is two numbers; this leaves the first.
    private static func withoutSecondNumber(_ text: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
        var slash: Int?
        for (index, scalar) in zip(text.indices, text) {
            switch scalar {
            case "/", "\\": slash = index
            case " ": continue
            case "x": if let slash { return text[..<slash] }
            default: slash = nil
            }
        }
        return text
    }

    /// - Parameter text: a number without an extension, which begins with a digit or `+`.
    private init?(bare text: ArraySlice<Unicode.Scalar>) {
        let rest = text.drop(while: \.isPlus)
        var digits: [UInt8] = []
        var carriers = 0
        for scalar in rest {
            if let digit = scalar.decimalDigit {
                digits.append(digit)
            } else if scalar == "x" || scalar == "X" {
                carriers += 1
            } else if !scalar.isSeparator {
                return nil
            }
        }
        // "0xx11": in Brazil x stands for the digits of a carrier. Three of them would be a word.
        guard carriers < 3, digits.count >= 3 || text.count == 2 && digits.count == 2,
            digits.count <= DigitString.limit
        else { return nil }
        hasPlus = rest.startIndex > text.startIndex
        self.digits = DigitString(digits)
    }
}

extension Unicode.Scalar {
    /// 0 to 9 for the decimal digits of any script.
    var decimalDigit: UInt8? {
        if isASCII { return ("0"..."9").contains(self) ? UInt8(value & 0xF) : nil }
        guard properties.generalCategory == .decimalNumber, let number = properties.numericValue else { return nil }
        // Not UInt8(exactly:), which on Linux wants the C library's mathematics linked.
        return (0...9).first { Double($0) == number }
    }

    /// As on keyboards, and full-width.
    fileprivate var isPlus: Bool { self == "+" || self == "\u{FF0B}" }

    /// What may stand between digits: dashes, spaces, brackets, dots, slashes, tildes, stars, in all widths.
    fileprivate var isSeparator: Bool {
        switch self {
        case "-", " ", "(", ")", "[", "]", ".", "/", "~", "*": true
        case "\u{A0}", "\u{200B}", "\u{2060}", "\u{3000}": true
        case "\u{AD}", "\u{2010}"..."\u{2015}", "\u{2212}", "\u{30FC}", "\u{FF0D}": true
        case "\u{FF08}", "\u{FF09}", "\u{FF3B}", "\u{FF3D}": true
        case "\u{FF0E}", "\u{FF0F}", "\u{2053}", "\u{223C}", "\u{FF5E}": true
        default: false
        }
    }

    fileprivate var canEndNumber: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        case .decimalNumber, .letterNumber, .otherNumber: true
        default: self == "#"
        }
    }
}
