/// A telephone number as the whole world dials it, whatever way it was written.
///
/// Reading follows Google's libphonenumber, and so does the table of numbering plans behind it. A number is taken if it
/// has a length that full numbers of its country have, and the general pattern of its country's numbers. That is more
/// than libphonenumber's `isPossibleNumber`, and less than its `isValidNumber`, which also knows the area codes in use:
/// those change every month, and a number that is newer than this table is still a customer's.
///
/// Source: ITU-T E.164; libphonenumber, `PhoneNumberUtil.parse`.
public struct PhoneNumber: Hashable, Sendable {
    /// `+`, calling code and national number, for instance `+493023125017`; at most 21 characters.
    public let e164: String

    /// Which country's numbering plan it belongs to, or that of several countries: 1 for all of North America.
    public let callingCode: Int

    /// Reads what a person or a program wrote.
    ///
    /// - `+`, or what `region` dials to call abroad, begins an international number.
    /// - Anything else is a number of `region`, with or without what is dialled there before an area code.
    /// - Digits of any script count. Spaces, brackets, dots and dashes do not, nor do words in front (`tel:`) and an
    ///   extension at the end (`ext. 12`, `x12`, `;ext=12`).
    /// - Letters in place of digits, or among them, are refused: who can tell them from a word?
    ///
    /// It takes time proportional to the length of the text, of which no more than 250 scalars are looked at.
    ///
    /// - Returns: nil if this is no full number of any country; if it has more than 250 scalars; or if it is written as
    ///   within a country and `region` is nil.
    public init?(_ text: String, region: Region? = nil) {
        guard let written = WrittenNumber(text), let dialled = DialledNumber(written, from: region) else { return nil }
        self.init(dialled)
    }

    /// Reads the id of a person on WhatsApp: an international number in ASCII digits, without a `+`.
    ///
    /// - Returns: nil if it is anything else, for instance the id of a group.
    public init?(whatsAppID id: String) {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard id.utf8.count <= DigitString.limit, id.utf8.allSatisfy(digits.contains) else { return nil }
        self.init("+" + id)
    }

    private init?(_ dialled: DialledNumber) {
        guard dialled.isPlausible, dialled.isLasting else { return nil }
        callingCode = dialled.callingCode
        e164 = "+\(callingCode)\(dialled.national.description)"
    }

    /// The region whose number it is. Where regions share a calling code and the number's beginning does not tell them
    /// apart, the one that libphonenumber calls the main one; nil for the codes that belong to no region (+800).
    public var region: Region? {
        let plans = NumberingPlan.all(callingCode: callingCode)
        let own = plans.dropFirst().first { !$0.beginning.ends(in: national).isEmpty }
        return (own ?? plans.first).flatMap { Region($0.region) }
    }

    /// What follows the calling code.
    var national: DigitString {
        DigitString(e164.utf8.dropFirst(1 + String(callingCode).utf8.count).map { $0 & 0xF })
    }
}
