/// Points in time as people and files write them: RFC 3339, in UTC, to the millisecond.
///
/// Pure arithmetic on the Gregorian calendar, extended backwards to the year 1; no time zones, no leap seconds.
public enum Instant {
    /// What can be written with four digits for the year: 0001-01-01 to the last millisecond of 9999,
    /// in milliseconds since 1970-01-01 UTC.
    public static let range: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999

    /// "2026-11-22T15:30:05.123Z". What lies outside of `range` is shown as its nearest end.
    public static func text(milliseconds: Int64) -> String {
        let bounded = min(max(milliseconds, range.lowerBound), range.upperBound)
        let (day, time) = floorDivided(bounded, by: millisecondsPerDay)
        let date = CivilDate(dayNumber: day)
        var writer = DigitWriter()
        writer.write(date.year, 4, then: "-")
        writer.write(date.month, 2, then: "-")
        writer.write(date.day, 2, then: "T")
        writer.write(time / 3_600_000, 2, then: ":")
        writer.write(time / 60_000 % 60, 2, then: ":")
        writer.write(time / 1000 % 60, 2, then: ".")
        writer.write(time % 1000, 3, then: "Z")
        return writer.text
    }

    /// Reads "2026-11-22T15:30:05Z", with one to nine digits of a second or an offset as in "+02:00" if need be.
    ///
    /// "T" and "Z" may be small. Digits beyond the millisecond are cut off. A 60th second is refused: what counts
    /// milliseconds since 1970 has no place for it.
    ///
    /// - Parameter allowsDateOnly: Also reads "2026-11-22", as its first moment in UTC.
    /// - Returns: milliseconds since 1970-01-01 UTC, within `range`; nil for anything else.
    public static func parse(_ text: String, allowsDateOnly: Bool = false) -> Int64? {
        guard text.utf8.count <= longest else { return nil }
        var reader = DigitReader(text)
        guard let day = reader.date() else { return nil }
        if allowsDateOnly, reader.isAtEnd { return day * millisecondsPerDay }
        guard reader.skip("T", "t"), let time = reader.time(), let offset = reader.offset(), reader.isAtEnd else {
            return nil
        }
        let milliseconds = day * millisecondsPerDay + time - offset
        return range.contains(milliseconds) ? milliseconds : nil
    }

    /// "YYYY-MM-DDThh:mm:ss.nnnnnnnnn+hh:mm", in bytes.
    private static let longest = 35
}

/// How long something shall last, as an option says it: "7d", "12h" or "30m".
public enum Lifetime {
    /// A hundred years, in milliseconds: added to any time of ours it stays far from overflow.
    public static let longest: Int64 = 36_525 * millisecondsPerDay

    /// - Returns: milliseconds, 1 minute ... `longest`; nil for anything but a whole number with d, h or m.
    public static func parse(_ text: String) -> Int64? {
        guard let unit = text.utf8.last.flatMap(milliseconds(perUnit:)) else { return nil }
        let digits = text.utf8.dropLast()
        // Nine digits hold all that `longest` allows, in any unit.
        guard 1...9 ~= digits.count, let count = number(digits), count > 0 else { return nil }
        let milliseconds = count * unit
        return milliseconds <= longest ? milliseconds : nil
    }

    private static func milliseconds(perUnit unit: UInt8) -> Int64? {
        switch unit {
        case UInt8(ascii: "d"): millisecondsPerDay
        case UInt8(ascii: "h"): 3_600_000
        case UInt8(ascii: "m"): 60_000
        default: nil
        }
    }
}

// MARK: The calendar

private let millisecondsPerDay: Int64 = 86_400_000

/// Rounds towards the past, so that the remainder is never negative.
private func floorDivided(_ value: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
}

/// A date of the Gregorian calendar, year 1 ... 9999.
///
/// Day numbers count from 1970-01-01. Years are taken to begin in March, so that the leap day comes last; 400 of
/// them, an era, have 146,097 days.
///
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
/// https://howardhinnant.github.io/date_algorithms.html
private struct CivilDate {
    let year: Int64
    let month: Int64
    let day: Int64

