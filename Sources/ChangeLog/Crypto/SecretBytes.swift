import CSodium

/// Bytes that nobody else is to see: a seed, a passphrase, a key made from one. Their memory is locked, as far as the
/// system lets a process, so that it is not swapped out; it is left out of core dumps, lies between pages that nobody
/// may touch, and is wiped when they go.
///
/// Unchecked because the memory is filled before anybody else can see the object, and only read after.
public final class SecretBytes: @unchecked Sendable {
    /// How many there are.
    public let count: Int
    private let start: UnsafeMutableRawPointer

    /// - Parameters:
    ///   - capacity: how many there can be.
    ///   - fill: writes them from the beginning on, and says how many it wrote.
    /// - Returns: nil if there is no memory for them.
    public init?<Failure>(
        capacity: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Int
    ) throws(Failure) {
        Sodium.ready
        guard let start = sodium_malloc(max(capacity, 1)) else { return nil }
        do {
            count = min(try fill(UnsafeMutableRawBufferPointer(start: start, count: capacity)), capacity)
        } catch {
            sodium_free(start)
            throw error
        }
        self.start = start
    }

    deinit { sodium_free(start) }

    /// Lends the bytes to `body`, which is to keep no copy of them.
    public func withUnsafeBytes<Result, Failure>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: start, count: count))
    }
}

extension SecretBytes: Equatable {
    /// Takes as long whether they differ early, late or not at all.
    public static func == (left: SecretBytes, right: SecretBytes) -> Bool {
        left.count == right.count && sodium_memcmp(left.start, right.start, left.count) == 0
    }
}

/// However they come to be printed, nothing of them shows.
extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// That they are secret.
    public var description: String { "secret bytes" }
    /// The same.
    public var debugDescription: String { description }
    /// Has no children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension SystemRandom {
    /// - Parameter count: how many bytes, as a secret.
    /// - Returns: nil if there is no memory for them.
    public static func secret(_ count: Int) -> SecretBytes? {
        SecretBytes(capacity: count) { buffer in
            if let start = buffer.baseAddress { randombytes_buf(start, count) }
            return count
        }
    }
}

extension SecretBytes {
    /// A text that is none of a person's secrets, where bytes are asked for that may be one.
    ///
    /// - Returns: nil if there is no memory for it.
    public convenience init?(text: String) {
        let bytes = Array(text.utf8)
        self.init(capacity: bytes.count) { buffer in
            buffer.copyBytes(from: bytes)
            return bytes.count
        }
    }
}
