/// A number that has found its country.
///
/// Source: libphonenumber, `parseHelper` and `maybeExtractCountryCode`.
struct DialledNumber {
    /// The main plan of the calling code.
    private let plan: NumberingPlan

    /// Without calling code and national prefix. Italy keeps its leading zeros.
    let national: DigitString

    var callingCode: Int { plan.callingCode }

    /// - Parameter region: where the number would be dialled as it is written.
    /// - Returns: nil if no country is found.
    init?(_ written: WrittenNumber, from region: Region?) {
        let home = region.flatMap(NumberingPlan.of)
        guard written.hasPlus else {
            guard let home else { return nil }
            self.init(dialled: written.digits, in: home)
            return
        }
        guard written.digits.count > 2 else { return nil }
        if let found = Self(international: written.digits) {
            self = found
        } else {
            // "+0049": what follows the + is dialled.
            guard let home else { return nil }
            guard let found = Self(abroad: written.digits, in: home) ?? Self(withCode: written.digits, in: home)
            else { return nil }
            self = found
        }
    }

    private init?(dialled digits: DigitString, in home: NumberingPlan) {
        if home.dialsAbroad(digits) != nil {
            guard let found = Self(abroad: digits, in: home) else { return nil }
            self = found
        } else {
            guard let found = Self(withCode: digits, in: home) ?? Self(digits, in: home) else { return nil }
            self = found
        }
    }

    /// Digits as dialled in `home` to call abroad.
    private init?(abroad digits: DigitString, in home: NumberingPlan) {
        guard let international = home.dialsAbroad(digits), international.count > 2 else { return nil }
        self.init(international: international)
    }

    /// Digits that begin with a calling code.
    private init?(international digits: DigitString) {
        guard digits.values.first != 0 else { return nil }
        var code = 0
        for (index, digit) in digits.values.prefix(3).enumerated() {
            code = code * 10 + Int(digit)
            guard let plan = NumberingPlan.main(callingCode: code) else { continue }
            self.init(Self.withoutMexicanOne(digits.dropFirst(index + 1), callingCode: code), in: plan)
            return
        }
        return nil
    }

    /// Digits that begin with the calling code of `home`, and are a number only without it.
    private init?(withCode digits: DigitString, in home: NumberingPlan) {
        let code = String(home.callingCode).utf8.map { $0 & 0xF }
        guard digits.values.starts(with: code) else { return nil }
        let behind = Self.withoutMexicanOne(digits.dropFirst(code.count), callingCode: home.callingCode)
        let rest = home.withoutPrefix(behind)
        guard home.length(of: digits) == .tooLong || !home.pattern.matches(digits) && home.pattern.matches(rest),
            let plan = NumberingPlan.main(callingCode: home.callingCode)
        else { return nil }
        self.init(rest, in: plan)
    }

    /// Until 2019 a 1 stood between Mexico's calling code and a mobile number's ten digits. WhatsApp ids still have it;
    /// libphonenumber takes such numbers no more.
    private static func withoutMexicanOne(_ digits: DigitString, callingCode: Int) -> DigitString {
        callingCode == 52 && digits.count == 11 && digits.values.first == 1 ? digits.dropFirst(1) : digits
    }

    /// - Parameter digits: as dialled within the country, or the same without the national prefix.
    private init?(_ digits: DigitString, in home: NumberingPlan) {
        let national = home.national(digits)
        guard digits.count >= 2, (2...17).contains(national.count),
            let plan = NumberingPlan.main(callingCode: home.callingCode)
        else { return nil }
        self.plan = plan
        self.national = national
    }

    /// Whether full numbers of this calling code have that length, and those of any of its regions that pattern.
    var isPlausible: Bool {
        guard plan.length(of: national) == .possible else { return false }
        return plan.pattern.matches(national)
            || NumberingPlan.all(callingCode: callingCode).contains { $0.pattern.matches(national) }
    }

    /// Whether it is still the same number when it is written with `+` and read. What begins like a prefix of its own
    /// country (Brazil's 90) is not, and would become another number each time.
    var isLasting: Bool { plan.national(national) == national }
}

extension NumberingPlan {
    /// What follows the international prefix, if the number begins with it. A calling code never begins with 0.
    fileprivate func dialsAbroad(_ digits: DigitString) -> DigitString? {
        guard let end = internationalPrefix.ends(in: digits).last else { return nil }
        let rest = digits.dropFirst(end)
        return rest.values.first == 0 ? nil : rest
    }
}
