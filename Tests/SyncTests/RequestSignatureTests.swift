import ChangeLog
import TestSupport
import Testing

@testable import Sync

struct RequestSignatureTests {
    private let key = SigningKey.of("asker")
    private let body = Array("a packet".utf8)
    private let created: UInt64 = 1_800_000_000
    private var parts: RequestSignature.Parts {
        .init(method: "POST", path: "/v0/sync", audience: "relaykey", created: created, nonce: "abcdefgh")
    }
    private var headers: [String: String] {
        Dictionary(
            uniqueKeysWithValues: RequestSignature.headers(parts, body: body, key: key).map { ($0.name, $0.value) })
    }

    @Test func `a request tells whose it is, with its nonce and audience`() throws {
        let checked = try check(headers)
        #expect(checked.device == key.device)
        #expect(checked.nonce == "abcdefgh")
        #expect(checked.audience == "relaykey")
    }

    @Test func `what is sent is short, and the same for the same request`() {
        #expect(headers["content-digest"] == "sha-256=:HHHfOijMiFckZ7szzwaANt8Z4khUOX4aHvfCH64kqXI=:")
        #expect(
            headers["signature-input"] == #"nexus=("@method" "@path" "content-digest" "nexus-audience")"#
                + #";created=1800000000;keyid="\#(key.device.text)";nonce="abcdefgh";alg="ed25519""#)
        #expect(headers.values.reduce(0) { $0 + $1.utf8.count } == 328)
    }

