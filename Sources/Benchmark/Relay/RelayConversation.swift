import ChangeLog
import Glibc
import Replication
import Storage
import Sync

/// Where a relay is to be found on this machine, and its key.
struct RelayPlace {
    let port: UInt16
    /// Nil before it was asked for.
    var key: DeviceID?

    /// The bytes of a signed request.
    func request(_ method: String, _ path: String, body: [UInt8] = [], by key: SigningKey) -> [UInt8] {
        let parts = RequestSignature.Parts(
            method: method, path: path, audience: self.key?.text ?? "any", created: WallTime.now() / 1_000,
            nonce: Base32.text(SystemRandom.bytes(16)))
        let fields = RequestSignature.headers(parts, body: body, key: key).map { "\($0.name): \($0.value)\r\n" }
        let head = """
            \(method) \(path) HTTP/1.1\r
            host: 127.0.0.1:\(port)\r
            content-type: application/vnd.nexus.sync\r
            content-length: \(body.count)\r
            \(fields.joined())\r

            """
        return Array(head.utf8) + body
    }

    /// - Returns: a socket and what `connect` left in `errno`; nil where there are no sockets left.
    func connect(flags: Int32 = 0) -> (descriptor: Int32, code: Int32)? {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | flags
        let descriptor = socket(AF_INET, kind, 0)
        guard descriptor >= 0 else { return nil }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return (descriptor, result == 0 ? 0 : errno)
    }
}

/// One who speaks with a relay over a connection of its own, and waits for each answer.
final class RelayConversation {
    private let place: RelayPlace
    private let key: SigningKey
    private let descriptor: Int32
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    /// - Throws: `.relayIsGone`.
    init(_ place: RelayPlace, as key: SigningKey) throws {
        guard let (descriptor, code) = place.connect() else { throw BenchmarkFailure.relayIsGone }
        (self.place, self.key, self.descriptor) = (place, key, descriptor)
        var limit = timeval(tv_sec: Self.patience, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        guard code == 0 else { throw BenchmarkFailure.relayIsGone }
    }

    deinit { close(descriptor) }

    /// The longest time that an answer may take, in seconds.
    private static let patience = 60

    /// The relay's key.
    func askForKey() throws -> DeviceID {
        let answer = try exchange(place.request("GET", "/v0/relay", by: key))
        let line = String(decoding: answer.body, as: UTF8.self).prefix { $0 != "\n" }
        guard answer.status == 200, let key = Base32.bytes(line).flatMap({ DeviceID($0) }) else {
            throw BenchmarkFailure.notARelay
        }
        return key
    }

    /// Pushes and pulls until both sides have said all they had.
    func sync(_ replica: Replica) throws -> SyncReport {
        var requester = try SyncRequester(replica, clock: WallTime.now)
        while let request = try requester.next() {
            let body = request.body
            let answer = try exchange(place.request("POST", "/v0/sync", body: body, by: key))
            guard answer.status == 200 else { throw BenchmarkFailure.relayAnswered(status: answer.status) }
            requester.report.bytesSent += body.count
            requester.report.bytesReceived += answer.body.count
            try requester.receive(SyncAnswer(body: answer.body))
        }
        return requester.report
    }

    /// - Parameter request: head and body.
    func exchange(_ request: [UInt8]) throws -> (status: Int, body: [UInt8]) {
        try send(request)
        var reader = AnswerReader()
        var body: [UInt8] = []
        while !reader.isComplete {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw BenchmarkFailure.relayIsGone }
            try buffer.withUnsafeBytes { try reader.read(.init(rebasing: $0.prefix(count)), into: &body) }
        }
        return (reader.status ?? 0, body)
    }

    private func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw BenchmarkFailure.relayIsGone }
            rest = rest.dropFirst(count)
        }
    }
}
