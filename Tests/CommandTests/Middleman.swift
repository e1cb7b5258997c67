import Foundation
import Synchronization
import Testing

/// Stands between a client and its relay, and does with the answers what bad networks do.
final class Middleman: Sendable {
    enum Manner: String, CaseIterable {
        case honest
        /// A login page instead of the relay.
        case page
        /// The relay is asked, and then ...
        case empty, failure, cut, silent, junk, huge
        /// ... or it is not, but named.
        case redirect
    }

    let url: String
    private let listener: Int32
    private let relay: String
    private let current: Mutex<Manner>

    /// - Parameter relay: the relay's address, `http://127.0.0.1:PORT`.
    init(to relay: String, _ manner: Manner = .honest) throws {
        self.relay = relay
        current = Mutex(manner)
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        listener = descriptor
        var address = Self.address(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> Bool in
                bind(descriptor, address, length) == 0 && listen(descriptor, 8) == 0
                    && getsockname(descriptor, address, &length) == 0
            }
        }
        try #require(isListening)
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        Thread.detachNewThread { [weak self] in
            while true {
                let client = accept(descriptor, nil, nil)
                guard client >= 0, let self else { return }
                self.serve(client)
                close(client)
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    var manner: Manner {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }

    // MARK: One request

    private func serve(_ client: Int32) {
        guard let request = Self.message(from: client) else { return }
        let manner = manner
        switch manner {
        case .page: Self.send(Self.answer(200, "text/html", Array("<html>Sign in</html>".utf8)), to: client)
        case .redirect:
            Self.send(
                Array("HTTP/1.1 302 Found\r\nLocation: \(relay)/v0/sync\r\nContent-Length: 0\r\n\r\n".utf8), to: client)
        default:
            guard let answer = exchange(request) else { return }
            Self.send(bend(answer, manner), to: client)
        }
    }

    private func bend(_ answer: [UInt8], _ manner: Manner) -> [UInt8] {
        let type = "application/vnd.nexus.sync"
        switch manner {
        case .empty: return Self.answer(200, type, [])
        case .failure: return Self.answer(500, "text/plain", Array("oops".utf8))
        case .cut: return Array(answer.dropLast(7))
        case .silent: return []
        case .junk: return Self.answer(200, type, Array(repeating: 0xA5, count: 400))
        case .huge:
            // More than any answer may have is announced, and as much as is read is sent.
            return Self.answer(200, type, Array(repeating: 0, count: 17 << 20))
        case .honest, .page, .redirect: return answer
        }
    }

    private static func answer(_ status: Int, _ type: String, _ body: [UInt8]) -> [UInt8] {
        Array("HTTP/1.1 \(status) X\r\nContent-Type: \(type)\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body
    }

    // MARK: Sockets

    private func exchange(_ request: [UInt8]) -> [UInt8]? {
        let port = UInt16(relay.split(separator: ":").last ?? "") ?? 0
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = Self.address(port: port)
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else { return nil }
        Self.send(request, to: descriptor)
        return Self.message(from: descriptor)
    }

    private static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private static func send(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// A head and as much after it as it announces.
    private static func message(from descriptor: Int32) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let text = String(decoding: bytes, as: UTF8.self).lowercased()
            if let end = text.range(of: "\r\n\r\n") {
                let head = text[..<end.lowerBound]
                let announced = head.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
                let count = announced.flatMap { Int($0.dropFirst(15).filter { $0 != " " }) } ?? 0
                if bytes.count >= head.utf8.count + 4 + count { return bytes }
            }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer.prefix(count)
        }
    }
}
