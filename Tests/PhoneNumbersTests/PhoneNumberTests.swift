import PhoneNumbers
import Testing

struct PhoneNumberTests {
    @Test(arguments: [
        // Germany: the 0 goes, also where it is written in brackets.
        Written("+49 (0)30 23125-017", is: "+493023125017"),
        Written("030/23125017", in: "DE", is: "+493023125017"),
        Written("0049 30 23125 017", in: "DE", is: "+493023125017"),
        Written("01512 3456789", in: "DE", is: "+4915123456789"),
        Written("+44 (0)20 7946 0958", is: "+442079460958"),
        Written("(020) 7946 0958", in: "GB", is: "+442079460958"),
        // Italy, San Marino and the Ivory Coast: the 0 is part of the number.
        Written("06 698 12345", in: "IT", is: "+390669812345"),
        Written("347 123 4567", in: "IT", is: "+393471234567"),
        Written("0549 886377", in: "SM", is: "+3780549886377"),
        Written("886377", in: "SM", is: "+3780549886377"),
        Written("01 23 45 67 89", in: "CI", is: "+2250123456789"),
        // +1: one plan, many countries; an island's seven digits are enough there.
        Written("(212) 555-0123", in: "US", is: "+12125550123"),
        Written("1-416-555-0123", in: "CA", is: "+14165550123"),
        Written("460 1234", in: "AG", is: "+12684601234"),
        Written("011 44 20 7946 0958", in: "US", is: "+442079460958"),
        Written("8 (495) 123-45-67", in: "RU", is: "+74951234567"),
        Written("8 (727) 258 12 34", in: "KZ", is: "+77272581234"),
        Written("8~10 1 212 555 0123", in: "RU", is: "+12125550123"),
        // Carriers are dialled, and are not part of the number.
        Written("0 21 11 2345-6789", in: "BR", is: "+551123456789"),
        Written("0 11 15 2345-6789", in: "AR", is: "+5491123456789"),
        Written("55 1234 5678", in: "MX", is: "+525512345678"),
        Written("8123 4567", in: "SG", is: "+6581234567"),
        Written("138 1234 5678", in: "CN", is: "+8613812345678"),
        Written("098123 45678", in: "IN", is: "+919812345678"),
        Written("٠١٠٠١٢٣٤٥٦٧", in: "EG", is: "+201001234567"),
        Written("+९१ ９８１２３ ٤٥۶७८", is: "+919812345678"),
    ])
    func `a number as it is written in its country, and the same in E.164`(written: Written) {
        #expect(PhoneNumber(written.text, region: written.region)?.e164 == written.e164)
    }

    @Test(arguments: [
        "tel:+1-212-555-0123", "Tel.: +1 212 555 0123", "\u{202A}+1 (212) 555\u{2011}0123\u{202C}", "++1.212.555.0123",
        "+1 212 555 0123 ext. 17", "+1 212 555 0123 x17", "+12125550123;ext=17", "+1 212 555 0123 EXTENSIÓN: 17",
        "+1 212 555 0123,,17#", "+1 212 555 0123 - 17#", "+1 212 555 0123 доб. 17", "+1 212 555 0123 x17/x18",
    ])
    func `what stands around a number changes nothing`(text: String) {
        #expect(PhoneNumber(text)?.e164 == "+12125550123")
    }

    @Test(arguments: [
        "", "+", "++", "x", "+1", "+49 30", "+1 212 555 012", "+1 212 555 01234", "+1 112 555 0123", "+49 00 123456",
        "+999 1234567", "212 555 0123", "0049 30 23125017", "hello", "1-800-FLOWERS", "+1 800 FLOWERS",
        "+1 212 555 O123",
        "+1 212 555 0123 or +1 212 555 0124", "+1 212+555 0123", "+1 212 555 0123 xxx", "2026-11-23 10:15", "+٠",
        String(repeating: "1", count: 251), "+" + String(repeating: "1", count: 249),
        "+12125550123" + String(repeating: " ", count: 250),
    ])
    func `what is no number of any country is none`(text: String) {
        #expect(PhoneNumber(text) == nil)
    }

    @Test func `a number that is dialled within a town, or to a service, is none`() {
        #expect(PhoneNumber("555-0123", region: Region("US")) == nil)
        #expect(PhoneNumber("310-1234", region: Region("CA")) == nil)
        #expect(PhoneNumber("112", region: Region("DE")) == nil)
    }

    @Test(arguments: ["+800 1234 5678", "+808 1234 5678", "+870 773 111 632"])
    func `numbers of no region are numbers`(text: String) throws {
        let number = try #require(PhoneNumber(text))
        #expect(number.e164 == text.filter { $0 != " " })
        #expect(number.region == nil)
    }

    @Test(arguments: [
        ("+1 212 555 0123", "US"), ("+1 416 555 0123", "CA"), ("+1 268 460 1234", "AG"), ("+7 495 123 45 67", "RU"),
        ("+7 727 258 12 34", "KZ"), ("+44 20 7946 0958", "GB"), ("+44 1534 456789", "JE"), ("+39 06 698 12345", "VA"),
    ])
    func `regions that share a calling code are told apart by how their numbers begin`(text: String, code: String) {
        #expect(PhoneNumber(text)?.region?.code == code)
    }

    @Test(arguments: [
        ("5511961234567", "+5511961234567"), ("551161234567", "+551161234567"), ("5215512345678", "+525512345678"),
        ("5491123456789", "+5491123456789"), ("491512345678", "+491512345678"), ("120363012345678901", nil),
        ("+12125550123", nil), ("1 212 555 0123", nil), ("US.13491208655302741918", nil), ("", nil),
        ("١٢١٢٥٥٥٠١٢٣", nil),
    ])
    func `a WhatsApp id is an international number without its plus`(id: String, e164: String?) {
        #expect(PhoneNumber(whatsAppID: id)?.e164 == e164)
    }
}

/// How a number is written, where, and what it is.
struct Written: CustomStringConvertible, Sendable {
    let text: String
    let region: Region?
    let e164: String

    init(_ text: String, in code: String? = nil, is e164: String) {
        self.text = text
        self.region = code.flatMap(Region.init)
        self.e164 = e164
    }

    var description: String { text }
}
