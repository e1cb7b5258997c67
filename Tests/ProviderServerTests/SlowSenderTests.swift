import Foundation
import Synchronization
import Testing

@testable import ProviderServer

/// Whoever sends slowly, or not to the end.
@Suite(.timeLimit(.minutes(15)))
struct SlowSenderTests {
    @Test func `a body or a header that does not come is waited for so long and no longer`() async throws {
        var limits = HTTPService.Limits(bodyByteCount: 1_024)
        (limits.requestTimeout, limits.idleTimeout) = (.milliseconds(300), .milliseconds(600))
        let service = HTTPService(host: "127.0.0.1", port: 0, limits: limits) { _ in
            HTTPService.Answer(status: 200, body: Array("{}".utf8))
        }
        try await Serving(service.run).during { url in
            let port = try #require(url.split(separator: ":").last.flatMap { UInt16($0) })
            let head = "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n"
            for said in ["", "POST / HT", head, head + "12345"] {
                let answer = try await Asking.aside { try Line(port: port).answer(to: said) }
                #expect(answer.isEmpty, "\(said)")
            }
            let whole = try await Asking.aside { try Line(port: port).answer(to: head + "1234567890") }
            #expect(whole.hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test func `a body that says to be too large is not waited for`() async throws {
        let service = HTTPService(host: "127.0.0.1", port: 0, limits: .init(bodyByteCount: 8)) { _ in
            HTTPService.Answer(status: 200)
        }
        try await Serving(service.run).during { url in
            let port = try #require(url.split(separator: ":").last.flatMap { UInt16($0) })
            for length in ["9", "99999999999999999999", "x", "-1"] {
                let head = "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: \(length)\r\n\r\n"
                let answer = try await Asking.aside { try Line(port: port).answer(to: head) }
                #expect(answer.hasPrefix("HTTP/1.1 4"), "\(length)")
            }
        }
    }
}

/// A bare connection.
private struct Line {
    private let descriptor: Int32

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let descriptor = descriptor
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        try #require(isConnected)
    }

    /// Says it, and hears what comes back until the other end closes, or after a whole answer.
    func answer(to said: String) -> String {
        defer { close(descriptor) }
        let bytes = Array(said.utf8)
        _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        var heard: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while !String(decoding: heard, as: UTF8.self).contains("\r\n\r\n") {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            heard += buffer.prefix(count)
        }
        return String(decoding: heard, as: UTF8.self)
    }
}