    init(dayNumber: Int64) {
        let (era, dayOfEra) = floorDivided(dayNumber + Self.daysFromMarchOfYear0, by: Self.daysPerEra)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Nil if there is no such day.
    init?(year: Int64, month: Int64, day: Int64) {
        guard 1...9999 ~= year, 1...12 ~= month, 1...Self.days(month: month, year: year) ~= day else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    var dayNumber: Int64 {
        let (era, yearOfEra) = floorDivided(month <= 2 ? year - 1 : year, by: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * Self.daysPerEra + dayOfEra - Self.daysFromMarchOfYear0
    }

    private static let daysPerEra: Int64 = 146_097
    /// From 0000-03-01 to 1970-01-01.
    private static let daysFromMarchOfYear0: Int64 = 719_468

    private static func days(month: Int64, year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

// MARK: Digits

/// The number in up to 18 ASCII digits; nil if anything else is there, or nothing.
private func number(_ digits: some Collection<UInt8>) -> Int64? {
    guard 1...18 ~= digits.count, digits.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
}

private struct DigitWriter {
    private var bytes: [UInt8] = []

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Writes exactly `width` digits; higher ones are lost.
    mutating func write(_ value: Int64, _ width: Int, then separator: Unicode.Scalar) {
        var digits = [UInt8](repeating: 0x30, count: width)
        var rest = value
        for index in digits.indices.reversed() {
            digits[index] += UInt8(rest % 10)
            rest /= 10
        }
        bytes += digits
        bytes.append(UInt8(ascii: separator))
    }
}

/// Reads from the front; what it refuses stays unread.
private struct DigitReader {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = Substring(text).utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    /// "YYYY-MM-DD" as a day number.
    mutating func date() -> Int64? {
        guard let year = digits(4), skip("-"), let month = digits(2), skip("-"), let day = digits(2) else { return nil }
        return CivilDate(year: year, month: month, day: day)?.dayNumber
    }

    /// "hh:mm:ss" or "hh:mm:ss.n…", in milliseconds since midnight.
    mutating func time() -> Int64? {
        guard let minutes = hoursAndMinutes(), skip(":"), let seconds = digits(2), seconds < 60 else { return nil }
        guard let fraction = fraction() else { return nil }
        return minutes * 60_000 + seconds * 1000 + fraction
    }

    /// "Z" or "+hh:mm", in milliseconds; east is positive.
    mutating func offset() -> Int64? {
        if skip("Z", "z") { return 0 }
        let sign: Int64 = rest.first == UInt8(ascii: "-") ? -1 : 1
        guard skip("+", "-"), let minutes = hoursAndMinutes() else { return nil }
        return sign * minutes * 60_000
    }

    mutating func skip(_ either: Unicode.Scalar...) -> Bool {
        guard let byte = rest.first, either.contains(Unicode.Scalar(byte)) else { return false }
        rest.removeFirst()
        return true
    }

    /// "hh:mm", 00:00 ... 23:59.
    private mutating func hoursAndMinutes() -> Int64? {
        guard let hours = digits(2), hours < 24, skip(":"), let minutes = digits(2), minutes < 60 else { return nil }
        return hours * 60 + minutes
    }

    /// Milliseconds of ".n" with one to nine digits; 0 where there is no point.
    private mutating func fraction() -> Int64? {
        guard skip(".") else { return 0 }
        let count = rest.prefix { 0x30...0x39 ~= $0 }.count
        guard 1...9 ~= count, let value = digits(count) else { return nil }
        return (count..<9).reduce(value) { value, _ in value * 10 } / 1_000_000
    }

    private mutating func digits(_ count: Int) -> Int64? {
        let taken = rest.prefix(count)
        guard taken.count == count, let value = number(taken) else { return nil }
        rest.removeFirst(count)
        return value
    }
}
