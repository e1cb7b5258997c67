import Foundation
import TestSupport
import Testing

/// HTTPS between real processes, with certificates made here.
@Suite(.enabled(if: CertificateFiles.canBeMade, "needs the openssl command"))
struct TLSCommandTests {
    private let terminal: Terminal

    init() throws { terminal = try Terminal() }

    @Test func `over TLS by a pinned key a team syncs, and the pin travels with the invitation`() throws {
        let relay = try RelayProcess(terminal, certificate: CertificateFiles(at: terminal.path("own")))
        #expect(relay.url.hasPrefix("https://127.0.0.1:"))
        // Founded from this machine, so nobody had to allow it.
        try terminal.foundWorkspace(relay: relay.pinnedURL)
        #expect(try terminal.nexus("olga", "sync").json["sent"].number == 2)
        let invitation = try terminal.nexus("olga", "invite").json["invitation"].text
        #expect(try terminal.nexus("maya", "join", "-", "--person", "Maya", input: invitation).status == 0)
        #expect(try terminal.nexus("maya", "status").json["relay"].text == relay.pinnedURL)
        #expect(try terminal.nexus("maya", "sync").status == 0)
        #expect(try terminal.nexus("olga", "sync").json["received"].number > 0)
        let digests = try ["olga", "maya"].map { try terminal.nexus($0, "digest").json["digest"].text }
        #expect(Set(digests).count == 1)
        #expect(relay.stop() == 0)
    }

    @Test func `over TLS one follows as without it, and the relay stops cleanly meanwhile`() throws {
        let relay = try RelayProcess(terminal, certificate: CertificateFiles(at: terminal.path("own")))
        try terminal.foundWorkspace(relay: relay.pinnedURL)
        let conversation = try terminal.importConversation("c1")
        let invitation = try terminal.nexus("olga", "invite").json["invitation"].text
        try terminal.nexus("maya", "join", "-", "--person", "Maya", input: invitation)
        let followers = try ["olga", "maya"].map { try FollowProcess(terminal, $0) }
        for follower in followers { try follower.expect("connected") }
        try terminal.nexus("maya", "note", conversation, "Over TLS")
        try followers[1].expect("sent")
        try followers[0].expect("received")
        #expect(relay.stop() == 0)
        for follower in followers { try follower.expect("lost") }
    }

    @Test func `a relay tells a person its address with the pin`() throws {
        let relay = try RelayProcess(terminal, certificate: CertificateFiles(at: terminal.path("own")))
        let pin = try #require(relay.pinnedURL.split(separator: "#").last)
        #expect(pin.wholeMatch(of: /sha256=[A-Za-z0-9_-]{43}/) != nil)
        let plain = try RelayProcess(terminal, name: "plain")
        #expect(plain.pinnedURL == plain.url + "#")
    }

    @Test func `a relay that an authority vouches for needs no pin, and for another name it is not trusted`() throws {
        let authority = try CertificateFiles(at: terminal.path("authority"))
        let relay = try RelayProcess(
            terminal, certificate: CertificateFiles(at: terminal.path("signed"), signedBy: authority))
        try terminal.foundWorkspace()
        #expect(try sync(relay.url, trusting: authority).status == 0)
        #expect(try terminal.nexus("olga", "status").json["relay"].text == relay.url)
        let other = relay.url.replacing("127.0.0.1", with: "localhost")
        #expect(try sync(other, trusting: authority).error["error"].text == "relay-untrusted")
        // It was not the relay that was named, so the one known before stays.
        #expect(try terminal.nexus("olga", "status").json["relay"].text == relay.url)
    }

    @Test func `a certificate that nobody vouches for is not trusted without a pin`() throws {
        let relay = try RelayProcess(terminal, certificate: CertificateFiles(at: terminal.path("own")))
        try terminal.foundWorkspace()
        let refused = try sync(relay.url)
        #expect((refused.status, refused.error["error"].text) == (76, "relay-untrusted"))
        #expect(refused.error["hint"].text.contains("#sha256="))
        #expect(try sync(relay.pinnedURL).status == 0)
    }

    @Test func `with another key than the pinned one nothing is sent, whoever signed it`() throws {
        let authority = try CertificateFiles(at: terminal.path("authority"))
        let relay = try RelayProcess(
            terminal, certificate: CertificateFiles(at: terminal.path("signed"), signedBy: authority))
        let own = try RelayProcess(
            terminal, name: "other", certificate: CertificateFiles(at: terminal.path("own")))
        let pin = try #require(own.pinnedURL.split(separator: "#").last)
        try terminal.foundWorkspace()
        let refused = try sync("\(relay.url)#\(pin)", trusting: authority)
        #expect((refused.status, refused.error["error"].text) == (76, "relay-other-key"))
        #expect(try terminal.nexus("olga", "status").json["unsent"].number == 1)
    }

