import ChangeLog
import NIOCore
import TestSupport
import Testing

@testable import Relay

/// Nonces and rates, by themselves.
struct GuardsTests {
    private let ana = SigningKey.of("Ana").device
    private let ben = SigningKey.of("Ben").device

    @Test func `a nonce is taken once by each device, for ten minutes`() {
        var nonces = UsedNonces(RelayLimits())
        func take(_ nonce: String, _ device: DeviceID, _ now: UInt64) -> Bool {
            nonces.take(nonce, of: device, now: now)
        }
        #expect(take("a", ana, 1_000))
        #expect(!take("a", ana, 1_000))
        #expect(take("a", ben, 1_000))
        #expect(!take("a", ana, 1_600))
        #expect(take("a", ana, 1_661))
    }

    @Test func `too many nonces push out the oldest only`() {
        var limits = RelayLimits()
        limits.nonces = 100
        var nonces = UsedNonces(limits)
        func take(_ nonce: String, _ device: DeviceID, _ now: UInt64) -> Bool {
            nonces.take(nonce, of: device, now: now)
        }
        for number in 0..<1_000 {
            #expect(take("\(number)", ana, 1_000))
            #expect(nonces.count <= 100)
        }
        for number in 911..<1_000 { #expect(!take("\(number)", ana, 1_000)) }
        #expect(take("0", ana, 1_000))
    }

    @Test func `a clock that jumps does no harm to nonces`() {
        var nonces = UsedNonces(RelayLimits())
        func take(_ nonce: String, _ device: DeviceID, _ now: UInt64) -> Bool {
            nonces.take(nonce, of: device, now: now)
        }
        for now in [5_000, 0, .max, 5_000] as [UInt64] {
            #expect(take("\(now)", ana, now) || now == 5_000)
            #expect(!take("\(now)", ana, now))
        }
    }

    @Test func `a device may burst, then asks as often as it regains`() {
        var limits = RelayLimits()
        (limits.requestBurst, limits.requestsPerSecond) = (5, 2)
        var rate = RequestRate(limits)
        func take(_ device: DeviceID, _ now: UInt64) -> Bool { rate.take(device, now: now) }
        for _ in 0..<5 { #expect(take(ana, 0)) }
        #expect(!take(ana, 0))
        #expect(!take(ana, 499))
        #expect(take(ana, 998))
        #expect(take(ben, 998))
        for _ in 0..<5 { #expect(take(ana, .max)) }
        #expect(!take(ana, .max))
        #expect(!take(ana, 0))
        #expect(take(ana, 500))
    }

    @Test func `more devices than are counted wait until others have rested`() {
        var limits = RelayLimits()
        limits.countedDevices = 1
        var rate = RequestRate(limits)
        func take(_ device: DeviceID, _ now: UInt64) -> Bool { rate.take(device, now: now) }
        #expect(take(ana, 0))
        #expect(!take(ben, 0))
        #expect(take(ana, 0))
        #expect(take(ben, 10_000))
    }

    @Test func `connections are counted by IPv4 address and by the first half of an IPv6 address`() throws {
        var limits = RelayLimits()
        limits.connectionsPerAddress = 2
        let counts = ConnectionCounts(limits)
        func take(_ text: String) throws -> Bool {
            counts.take(try #require(NetworkAddress(try SocketAddress(ipAddress: text, port: 1))))
        }
        #expect(try take("192.0.2.1"))
        #expect(try take("::ffff:192.0.2.1"))
        #expect(try !take("192.0.2.1"))
        #expect(try take("192.0.2.2"))
        #expect(try take("2001:db8:1:2::1"))
        #expect(try take("2001:db8:1:2:ffff::1"))
        #expect(try !take("2001:db8:1:2::3"))
        #expect(try take("2001:db8:1:3::1"))
        counts.giveBack(try #require(NetworkAddress(try SocketAddress(ipAddress: "192.0.2.1", port: 9))))
        #expect(try take("192.0.2.1"))
        for (text, isLoopback) in [("127.8.9.10", true), ("::1", true), ("::ffff:127.0.0.1", true), ("::2", false)] {
            #expect(try NetworkAddress.isLoopback(SocketAddress(ipAddress: text, port: 1)) == isLoopback)
        }
    }

    @Test func `as many files may be open as the system allows at the most`() {
        let count = OpenFiles.allowMost()
        #expect(count >= 1_024)
        #expect(OpenFiles.allowMost() == count)
    }
}
