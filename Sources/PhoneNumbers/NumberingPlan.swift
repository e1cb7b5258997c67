/// What numbers of one region look like: a line of the table, read when it is needed.
///
/// Seven fields with spaces between them, `-` for an empty one:
///
///     AG 400 80 011 <[457]d{6}>$=268;1 268 (268|[58]dd|900)d{7}
///
/// the region (001 if none); lengths of full numbers, bit n for n digits, in hexadecimal; of those that are dialled
/// within a town; what is dialled before a calling code; what is dialled before a national number, as ``PrefixRule``s;
/// how the region's numbers begin, unless it is the main one of its calling code; all its numbers. The last four are in
/// the dialect of ``DigitPattern``.
struct NumberingPlan {
    let region: String
    let callingCode: Int
    private let lengths: UInt32
    private let localLengths: UInt32
    let internationalPrefix: DigitPattern
    private let prefixRules: [PrefixRule]
    let beginning: DigitPattern
    let pattern: DigitPattern

    /// The main one's first; none if there is no such calling code.
    static func all(callingCode: Int) -> [NumberingPlan] {
        lines(callingCode: callingCode).compactMap { NumberingPlan(line: $0, callingCode: callingCode) }
    }

    /// What holds for a number as long as nothing but its calling code is known.
    static func main(callingCode: Int) -> NumberingPlan? {
        lines(callingCode: callingCode, upTo: 1).first.flatMap { NumberingPlan(line: $0, callingCode: callingCode) }
    }

    static func of(_ region: Region) -> NumberingPlan? {
        lines(callingCode: region.callingCode).first { $0.starts(with: region.code.utf8) }
            .flatMap { NumberingPlan(line: $0, callingCode: region.callingCode) }
    }

    private static func lines(callingCode: Int, upTo count: Int = .max) -> [ArraySlice<UInt8>] {
        guard let text = numberingPlanLines(callingCode: callingCode) else { return [] }
        return Array(text.utf8).split(separator: UInt8(ascii: "\n"), maxSplits: count)
    }

    private init?(line: ArraySlice<UInt8>, callingCode: Int) {
        let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 6)
            .map { $0.elementsEqual("-".utf8) ? [] : $0 }
        guard fields.count == 7, let lengths = Self.mask(fields[1]), let localLengths = Self.mask(fields[2])
        else { return nil }
        self.callingCode = callingCode
        region = String(decoding: fields[0], as: UTF8.self)
        self.lengths = lengths
        self.localLengths = localLengths
        internationalPrefix = DigitPattern(text: fields[3])
        prefixRules = fields[4].split(separator: UInt8(ascii: ";")).map(PrefixRule.init)
        beginning = DigitPattern(text: fields[5])
        pattern = DigitPattern(text: fields[6])
    }

    private static func mask(_ field: ArraySlice<UInt8>) -> UInt32? {
        UInt32(String(decoding: field, as: UTF8.self), radix: 16)
    }

    /// How a number's length relates to those that full numbers have here.
    enum Length {
        case possible
        case local
        case tooShort
        case tooLong
        case between
    }

    func length(of number: DigitString) -> Length {
        let bit: UInt32 = number.count < UInt32.bitWidth ? 1 << UInt32(number.count) : 0
        if localLengths & bit != 0 { return .local }
        if lengths & bit != 0 { return .possible }
        if bit == 0 || bit > lengths { return .tooLong }
        return number.count < lengths.trailingZeroBitCount ? .tooShort : .between
    }

    /// The number without what is dialled before national numbers only, if that does not spoil it.
    func withoutPrefix(_ number: DigitString) -> DigitString {
        guard let stripped = prefixRules.lazy.compactMap({ $0.applied(to: number) }).first,
            pattern.matches(stripped) || !pattern.matches(number)
        else { return number }
        return stripped
    }

    /// The same, and where too little would be left, nothing was a prefix.
    func national(_ number: DigitString) -> DigitString {
        let stripped = withoutPrefix(number)
        return switch length(of: stripped) {
        case .possible, .tooLong: stripped
        case .local, .tooShort, .between: number
        }
    }
}
