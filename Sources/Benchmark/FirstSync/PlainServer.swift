import Glibc

import class Foundation.Thread

/// Answers `GET /N` with N bytes over plain HTTP, on a free port of this machine: what a download costs of which nothing
/// is understood.
final class PlainServer: Sendable {
    let port: UInt16
    private let listener: Int32

    /// - Throws: `.relayDidNotStart` where there is no socket to be had.
    init() throws(BenchmarkFailure) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0 else { throw .relayDidNotStart }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> Bool in
                bind(listener, address, length) == 0 && listen(listener, 1) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        (self.listener, port) = (listener, UInt16(bigEndian: address.sin_port))
        guard isListening else { throw .relayDidNotStart }
        Thread.detachNewThread {
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { break }
                Self.serve(client)
                close(client)
            }
            close(listener)
        }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    private static func serve(_ client: Int32) {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var head: [UInt8] = []
        while !head.ends(with: Array("\r\n\r\n".utf8)) {
            let count = recv(client, &buffer, buffer.count, 0)
            guard count > 0, head.count < buffer.count else { return }
            head += buffer.prefix(count)
        }
        let words = String(decoding: head, as: UTF8.self).split(separator: " ", maxSplits: 2)
        guard words.count == 3, words[0] == "GET", let size = Int(words[1].dropFirst()), size >= 0 else { return }
        guard send(Array("HTTP/1.1 200 OK\r\ncontent-length: \(size)\r\n\r\n".utf8)[...], to: client) else { return }
        var left = size
        while left > 0 {
            guard send(buffer.prefix(left), to: client) else { return }
            left -= min(left, buffer.count)
        }
    }

    /// - Returns: whether all of it went.
    private static func send(_ bytes: ArraySlice<UInt8>, to client: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

extension [UInt8] {
    fileprivate func ends(with end: [UInt8]) -> Bool { suffix(end.count) == end[...] }
}
