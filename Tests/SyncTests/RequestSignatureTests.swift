import ChangeLog
import Sync
import TestSupport
import Testing

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

    @Test func `parameters written in another way are refused`() {
        for (old, new) in [
            ("created=18", "created=018"), (";created", "; created"), (#";alg="ed25519""#, ""),
            (#";alg="ed25519""#, #";alg="none""#), (#""@method" "#, ""), ("nexus=(", "other=("),
            ("created=1800000000", "created=x"), ("abcdefgh", String(repeating: "a", count: 65)),
        ] {
            #expect(throws: SignatureRejection.malformed) { try check(altered("signature-input", old, new)) }
        }
        #expect(throws: SignatureRejection.malformed) { try check(altered("signature", "nexus=:", "nexus=")) }
        #expect(throws: SignatureRejection.malformed) { try check(altered("signature", "=:", "A:")) }
    }

    @Test(arguments: Seed.several(5))
    func `header fields altered at random are refused without harm`(seed: Seed) {
        var dice = Dice(seed)
        for _ in 0..<100 {
            var headers = headers
            let name = dice.pick(headers.keys.sorted())
            var bytes = Array(headers[name]?.utf8 ?? "".utf8)
            let index = dice.number(0...bytes.count - 1)
            let letter = dice.pick(Array(#"aZ0;="():, "#.utf8))
            guard bytes[index] != letter else { continue }
            bytes[index] = letter
            headers[name] = String(decoding: bytes, as: UTF8.self)
            #expect(throws: SignatureRejection.self) { try check(headers) }
        }
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
