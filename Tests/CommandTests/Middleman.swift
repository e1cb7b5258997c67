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
        /// A proxy that asks to come again in 7 s.
        case busy
        /// All is well but the live stream: there is a login page instead, or it ends as it begins.
        case pageForStream, shortStream
        /// A relay that says its key to anybody, and does not host the workspace.
        case stranger
    }

    let url: String
    private let listener: Int32
    private let relay: String
    private let state: Mutex<State>

    private struct State {
        var manner: Manner
        var connections: Set<Int32> = []
        /// Of the connections, those that carry nothing any more.
        var dead: Set<Int32> = []
        var streamCount = 0
    }

    /// - Parameter relay: the relay's address, `http://127.0.0.1:PORT`.
    init(to relay: String, _ manner: Manner = .honest) throws {
        self.relay = relay
        state = Mutex(State(manner: manner))
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        listener = descriptor
        var address = Self.address(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> Bool in
                bind(descriptor, address, length) == 0 && listen(descriptor, 64) == 0
                    && getsockname(descriptor, address, &length) == 0
            }
        }
        try #require(isListening)
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        Thread.detachNewThread { [weak self] in
            while true {
                let client = accept(descriptor, nil, nil)
                guard client >= 0, let self else { return }
                self.state.withLock { _ = $0.connections.insert(client) }
                Thread.detachNewThread { self.serve(client) }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    var manner: Manner {
        get { state.withLock { $0.manner } }
        set { state.withLock { $0.manner = newValue } }
    }

    /// How many live streams were asked for.
    var streamCount: Int { state.withLock { $0.streamCount } }

    /// Ends all connections that there are.
    func hangUp() { state.withLock { for client in $0.connections { shutdown(client, Int32(SHUT_RDWR)) } } }

    /// The connections that there are carry nothing any more, and nobody is told: as when a device has got another address.
    func goSilent() { state.withLock { $0.dead = $0.connections } }

    // MARK: One connection

    private func serve(_ client: Int32) {
        while let request = Self.message(from: client), !isDead(client), answer(request, to: client) {}
        while isDead(client), Self.message(from: client) != nil {}
        state.withLock {
            $0.connections.remove(client)
            $0.dead.remove(client)
        }
        close(client)
    }

    private func isDead(_ client: Int32) -> Bool { state.withLock { $0.dead.contains(client) } }

    /// - Returns: whether the connection goes on.
    private func answer(_ request: [UInt8], to client: Int32) -> Bool {
        let manner = manner
        let isStream = request.starts(with: Array("POST /v0/live ".utf8))
        if isStream { state.withLock { $0.streamCount += 1 } }
        switch manner {
        case .page: Self.send(Self.answer(200, "text/html", Self.page), to: client)
        case .pageForStream where isStream: Self.send(Self.answer(200, "text/html", Self.page), to: client)
        case .redirect:
            Self.send(
                Array("HTTP/1.1 302 Found\r\nLocation: \(relay)/v0/sync\r\nContent-Length: 0\r\n\r\n".utf8), to: client)
        case .busy:
            Self.send(Array("HTTP/1.1 503 X\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n".utf8), to: client)
        case .stranger where request.starts(with: Array("POST".utf8)):
            let problem = Array(#"{"type":"urn:nexus:problem:workspace-not-allowed"}"#.utf8)
            Self.send(Self.answer(403, "application/problem+json", problem), to: client)
        case .honest where isStream: stream(request, to: client)
        case .shortStream where isStream: stream(request, to: client, pieces: 2)
        default:
            guard let answer = exchange(request) else { return false }
            Self.send(bend(answer, manner), to: client)
            return [.honest, .pageForStream, .shortStream].contains(manner)
        }
        return false
    }

    private static let page = Array("<html>Sign in</html>".utf8)

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
        case .honest, .page, .redirect, .busy, .pageForStream, .shortStream, .stranger: return answer
        }
    }

    private static func answer(_ status: Int, _ type: String, _ body: [UInt8]) -> [UInt8] {
        Array("HTTP/1.1 \(status) X\r\nContent-Type: \(type)\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body
    }

    // MARK: Streams

    /// Hands on what the relay says as it says it, until either side ends.
    ///
    /// - Parameter pieces: after so many pieces it ends here.
    private func stream(_ request: [UInt8], to client: Int32, pieces: Int = .max) {
        guard let relay = connection() else { return }
        defer { close(relay) }
        Self.send(request, to: relay)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var left = pieces
        while left > 0 {
            var ends = [relay, client].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&ends, 2, -1) > 0, ends[1].revents == 0, !isDead(client) else { return }
            let count = recv(relay, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            Self.send(Array(buffer.prefix(count)), to: client)
            left -= 1
        }
    }

    // MARK: Sockets

    private func exchange(_ request: [UInt8]) -> [UInt8]? {
        guard let relay = connection() else { return nil }
        defer { close(relay) }
        Self.send(request, to: relay)
        return Self.message(from: relay)
    }

    /// To the relay.
    private func connection() -> Int32? {
        let port = UInt16(relay.split(separator: ":").last ?? "") ?? 0
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(port: port)
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        if !isConnected { close(descriptor) }
        return isConnected ? descriptor : nil
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