    @Test func `a certificate that has expired is told as such, and is good enough for a pin`() throws {
        let authority = try CertificateFiles(at: terminal.path("authority"))
        let relay = try RelayProcess(
            terminal, certificate: CertificateFiles(at: terminal.path("old"), signedBy: authority, days: -1))
        try terminal.foundWorkspace()
        let refused = try sync(relay.url, trusting: authority)
        #expect((refused.status, refused.error["error"].text) == (76, "relay-certificate-expired"))
        #expect(try sync(relay.pinnedURL).status == 0)
    }

    @Test func `TLS to a relay without, and plain HTTP to one with it, are told apart from silence`() throws {
        let secure = try RelayProcess(terminal, certificate: CertificateFiles(at: terminal.path("own")))
        let plain = try RelayProcess(terminal, name: "plain")
        try terminal.foundWorkspace()
        let noTLS = try sync(plain.url.replacing("http:", with: "https:"))
        #expect((noTLS.status, noTLS.error["error"].text) == (69, "relay-no-tls"))
        let hungUp = try sync(secure.url.replacing("https:", with: "http:"))
        #expect((hungUp.status, hungUp.error["error"].text) == (69, "relay-hung-up"))
        #expect(hungUp.error["hint"].text.contains("https://"))
        secure.stop()
        #expect(try sync(secure.pinnedURL).error["error"].text == "relay-unreachable")
    }

    @Test func `an address with half a pin, or a pin without TLS, is none`() throws {
        let pin = "sha256=" + String(repeating: "A", count: 43)
        try terminal.foundWorkspace()
        for address in [
            "http://127.0.0.1:1#\(pin)", "https://127.0.0.1:1#\(pin)A", "https://127.0.0.1:1#\(pin.dropLast())",
            "https://127.0.0.1:1#\(pin.dropLast())B", "https://127.0.0.1:1#", "https://127.0.0.1:1##\(pin)",
            "https://127.0.0.1:1#sha512=\(pin.dropFirst(7))", "https://127.0.0.1:1#\(pin.dropLast())=",
        ] {
            let refused = try sync(address)
            #expect((refused.status, refused.error["error"].text) == (2, "bad-address"), "\(address)")
        }
        #expect(try sync("https://127.0.0.1:1#\(pin)").error["error"].text == "relay-unreachable")
    }

    @Test func `TLS older than 1.2 is refused`() throws {
        let relay = try RelayProcess(terminal, certificate: CertificateFiles(at: terminal.path("own")))
        let host = String(relay.url.dropFirst("https://".count))
        for (version, isTaken) in [("-tls1_1", false), ("-tls1_2", true), ("-tls1_3", true)] {
            let run = try terminal.start(
                ["openssl", "s_client", "-connect", host, version, "-cipher", "ALL:@SECLEVEL=0"],
                program: "/usr/bin/env")
            #expect((run.status == 0) == isTaken, "\(version)")
        }
    }

    @Test func `files that are no certificate and its key are told before anything listens`() throws {
        let own = try CertificateFiles(at: terminal.path("own"))
        let other = try CertificateFiles(at: terminal.path("other"))
        let missing = terminal.path("missing")
        for (certificate, key, status, name) in [
            (missing, own.key, 66, "no-file"), (own.certificate, missing, 66, "no-file"),
            (own.key, own.key, 65, "bad-certificate"), (own.certificate, own.certificate, 65, "bad-tls-key"),
            (own.certificate, other.key, 65, "other-tls-key"),
        ] {
            let run = try terminal.nexus(
                nil, "relay", "serve", "--data", terminal.path("d"), "--tls-cert", certificate, "--tls-key", key)
            #expect((Int(run.status), run.error["error"].text) == (status, name))
        }
        let half = try terminal.nexus(
            nil, "relay", "serve", "--data", terminal.path("d"), "--tls-cert", own.certificate)
        #expect((half.status, half.error["error"].text) == (2, "usage"))
        #expect(!FileManager.default.fileExists(atPath: terminal.path("d")))
    }

    private func sync(_ address: String, trusting authority: CertificateFiles? = nil) throws -> Run {
        try terminal.start(
            ["--home", terminal.path("olga"), "--json", "sync", "--relay", address],
            environment: authority.map { ["SSL_CERT_FILE": $0.certificate] } ?? [:])
    }
}
