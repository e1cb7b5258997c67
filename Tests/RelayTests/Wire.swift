import Foundation
import Glibc
import Sync

@testable import Relay

/// A connection to the relay, byte by byte: also such as no honest client would use it.
final class Wire {
    private let descriptor: Int32
    /// What speaks TLS between this and the relay.
    private var tunnel: Process?
    private var received: [UInt8] = []

    struct Broken: Error {
        let code: Int32
    }

    /// - Parameters:
    ///   - port: on 127.0.0.1.
    ///   - host: where it comes from: the last number of an address of this machine.
    ///   - bufferByteCount: about how much the system takes before it is read; nil for what it likes.
    init(port: UInt16, from host: UInt32 = 1, bufferByteCount: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Broken(code: errno) }
        var limit = timeval(tv_sec: 300, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        if var bufferByteCount {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bufferByteCount, socklen_t(MemoryLayout<Int32>.size))
        }
        guard Self.call(bind, descriptor, port: 0, host: host) == 0,
            Self.call(connect, descriptor, port: port, host: 1) == 0
        else { throw Broken(code: errno) }
    }

    private static func call(
        _ function: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32, _ descriptor: Int32, port: UInt16,
        host: UInt32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = (UInt32(0x7F00_0000) + host).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                function(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Over TLS, by the `openssl` command.
    ///
    /// - Parameter port: on 127.0.0.1.
    init(tlsPort port: UInt16) throws {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else { throw Broken(code: errno) }
        descriptor = ends[0]
        var limit = timeval(tv_sec: 300, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let end = FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl", "s_client", "-quiet", "-connect", "127.0.0.1:\(port)"]
        (process.standardInput, process.standardOutput) = (end, end)
        process.standardError = FileHandle.nullDevice
        try process.run()
        try end.close()
        tunnel = process
    }

    deinit {
        close(descriptor)
        if let tunnel, tunnel.isRunning { tunnel.terminate() }
    }

    /// Says that nothing more will be sent.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    func send(_ bytes: [UInt8]) async throws {
        let descriptor = descriptor
        var rest = bytes[...]
        while !rest.isEmpty {
            let (count, code) = await Self.blocking { [rest] in
                (rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }, errno)
            }
            guard count > 0 else { throw Broken(code: code) }
            rest = rest.dropFirst(count)
        }
    }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    /// Sends a whole request.
    func send(_ request: RoutedRequest) async throws {
        let lines = request.headers.map { "\($0.key): \($0.value)\r\n" }.joined()
        let length = "content-length: \(request.body.count)\r\n"
        try await send("\(request.method) \(request.path) HTTP/1.1\r\nhost: relay\r\n\(lines)\(length)\r\n")
        try await send(request.body)
    }

    /// The next whole answer, or nil if the relay closed the connection first.
    func answer() async throws -> RoutedAnswer? {
        while true {
            if let answer = takeAnswer() { return answer }
            guard try await readMore() else { return nil }
        }
    }

    /// The status of an answer that goes on without end.
    func head() async throws -> Int? {
        guard let line = try await line() else { return nil }
        while let field = try await self.line(), !field.isEmpty {}
        return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    }

    /// The next piece of an answer that goes on without end: empty at its end, nil if the relay closed the connection
    /// before.
    func chunk() async throws -> [UInt8]? {
        guard let length = try await line().flatMap({ Int($0, radix: 16) }) else { return nil }
        while received.count < length + 2 { guard try await readMore() else { return nil } }
        defer { received.removeFirst(length + 2) }
        return Array(received.prefix(length))
    }

    /// The next chunk that tells something: on a busy machine a heartbeat comes before it.
    func news() async throws -> [UInt8]? {
        while let chunk = try await chunk() {
            if chunk != LiveFrames.heartbeat { return chunk }
        }
        return nil
    }

    private func line() async throws -> String? {
        while true {
            if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
                defer { received.removeFirst(end + 1) }
                return String(decoding: received[..<end].filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
            }
            guard try await readMore() else { return nil }
        }
    }

    /// Whether the relay closes the connection without another byte.
    func isClosed() async throws -> Bool {
        guard received.isEmpty else { return false }
        return try await !readMore()
    }

    private func readMore() async throws -> Bool {
        let descriptor = descriptor
        let (bytes, code) = await Self.blocking {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            return (buffer.prefix(max(0, count)), count < 0 ? errno : 0)
        }
        // A connection that is reset is closed too.
        if code != 0, code != ECONNRESET { throw Broken(code: code) }
        received += bytes
        return !bytes.isEmpty
    }

    /// On a thread of its own: the relay in this process needs the others.
    private static func blocking<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: body()) }
        }
    }

    private func takeAnswer() -> RoutedAnswer? {
        let blank = Array("\r\n\r\n".utf8)
        guard let end = received.indices.first(where: { received[$0...].starts(with: blank) }) else { return nil }
        let lines = String(decoding: received[..<end], as: UTF8.self).split(separator: "\r\n")
        let headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1).map { $0.drop { $0 == " " } }
            return (name: parts[0].lowercased(), value: String(parts.last ?? ""))
        }
        let length = headers.first { $0.name == "content-length" }.flatMap { Int($0.value) } ?? 0
        let start = end + blank.count
        guard received.count >= start + length else { return nil }
        let body = Array(received[start..<start + length])
        received.removeFirst(start + length)
        let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return RoutedAnswer(status: status, headers: headers, body: body)
    }
}
