extension PhoneNumber {
    /// Equal for all ways to write one subscriber's number, also for those that differ in E.164. A name to compare by,
    /// not a number to dial.
    ///
    /// - Brazil put a 9 before all mobile numbers between 2012 and 2016, after the area code. WhatsApp names many people
    ///   by the eight digits they had. The key has the 9. (Trunked radios, on 7, kept eight digits until they ended.)
    /// - Argentina's mobile numbers are dialled with a 9 from abroad and without within; the ten digits after it belong
    ///   to one subscriber. The key is without the 9.
    /// - Mexico's 1 before mobile numbers, which ended in 2019, does not get into ``e164`` in the first place.
    ///
    /// All other keys are ``e164``.
    public var matchingKey: String {
        switch callingCode {
        case 54: argentineKey
        case 55: brazilianKey
        default: e164
        }
    }

    private var argentineKey: String {
        let digits = national.values
        guard digits.count == 11, digits.first == 9 else { return e164 }
        return "+54" + DigitString(digits.dropFirst()).description
    }

    private var brazilianKey: String {
        let digits = national.values
        guard digits.count == 10, (6...9).contains(digits[2]) else { return e164 }
        return "+55" + DigitString(digits.prefix(2) + [9] + digits.dropFirst(2)).description
    }
}
