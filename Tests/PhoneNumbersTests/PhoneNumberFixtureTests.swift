import PhoneNumbers
import Testing

/// What libphonenumber says of 2,500 numbers of all regions and kinds, in all spellings, whole and mutilated.
struct PhoneNumberFixtureTests {
    /// What is answered otherwise, and why.
    private static let deviations: [String: String?] = [
        // Prefixes that Mexico gave up in 2019, and that WhatsApp ids and address books still have.
        "+52 1 55 1234 5678": "+525512345678",
        "044 55 1234 5678": "+525512345678",
        "01 55 1234 5678": "+525512345678",
        // Letters for digits, and letters among them.
        "1 800 FLOWERS": nil,
        "0800 REIMANN": nil,
        "030 23125 01o": nil,
        // Parameters of RFC 3966 that hardly anybody writes.
        "tel:23125017;phone-context=+49-30": nil,
        "tel:+12125551234;isub=12345": nil,
        // What is left begins with 90, which is a prefix too: it would become another number each time it is read.
        "0 90 93611 4307": nil,
    ]

    @Test func `every answer is libphonenumber's, but for those named here`() throws {
        let fixtures = try Fixture.all()
        #expect(fixtures.count == 2_500)
        let others = fixtures.filter { $0.number?.e164 != $0.answer }.map { ($0.text, $0.number?.e164) }
        #expect(Dictionary(others) { first, _ in first } == Self.deviations)
    }

    @Test func `a valid number's region is libphonenumber's`() throws {
        for fixture in try Fixture.all() where fixture.isValid {
            guard let number = fixture.number else { continue }
            #expect(number.region?.code == fixture.numberRegion, "\(fixture.text)")
        }
    }
}
