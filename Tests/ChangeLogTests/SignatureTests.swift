import ChangeLog
import Foundation
import Testing

/// Points that vouch for too much, or have two encodings.
///
/// Source: "Taming the many EdDSAs", Chalkias, Garillot, Nikolaenko, SSR 2020, table 6.
let smallOrderPoints: [DeviceID] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    // The second point again, not canonical: with y = p + 1, and with the sign of zero.
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0100000000000000000000000000000000000000000000000000000000000080",
].map { DeviceID(unchecked: bytes(hex: $0)) }

struct SignatureTests {
    @Test func `one signs what the other checks, and nothing else passes`() throws {
        let key = try #require(SigningKey(seed: Array(repeating: 1, count: 32)))
        let signature = key.sign([1, 2, 3])
        #expect(key.device.isValidPoint)
        #expect(key.device.verifies(signature, of: [1, 2, 3]))
        #expect(!key.device.verifies(signature, of: [1, 2]))
        #expect(!DeviceID(unchecked: Array(repeating: 2, count: 32)).verifies(signature, of: [1, 2, 3]))
        #expect(SigningKey(seed: [1]) == nil)
    }

    @Test(arguments: smallOrderPoints)
    func `a point of small order, or not in canonical form, is no key`(point: DeviceID) {
        #expect(!point.isValidPoint)
    }

    @Test(.enabled(if: Vectors.areHere, "the vectors of others are not here: set NEXUS_SHARED to where they are"))
    func `the Wycheproof vectors are judged as they say`() throws {
        let file = try JSONDecoder().decode(Wycheproof.self, from: Vectors.data("wycheproof-ed25519.json"))
        var judged = 0
        for group in file.testGroups {
            let device = DeviceID(unchecked: bytes(hex: group.publicKey.pk))
            for test in group.tests {
                let message = bytes(hex: test.msg)
                let isHeld = Signature(bytes(hex: test.sig)).map { device.verifies($0, of: message) } ?? false
                let passes = device.isValidPoint && isHeld
                #expect(passes == (test.result == "valid"), "test \(test.tcId)")
                judged += 1
            }
        }
        #expect(judged == file.numberOfTests)
    }

    @Test(.enabled(if: Vectors.areHere, "the vectors of others are not here: set NEXUS_SHARED to where they are"))
    func `none of the cases passes on which implementations disagree`() throws {
        let cases = try JSONDecoder().decode([SpecCheck].self, from: Vectors.data("ed25519-speccheck-cases.json"))
        #expect(cases.count == 12)
        for (number, entry) in cases.enumerated() {
            let device = DeviceID(unchecked: bytes(hex: entry.pub_key))
            let signature = try #require(Signature(bytes(hex: entry.signature)))
            let passes = device.isValidPoint && device.verifies(signature, of: bytes(hex: entry.message))
            #expect(!passes, "case \(number)")
        }
    }
}

/// Test vectors made by others, which are not part of this package.
private enum Vectors {
    static let directory: URL = {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let shared = ProcessInfo.processInfo.environment["NEXUS_SHARED"].map { URL(filePath: $0) }
        let beside = package.deletingLastPathComponent().appending(path: "shared")
        return (shared ?? beside).appending(path: "fixtures/crypto")
    }()

    static var areHere: Bool { FileManager.default.fileExists(atPath: directory.path) }

    static func data(_ name: String) throws -> Data { try Data(contentsOf: directory.appending(path: name)) }
}

private struct Wycheproof: Decodable {
    struct Group: Decodable {
        struct Key: Decodable { let pk: String }
        struct Test: Decodable {
            let tcId: Int
            let msg: String
            let sig: String
            let result: String
        }
        let publicKey: Key
        let tests: [Test]
    }
    let numberOfTests: Int
    let testGroups: [Group]
}

private struct SpecCheck: Decodable {
    let message: String
    let pub_key: String
    let signature: String
}

private func bytes(hex: String) -> [UInt8] {
    stride(from: 0, to: hex.utf8.count, by: 2).compactMap { offset in
        UInt8(hex.dropFirst(offset).prefix(2), radix: 16)
    }
}
