import Foundation
import PhoneNumbers
import TestSupport
import Testing

/// What holds for all numbers, and for all that is none.
struct PhoneNumberLawTests {
    @Test func `E.164 of an E.164 is itself, with or without a region`() throws {
        for number in try numbers() {
            #expect(PhoneNumber(number.e164) == number)
            #expect(PhoneNumber(number.e164, region: Region("DE")) == number)
            #expect(PhoneNumber(whatsAppID: String(number.e164.dropFirst())) == number)
            #expect(number.e164.utf8.count <= 21)
        }
    }

    @Test func `a key is the same for the number that it names`() throws {
        for number in try numbers() {
            if let named = PhoneNumber(number.matchingKey) { #expect(named.matchingKey == number.matchingKey) }
        }
    }

    @Test(arguments: Seed.several(4))
    func `spaces, brackets, dashes and other scripts change nothing`(seed: Seed) throws {
        var dice = Dice(seed)
        for number in try numbers() {
            let text = noisy(number.e164, &dice)
            #expect(PhoneNumber(text) == number, "\(text)")
        }
    }

    @Test(arguments: Seed.several(4))
    func `of anything, some is a number and nothing ends the program`(seed: Seed) {
        var dice = Dice(seed)
        let regions = Region.all.map(Optional.some) + [nil]
        var found = 0
        for _ in 0..<25_000 {
            let text = (0..<dice.number(0...24)).map { _ in dice.pick(Self.pieces) }.joined()
            let region = dice.pick(regions)
            guard let number = PhoneNumber(text, region: region) else { continue }
            found += 1
            #expect(PhoneNumber(number.e164) == number, "\(text) in \(region?.code ?? "no region")")
            #expect(!number.matchingKey.isEmpty)
        }
        #expect(found > 100)
    }

    @Test(arguments: Seed.several(4))
    func `any scalars at all are taken or refused`(seed: Seed) {
        var dice = Dice(seed)
        for _ in 0..<2_000 {
            let scalars = (0..<dice.number(0...300)).compactMap { _ in Unicode.Scalar(dice.number(0...0x10FFFF)) }
            let text = String(String.UnicodeScalarView(scalars))
            let number = PhoneNumber(text, region: Region("DE"))
            #expect(number == nil || number.flatMap { PhoneNumber($0.e164) } == number)
        }
    }

    @Test(.enabled(if: Naughty.isHere, "the naughty strings are not here: set NEXUS_SHARED to where they are"))
    func `naughty strings are taken or refused`() throws {
        let strings = try Naughty.strings()
        #expect(strings.count > 400)
        for text in strings {
            for region in [nil, Region("DE"), Region("US"), Region("AR")] {
                let number = PhoneNumber(text, region: region)
                #expect(number == nil || number.flatMap { PhoneNumber($0.e164) } == number, "\(text)")
            }
            #expect(PhoneNumber(whatsAppID: text) == nil || text.utf8.allSatisfy { (0x30...0x39).contains($0) })
        }
    }

    @Test func `regions are known by two letters, and all of them have numbers`() {
        #expect(Region.all.count == 245)
        #expect(Region.all.map(\.code) == Region.all.map(\.code).sorted())
        #expect(Region.all.allSatisfy { Region($0.code.lowercased()) == $0 && $0.callingCode > 0 })
        for text in ["", "D", "DEU", "ZZ", "AQ", "49", "dé", "D ", "Ｄ"] { #expect(Region(text) == nil, "\(text)") }
    }

    private func numbers() throws -> [PhoneNumber] { try Fixture.all().compactMap(\.number) }

    private func noisy(_ e164: String, _ dice: inout Dice) -> String {
        let zeros: [UInt32] = [0x30, 0x660, 0x6F0, 0x966, 0xFF10, 0x1D7CE]
        let noise = ["", "", " ", "-", "(", ") ", ".", "/", "\u{A0}", "\u{2011}", "\u{200B}"]
        let digits = e164.utf8.dropFirst().map { digit in
            let scalar = Unicode.Scalar(dice.pick(zeros) + UInt32(digit & 0xF)).map(String.init) ?? ""
            return dice.pick(noise) + scalar
        }
        return dice.pick(["+", "＋", "++", "tel:+", "Mobil: +"]) + digits.joined()
            + dice.pick(["", " ", ".", ")", " x1"])
    }

    /// Of which numbers are made, and much that is none.
    private static let pieces =
        (0...9).flatMap { [String($0), String($0), String($0)] }
        + [
            "+", "00", "(0)", " ", "-", "/", ".", "(", ")", "x", "X", "#", "*", ";", ",", ",,", ":", "~", "ext",
            ";ext=", "tel:",
        ]
        + ["９", "٣", "۴", "५", "＋", "доб", "a", "\n", "\u{0}", "\u{301}", "👩‍👩‍👧", "\u{10FFFF}"]
}

/// Strings that have broken programs; not part of this package.
private enum Naughty {
    static let file: URL = {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let shared = ProcessInfo.processInfo.environment["NEXUS_SHARED"].map { URL(filePath: $0) }
        let beside = package.deletingLastPathComponent().appending(path: "shared")
        return (shared ?? beside).appending(path: "data/unicode/blns.json")
    }()

    static var isHere: Bool { FileManager.default.fileExists(atPath: file.path) }

    static func strings() throws -> [String] { try JSONDecoder().decode([String].self, from: Data(contentsOf: file)) }
}