    @Test func `a request that was altered anywhere is refused`() {
        #expect(throws: SignatureRejection.notAuthentic) { try check(headers, method: "GET") }
        #expect(throws: SignatureRejection.notAuthentic) { try check(headers, path: "/v0/other") }
        #expect(throws: SignatureRejection.wrongDigest) { try check(headers, body: body + [0]) }
        #expect(throws: SignatureRejection.notAuthentic) {
            try check(altered("nexus-audience", "relaykey", "otherkey"))
        }
        #expect(throws: SignatureRejection.notAuthentic) {
            try check(altered("signature-input", "abcdefgh", "abcdefgx"))
        }
        #expect(throws: SignatureRejection.notAuthentic) {
            try check(altered("signature-input", "created=1800000000", "created=1800000001"))
        }
        let other = SigningKey.of("other").device.text
        #expect(throws: SignatureRejection.notAuthentic) {
            try check(altered("signature-input", key.device.text, other))
        }
    }

    @Test func `a request is fresh for five minutes, before and after its time`() throws {
        for now in [created - 300, created, created + 300] { _ = try check(headers, now: now) }
        for now in [0, created - 301, created + 301, .max] {
            #expect(throws: SignatureRejection.stale) { try check(headers, now: now) }
        }
    }

    @Test(arguments: ["content-digest", "nexus-audience", "signature-input", "signature"])
    func `a request that lacks a header field is refused`(name: String) {
        var headers = headers
        headers[name] = nil
        #expect(throws: SignatureRejection.missing) { try check(headers) }
    }

    @Test(arguments: [
        (#"nexus=("@method" "@path" "content-digest" "nexus-audience")"#, ""),
        (#"sig1=("@method" "@path" "content-digest" "nexus-audience")"#, ""),
        (#"a=("nexus-audience" "content-digest" "@path" "@method")"#, ""),
        (
            #"a=("@method" "@authority" "@path" "@query" "@request-target" "date" "content-digest" "nexus-audience")"#,
            ""
        ),
        (#"a=( "@method"  "@path" "content-digest" "nexus-audience" )"#, #";tag="other";also"#),
        (#"a=("@method" "@path" "content-digest" "nexus-audience")"#, ";expires=1800000001"),
    ])
    func `a signature under any label, over more and in any order, is taken`(input: String, more: String) throws {
        let parameters = [";created=1800000000", #";keyid="\#(key.device.text)""#, #";nonce="abcdefgh""#]
        for parameters in [parameters, parameters.reversed(), [parameters.joined(), #";alg="ed25519""#]] {
            let headers = try signed(input + more + parameters.joined())
            #expect(try check(headers).device == key.device)
        }
    }

    @Test func `what a signature covers beside the rest holds, too`() throws {
        let headers = try signed(
            #"a=("@method" "@path" "@authority" "date" "content-digest" "nexus-audience");created=1800000000"#
                + #";keyid="\#(key.device.text)";nonce="n""#)
        for (name, value) in [("host", "elsewhere.example"), ("date", "Tue, 20 Apr 2021 02:07:56 GMT")] {
            var altered = headers
            altered[name] = value
            #expect(throws: SignatureRejection.notAuthentic) { try check(altered) }
            altered[name] = nil
            #expect(throws: SignatureRejection.self) { try check(altered) }
        }
        #expect(try check(headers, body: body).audience == "relaykey")
    }

    /// Signed by the very device, so that nothing but the form is at fault.
    @Test(arguments: RequestSignatureTests.refused)
    func `a signature that is not as it should be is refused, and told why`(
        input: String, rejection: SignatureRejection
    ) throws {
        #expect(throws: rejection) { try check(try signed(input)) }
    }

    private static let refused: [(String, SignatureRejection)] = [
        (#"a=("@method" "@path" "content-digest");\#(asked)"#, .notCovered),
        (#"a=("@method" "@path" "nexus-audience");\#(asked)"#, .notCovered),
        (#"a=("@method" "content-digest" "nexus-audience");\#(asked)"#, .notCovered),
        (#"a=();\#(asked)"#, .notCovered),
        (#"a=("@method" "@path" "@path" "content-digest" "nexus-audience");\#(asked)"#, .ambiguous),
        (#"a=\#(needed);\#(asked), b=\#(needed);\#(asked)"#, .ambiguous),
        (#"a=\#(needed);\#(asked), a=\#(needed);\#(asked)"#, .ambiguous),
        (#"a=\#(needed);\#(asked);nonce="n""#, .ambiguous),
        (#"a=\#(needed);created=1;\#(asked)"#, .ambiguous),
        (#"a=\#(needed);created=0\#(asked.dropFirst(8))"#, .ambiguous),
        (#"a=\#(needed);\#(asked);alg="rsa-pss-sha512""#, .unsupported),
        (#"a=\#(needed);\#(asked);alg=ed25519"#, .unsupported),
        (#"a=("@method";req "@path" "content-digest" "nexus-audience");\#(asked)"#, .unsupported),
        (#"a=("@method" "@path" "content-digest" "nexus-audience" "date";sf);\#(asked)"#, .unsupported),
        (#"a=("@scheme" "@method" "@path" "content-digest" "nexus-audience");\#(asked)"#, .unsupported),
        (#"a=("@signature-params" "@method" "@path" "content-digest" "nexus-audience");\#(asked)"#, .unsupported),
        (#"a=("etag" "@method" "@path" "content-digest" "nexus-audience");\#(asked)"#, .missing),
        (#"a=\#(needed);\#(asked);expires=1799999999"#, .stale),
        (#"a=\#(needed);\#(asked);expires="1800000001""#, .malformed),
        (#"a=\#(needed);created=1800000000;nonce="n""#, .malformed),
        (#"a=\#(needed);created=1800000000;nonce="n";keyid="abc""#, .malformed),
        (#"a=\#(needed);\#(asked.replacing("nonce", with: "once"))"#, .malformed),
        (#"a=\#(needed);\#(asked.replacing("created", with: "creation"))"#, .malformed),
        (#"a=\#(needed);\#(asked.replacing("1800000000", with: "1800000000.0"))"#, .malformed),
        (#"a=\#(needed);\#(asked.replacing("1800000000", with: "-1800000000"))"#, .malformed),
        (#"a=\#(needed);\#(asked.replacing(#""n""#, with: "n"))"#, .malformed),
        (#"a=\#(needed);\#(asked.replacing(#""n""#, with: #""""#))"#, .malformed),
        (#"a=\#(needed);\#(asked.replacing(#""n""#, with: "\"\(String(repeating: "n", count: 65))\""))"#, .malformed),
        (#"a=\#(needed);\#(asked),"#, .malformed), ("a", .malformed), ("", .malformed), ("a=:AAAA:", .malformed),
        (#"a=(@method);\#(asked)"#, .malformed),
        (#"a=\#(needed);\#(asked)\#(String(repeating: ";a", count: 64))"#, .malformed),
        (#"a=\#(needed);\#(asked);tag="\#(String(repeating: "a", count: 4_096))""#, .malformed),
    ]
    private static let needed = #"("@method" "@path" "content-digest" "nexus-audience")"#
    private static let asked =
        #"created=1800000000;nonce="n";keyid="\#(SigningKey.of("asker").device.text)""#

    @Test func `a signature field that holds anything but the one signature is refused`() throws {
        let value = try #require(headers["signature"])
        for (other, rejection) in [
            ("\(value), \(value)", SignatureRejection.ambiguous), ("\(value), b=:AAAA:", .ambiguous),
            (value.replacing("nexus", with: "other"), .malformed), ("\(value);a", .malformed),
            (value.replacing("=:", with: "=:AAAA"), .malformed), (value.replacing("=:", with: ":"), .malformed),
            (value.replacing("==:", with: ":"), .malformed), ("", .malformed), ("nexus", .malformed),
        ] {
            var headers = headers
            headers["signature"] = other
            #expect(throws: rejection, "\(other)") { try check(headers) }
        }
    }

    @Test(arguments: Seed.several(5))
    func `header fields altered at random are refused without harm`(seed: Seed) {
        var dice = Dice(seed)
        for _ in 0..<1_000 {
            var altered = headers
            let name = dice.pick(headers.keys.sorted())
            var bytes = Array(headers[name]?.utf8 ?? "".utf8)
            for _ in 0..<dice.number(1...3) { alter(&bytes, with: &dice) }
            altered[name] = String(decoding: bytes, as: UTF8.self)
            // Blanks between the parts of a field mean nothing.
            guard withoutBlanks(altered[name]) != withoutBlanks(headers[name]) else { continue }
            #expect(throws: SignatureRejection.self, "\(altered)") { try check(altered) }
        }
    }

    @Test(arguments: Seed.several(5))
    func `header fields of nothing but chance are refused without harm`(seed: Seed) {
        var dice = Dice(seed)
        let letters = Array(#"ab@09;;=="",,::()()%?*-.\ "#.utf8)
        for _ in 0..<1_000 {
            var altered = headers
            let name = dice.pick(["content-digest", "signature-input", "signature"])
            let bytes = (0..<dice.number(0...40)).map { _ in dice.pick(letters) }
            altered[name] = (dice.once(in: 2) ? headers[name] ?? "" : "a=") + String(decoding: bytes, as: UTF8.self)
            guard withoutBlanks(altered[name]) != withoutBlanks(headers[name]) else { continue }
            #expect(throws: SignatureRejection.self, "\(altered)") { try check(altered) }
        }
    }

    private func alter(_ bytes: inout [UInt8], with dice: inout Dice) {
        guard !bytes.isEmpty else { return }
        let index = dice.number(0...bytes.count - 1)
        let letter = dice.once(in: 8) ? UInt8(dice.number(0...255)) : dice.pick(Array(#"aZ0;="():,%?\- "#.utf8))
        switch dice.number(0...3) {
        case 0: bytes.remove(at: index)
        case 1: bytes.insert(letter, at: index)
        case 2: bytes.swapAt(index, dice.number(0...bytes.count - 1))
        default: bytes[index] = letter
        }
    }

    private func withoutBlanks(_ text: String?) -> [UInt8] { (text ?? "").utf8.filter { $0 != 0x20 && $0 != 0x09 } }

    /// A request signed over just what `input` says; with a signature over nothing if that says nothing.
    private func signed(_ input: String) throws -> [String: String] {
        var headers = headers
        headers["host"] = "Relay.Example"
        headers["date"] = "Tue, 20 Apr 2021 02:07:55 GMT"
        headers["signature-input"] = input
        let message = SignedMessage(method: "POST", target: "/v0/sync", headers: headers)
        let read = try? SignatureInput(field: input)
        let base = (try? read?.base(of: message)) ?? []
        headers["signature"] = "\(read?.label ?? "a")=:\(Base64.text(key.sign(base).bytes)):"
        return headers
    }

    private func check(
        _ headers: [String: String], method: String = "POST", path: String = "/v0/sync", body: [UInt8]? = nil,
        now: UInt64? = nil
    ) throws(SignatureRejection) -> (device: DeviceID, nonce: String, audience: String) {
        try RequestSignature.check(
            method: method, path: path, headers: headers, body: body ?? self.body, now: now ?? created)
    }

    private func altered(_ name: String, _ old: String, _ new: String) -> [String: String] {
        var headers = headers
        let parts = (headers[name] ?? "").split(separator: old, maxSplits: 1, omittingEmptySubsequences: false)
        headers[name] = parts.joined(separator: new)
        return headers
    }
}
