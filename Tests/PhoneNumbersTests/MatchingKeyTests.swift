import PhoneNumbers
import Testing

struct MatchingKeyTests {
    @Test(arguments: [
        // Brazil's ninth digit.
        ["+55 11 96123-4567", "+55 11 6123-4567", "+55 (0) 11 6123 4567"],
        // Argentina's 9 from abroad, 15 within, and neither.
        ["+54 9 11 2345-6789", "+54 11 2345-6789", "+54 11 15 2345-6789"],
        // Mexico's 1 from abroad, 044 and 045 within, and none of them.
        ["+52 55 1234 5678", "+52 1 55 1234 5678", "+52 044 55 1234 5678"],
    ])
    func `two ways to write one subscriber's number have one key`(spellings: [String]) {
        let keys = spellings.map { PhoneNumber($0)?.matchingKey }
        #expect(keys.count == 3 && !keys.contains(nil))
        #expect(Set(keys).count == 1)
    }

    @Test(arguments: [
        // Fixed lines of Brazil begin with 2 to 5, and never had a ninth digit.
        ("+55 11 3123-4567", "+55 11 93123-4567"),
        ("+54 11 2345-6789", "+54 351 234-5678"),
        // A leading zero of Italy tells numbers apart.
        ("+39 0347 123 4567", "+39 347 123 4567"),
        ("+49 30 23125017", "+49 30 23125018"),
    ])
    func `two numbers have two keys`(one: String, other: String) throws {
        let first = try #require(PhoneNumber(one))
        let second = try #require(PhoneNumber(other))
        #expect(first.matchingKey != second.matchingKey)
    }

    @Test func `what has one spelling only is its own key`() {
        #expect(PhoneNumber("+39 06 698 12345")?.matchingKey == "+390669812345")
        #expect(PhoneNumber("+55 11 3123-4567")?.matchingKey == "+551131234567")
        #expect(PhoneNumber("+55 11 96123-4567")?.matchingKey == "+5511961234567")
    }
}
