import Foundation
import PhoneNumbers
import Testing

/// A row of `Fixtures/phone-numbers/cases.json`; the README beside it says what is in it.
struct Fixture {
    let text: String
    let region: Region?
    /// In E.164, if libphonenumber thinks enough of the number for us to take it.
    let answer: String?
    let isValid: Bool
    let numberRegion: String?

    /// What we make of it.
    var number: PhoneNumber? { PhoneNumber(text, region: region) }

    static func all() throws -> [Fixture] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appending(path: "Fixtures/phone-numbers/cases.json")
        return try JSONDecoder().decode([[String?]].self, from: Data(contentsOf: file)).map(Fixture.init)
    }

    private init(_ row: [String?]) throws {
        try #require(row.count == 5)
        text = try #require(row[0])
        region = try row[1].map { try #require(Region($0)) }
        isValid = row[3] == "valid"
        answer = isValid || row[3] == "general" ? row[2] : nil
        numberRegion = row[4]
    }
}
