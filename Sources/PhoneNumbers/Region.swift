/// A country or territory with telephone numbers, by its code of two letters.
///
/// Source: ISO 3166-1 alpha-2, with the codes AC, TA and XK, which are in use and not in the standard.
public struct Region: Hashable, Sendable {
    /// In capitals, for instance `DE`.
    public let code: String

    /// What is dialled after `+` to call there; some share one.
    public let callingCode: Int

    /// - Parameter text: a code in letters of either case.
    /// - Returns: nil if there is no such region, or it has no telephone numbers of its own (Antarctica).
    public init?(_ text: String) {
        let code = text.utf8.prefix(3).map { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 ? $0 & 0xDF : $0 }
        var rest = regionDirectory.utf8[...]
        while !rest.starts(with: code) || code.count != 2 {
            rest = rest.dropFirst(Self.entryLength)
            if rest.isEmpty { return nil }
        }
        self.init(entry: rest.prefix(Self.entryLength))
    }

    private init(entry: Substring.UTF8View) {
        code = String(Substring(entry.prefix(2)))
        callingCode = entry.dropFirst(2).reduce(0) { $1 == UInt8(ascii: " ") ? $0 : $0 * 10 + Int($1 & 0xF) }
    }

    /// All there are, in alphabetical order.
    public static var all: [Region] {
        let entries = regionDirectory.utf8
        return stride(from: 0, to: entries.count, by: entryLength).map { start in
            Region(entry: entries.dropFirst(start).prefix(entryLength))
        }
    }

    private static let entryLength = 5
}
