import Glibc
import NIOCore
import Synchronization

/// Where connections come from, as far as they are counted together: an IPv4 address, or the 64 bits of an IPv6 address
/// that one customer of a provider gets.
struct NetworkAddress: Hashable {
    private let bytes: [UInt8]

    /// - Returns: nil for an address of another kind.
    init?(_ address: SocketAddress) {
        guard let bytes = Self.bytes(of: address) else { return nil }
        self.bytes = bytes.count == 16 ? Array(bytes.prefix(8)) : bytes
    }

    static func isLoopback(_ address: SocketAddress) -> Bool {
        guard let bytes = bytes(of: address) else { return false }
        return bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    }

    /// 4 or 16; of an IPv4 address that was written as one of IPv6, 4.
    private static func bytes(of address: SocketAddress) -> [UInt8]? {
        guard let text = address.ipAddress else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes.prefix(4)) }
        // Without the interface of a link-local address.
        guard inet_pton(AF_INET6, String(text.prefix { $0 != "%" }), &bytes) == 1 else { return nil }
        let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10..<12] == [0xFF, 0xFF]
        return isMapped ? Array(bytes.suffix(4)) : bytes
    }
}

/// How many connections there are from each network address.
final class ConnectionCounts: Sendable {
    private let limit: Int
    private let counts = Mutex<[NetworkAddress: Int]>([:])

    init(_ limits: RelayLimits) { limit = limits.connectionsPerAddress }

    /// - Returns: whether there was room for one more; if so, it has to be given back.
    func take(_ address: NetworkAddress) -> Bool {
        counts.withLock { counts in
            let count = counts[address] ?? 0
            guard count < limit else { return false }
            counts[address] = count + 1
            return true
        }
    }

    func giveBack(_ address: NetworkAddress) {
        counts.withLock { counts in
            let count = counts[address] ?? 0
            counts[address] = count > 1 ? count - 1 : nil
        }
    }
}
