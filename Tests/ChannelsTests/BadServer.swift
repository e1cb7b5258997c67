import Foundation
import Synchronization
import Testing

/// A server on a free port of this machine that reads a request whole and then does what it is told.
final class BadServer: Sendable {
    enum Behaviour: Sendable {
        /// Sends these bytes and closes.
        case says(String)
        /// Sends them a few at a time, and never the last.
        case drips(String)
        /// Closes at once.
        case hangsUp
        /// Keeps the connection open and says nothing.
        case waits
    }

    private struct State {
        var behaviour: Behaviour
        var requests: [String] = []
        var isStopped = false
    }

    let url: String
    private let descriptor: Int32
    private let state: Mutex<State>

    init(_ behaviour: Behaviour) throws {
        state = Mutex(State(behaviour: behaviour))
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let port = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard bind(descriptor, generic, length) == 0, listen(descriptor, 16) == 0,
                    getsockname(descriptor, generic, &length) == 0
                else { return UInt16(0) }
                return UnsafeRawPointer(generic).load(as: sockaddr_in.self).sin_port.bigEndian
            }
        }
        try #require(port > 0)
        url = "http://127.0.0.1:\(port)"
        Thread.detachNewThread { [weak self] in
            while self?.next() == true {}
            close(descriptor)
        }
    }

    deinit { stop() }

    var behaviour: Behaviour {
        get { state.withLock { $0.behaviour } }
        set { state.withLock { $0.behaviour = newValue } }
    }

    /// As they came, headers and all.
    var requests: [String] { state.withLock { $0.requests } }

    func stop() {
        // Not closed here: the thread that waits on it would keep it open, and its number may be another's by then.
        state.withLock { state in
            if !state.isStopped { shutdown(descriptor, Int32(SHUT_RDWR)) }
            state.isStopped = true
        }
    }

    /// - Returns: whether there can be another connection.
    private func next() -> Bool {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard !state.withLock({ $0.isStopped }) else { return false }
        guard poll(&waiting, 1, 50) > 0 else { return true }
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else { return false }
        if let request = Self.request(on: connection) {
            let behaviour = state.withLock { state in
                state.requests.append(request)
                return state.behaviour
            }
            Self.follow(behaviour, on: connection)
        }
        close(connection)
        return true
    }

    /// Nil if it does not come whole.
    private static func request(on connection: Int32) -> String? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let end = text.range(of: "\r\n\r\n"), let field = text.lowercased().range(of: "content-length: ") {
                let length = Int(text[field.upperBound...].prefix { $0.isNumber }) ?? 0
                if text[end.upperBound...].utf8.count >= length { return text }
            }
            let count = read(connection, &buffer, buffer.count)
            guard count > 0 else { return nil }
            bytes += buffer.prefix(count)
        }
    }

    private static func follow(_ behaviour: Behaviour, on connection: Int32) {
        switch behaviour {
        case .says(let text): say(Array(text.utf8), on: connection)
        case .hangsUp: break
        case .waits: waitForEnd(of: connection)
        case .drips(let text):
            for byte in text.utf8.dropLast() {
                guard say([byte], on: connection) else { return }
                usleep(30_000)
            }
            waitForEnd(of: connection)
        }
    }

    @discardableResult
    private static func say(_ bytes: [UInt8], on connection: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static func waitForEnd(of connection: Int32) {
        var byte: UInt8 = 0
        while read(connection, &byte, 1) > 0 {}
    }
}
