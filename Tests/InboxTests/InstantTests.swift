import Testing

@testable import Inbox

struct InstantTests {
    @Test func `the epoch and the times around it are written in full`() {
        #expect(Instant.text(milliseconds: 0) == "1970-01-01T00:00:00.000Z")
        #expect(Instant.text(milliseconds: -1) == "1969-12-31T23:59:59.999Z")
        #expect(Instant.text(milliseconds: 1_795_361_405_123) == "2026-11-22T15:30:05.123Z")
    }

    @Test func `what four digits cannot say is shown as the nearest end`() {
        #expect(Instant.text(milliseconds: .min) == "0001-01-01T00:00:00.000Z")
        #expect(Instant.text(milliseconds: Instant.range.lowerBound) == "0001-01-01T00:00:00.000Z")
        #expect(Instant.text(milliseconds: Instant.range.upperBound) == "9999-12-31T23:59:59.999Z")
        #expect(Instant.text(milliseconds: .max) == "9999-12-31T23:59:59.999Z")
    }

    /// Counts the days by hand, month by month, from the first to the last.
    @Test func `each day of ten thousand years is written and read as itself`() {
        var milliseconds = Instant.range.lowerBound
        for year in 1...9999 {
            for (month, dayCount) in zip(1..., dayCounts(year: year)) {
                for day in [1, dayCount] {
                    let text = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
                    let expected = milliseconds + Int64(day - 1) * 86_400_000
                    #expect(Instant.parse(text, allowsDateOnly: true) == expected)
                    #expect(Instant.text(milliseconds: expected) == "\(text)T00:00:00.000Z")
                }
                milliseconds += Int64(dayCount) * 86_400_000
            }
        }
        #expect(milliseconds == Instant.range.upperBound + 1)
    }

    @Test func `one to nine digits of a second are read, and those beyond the millisecond cut off`() {
        #expect(Instant.parse("1970-01-01T00:00:00.5Z") == 500)
        #expect(Instant.parse("1970-01-01T00:00:00.05Z") == 50)
        #expect(Instant.parse("1970-01-01T00:00:00.001999999Z") == 1)
        #expect(Instant.parse("1970-01-01T00:00:00.0019999990Z") == nil)
        #expect(Instant.parse("1969-12-31T23:59:59.9999Z") == -1)
    }

    @Test func `an offset is the local time's distance from UTC, east of it positive`() {
        #expect(Instant.parse("1970-01-01T02:00:00+02:00") == 0)
        #expect(Instant.parse("1969-12-31T18:30:00-05:30") == 0)
        #expect(Instant.parse("1970-01-01t00:00:00z") == 0)
        #expect(Instant.parse("1970-01-01T00:00:00-00:00") == 0)
        #expect(Instant.parse("0001-01-01T00:00:00+00:01") == nil)
        #expect(Instant.parse("9999-12-31T23:59:59-00:01") == nil)
    }

    @Test func `a date alone is read only where it is allowed`() {
        #expect(Instant.parse("1970-01-02") == nil)
        #expect(Instant.parse("1970-01-02", allowsDateOnly: true) == 86_400_000)
        #expect(Instant.parse("1970-01-02T00:00:00Z", allowsDateOnly: true) == 86_400_000)
        #expect(Instant.parse("1970-01-02T", allowsDateOnly: true) == nil)
    }

    @Test(arguments: [
        "", "Z", "T", "1970", "1970-01-01", "1970-01-01T00:00Z", "1970-01-01T00:00:00", "1970-01-01 00:00:00Z",
        "0000-01-01T00:00:00Z", "1970-00-01T00:00:00Z", "1970-13-01T00:00:00Z", "1970-01-00T00:00:00Z",
        "1970-01-32T00:00:00Z", "1970-04-31T00:00:00Z", "1900-02-29T00:00:00Z", "2023-02-29T00:00:00Z",
        "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z", "1970-01-01T23:59:60Z", "1970-01-01T00:00:00.Z",
        "1970-01-01T00:00:00,5Z", "1970-01-01T00:00:00+24:00", "1970-01-01T00:00:00+0200", "1970-01-01T00:00:00+02",
        "1970-01-01T00:00:00+02:60", "1970-01-01T00:00:00Z ", " 1970-01-01T00:00:00Z", "+970-01-01T00:00:00Z",
        "19700-01-01T00:00:00Z", "1970-1-1T00:00:00Z", "١٩٧٠-01-01T00:00:00Z", "1970-01-01T00:00:00Z\0",
        "1970\u{301}-01-01T00:00:00Z",
    ])
    func `what is not exactly a time is refused`(text: String) {
        #expect(Instant.parse(text) == nil)
    }

    @Test func `February has 29 days every fourth year, but in centuries only every fourth`() {
        #expect(Instant.parse("2000-02-29T00:00:00Z") == 951_782_400_000)
        #expect(Instant.parse("2024-02-29T00:00:00Z") == 1_709_164_800_000)
    }

    private func dayCounts(year: Int) -> [Int] {
        let isLeap = year.isMultiple(of: 4) && !year.isMultiple(of: 100) || year.isMultiple(of: 400)
        return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    }

    private func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: width - digits.count) + digits
    }
}

struct LifetimeTests {
    @Test func `days, hours and minutes become milliseconds`() {
        #expect(Lifetime.parse("7d") == 604_800_000)
        #expect(Lifetime.parse("12h") == 43_200_000)
        #expect(Lifetime.parse("30m") == 1_800_000)
        #expect(Lifetime.parse("007d") == 604_800_000)
    }

    @Test func `a hundred years is the longest, in each unit`() {
        for text in ["36525d", "876600h", "52596000m"] { #expect(Lifetime.parse(text) == Lifetime.longest) }
        for text in ["36526d", "876601h", "52596001m"] { #expect(Lifetime.parse(text) == nil) }
    }

    @Test(arguments: [
        "", "d", "7", "0d", "-1d", "+1d", "1.5h", "7 d", " 7d", "7d ", "7D", "7w", "7ms", "1h30m", "٧d",
        "9999999999999999999999999d", "999999999d", "7d\u{301}",
    ])
    func `anything else is refused`(text: String) {
        #expect(Lifetime.parse(text) == nil)
    }
}
