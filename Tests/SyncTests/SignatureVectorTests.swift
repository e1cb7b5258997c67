import ChangeLog
import Testing

@testable import Sync

/// What the RFCs themselves give as examples.
struct SignatureVectorTests {
    /// RFC 9421, appendix B.2: test-request.
    private let message = SignedMessage(
        method: "POST", target: "/foo?param=Value&Pet=dog",
        headers: [
            "host": "example.com", "date": "Tue, 20 Apr 2021 02:07:55 GMT", "content-type": "application/json",
            "content-length": "18",
            "content-digest": "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTH"
                + "WXvJwew==:",
        ])

    /// RFC 9421, appendix B.2.6, with test-key-ed25519 of appendix B.1.4.
    @Test func `the RFC's own Ed25519 signature is made and verified, over the text that the RFC gives`() throws {
        let seed = [UInt8](
            base64URL: "n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU")
        let key = try #require(SigningKey(seed: seed))
        #expect(key.device.bytes == [UInt8](base64URL: "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"))

        let input = try SignatureInput(
            field: #"sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")"#
                + #";created=1618884473;keyid="test-key-ed25519""#)
        let base = try input.base(of: message)
        #expect(
            String(decoding: base, as: UTF8.self) == """
                "date": Tue, 20 Apr 2021 02:07:55 GMT
                "@method": POST
                "@path": /foo
                "@authority": example.com
                "content-type": application/json
                "content-length": 18
                "@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length")\
                ;created=1618884473;keyid="test-key-ed25519"
                """)

        let field = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
        let signature = try #require(Base64.bytes(field).flatMap { Signature($0) })
        #expect(key.device.verifies(signature, of: base))
        #expect(key.sign(base) == signature)
    }

    /// RFC 9421, sections 2.2.1 to 2.2.7.
    @Test func `derived components are what the RFC says`() throws {
        let upper = SignedMessage(
            method: "GET", target: "/path?param=value&foo=bar&baz=bat%2Dman", headers: ["host": "WWW.Example.com"])
        #expect(try upper.value(of: "@method") == "GET")
        #expect(try upper.value(of: "@authority") == "www.example.com")
        #expect(try upper.value(of: "@request-target") == "/path?param=value&foo=bar&baz=bat%2Dman")
        #expect(try upper.value(of: "@path") == "/path")
        #expect(try upper.value(of: "@query") == "?param=value&foo=bar&baz=bat%2Dman")
        let bare = SignedMessage(method: "GET", target: "", headers: [:])
        #expect(try bare.value(of: "@path") == "/")
        #expect(try bare.value(of: "@query") == "?")
    }

    /// RFC 9421, section 2.1.
    @Test func `a covered field has no blanks around it and is a line of ASCII`() throws {
        let headers = [
            "x-ows-header": "  Leading and trailing whitespace. \t", "empty": "", "two": "a\nb", "wide": "ä",
        ]
        let message = SignedMessage(method: "GET", target: "/", headers: headers)
        #expect(try message.value(of: "x-ows-header") == "Leading and trailing whitespace.")
        #expect(try message.value(of: "empty").isEmpty)
        for name in ["two", "wide"] {
            #expect(throws: SignatureRejection.unsupported) { try message.value(of: name) }
        }
    }

    /// RFC 9530, section 2 and appendix B; RFC 9421, appendix B.2.
    @Test func `the RFCs' own digests are made and verified`() throws {
        let (line, plain) = (Array("{\"hello\": \"world\"}\n".utf8), Array(#"{"hello": "world"}"#.utf8))
        let sha256 = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
        let sha512 =
            "sha-512=:YMAam51Jz/jOATT6/zvHrLVgOYTGFy1d6GJiOHTohq4yP+pgk4vf2aCsyRZOtw8MjkM7iw7yZ/WkppmM44T3qg==:"
        #expect(ContentDigest.field(of: line) == sha256)
        #expect(ContentDigest.field(of: plain) == "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:")
        for field in [
            sha256, "\(sha256), \(sha512)", "\(sha512),\(sha256)", "\(sha256), unixsum=:AAAA:", "a=1, \(sha256)",
        ] {
            try ContentDigest.check(field, of: line)
            #expect(throws: SignatureRejection.wrongDigest) { try ContentDigest.check(field, of: plain) }
        }
        // Of several that are known all have to be right.
        let other = try message.value(of: "content-digest")
        #expect(throws: SignatureRejection.wrongDigest) { try ContentDigest.check("\(sha256), \(other)", of: line) }
        #expect(throws: SignatureRejection.missing) { try ContentDigest.check(sha512, of: line) }
        #expect(throws: SignatureRejection.ambiguous) { try ContentDigest.check("\(sha256), \(sha256)", of: line) }
        #expect(throws: SignatureRejection.malformed) { try ContentDigest.check("sha-256=AAAA", of: line) }
    }
}

extension [UInt8] {
    /// As keys are written in JSON (RFC 7515, section 2): without padding. Empty if it is not.
    fileprivate init(base64URL text: String) {
        let padded = text + String(repeating: "=", count: (4 - text.count % 4) % 4)
        self = Base64.bytes(padded.replacing("-", with: "+").replacing("_", with: "/")) ?? []
    }
}
