import ChangeLog
import Foundation
import Testing

@testable import Keys

extension SecretBytes {
    /// A secret that is none.
    static func of(_ text: String) throws -> SecretBytes { try of(Array(text.utf8)) }

    static func of(_ bytes: [UInt8]) throws -> SecretBytes {
        try #require(
            SecretBytes(capacity: bytes.count) { buffer in
                buffer.copyBytes(from: bytes)
                return bytes.count
            })
    }

    var bytes: [UInt8] { withUnsafeBytes { Array($0) } }
    var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension GuessCost {
    /// As little as there can be.
    static let least = GuessCost(passes: 1, memory: 8192)
}

extension StoredKey {
    /// The key with the seed 0, 1, … 31.
    static func counting() throws -> StoredKey { try StoredKey(seed: .of(Array(0..<32))) }

    /// What it signs; equal for equal keys.
    func mark() throws -> [UInt8] { try #require(signing).sign([1, 2, 3]).bytes }
}

/// The key in a text, as if from the file `k`.
func key(in text: String) throws -> StoredKey { try StoredKey(.of(text), path: "k") }

/// Lines with their check below.
func checked(_ lines: String) -> String {
    let check = Array(lines.utf8).withUnsafeBytes { KeyText.check($0) }
    return lines + "check \(check)\n"
}

func setMode(_ mode: mode_t, of path: String) { #expect(chmod(path, mode) == 0) }

func mode(of path: String) throws -> Int {
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
    return try #require(mode).intValue
}
