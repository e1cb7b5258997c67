import CSodium

/// Opens libsodium once for the whole process.
enum Sodium {
    /// Without its random source and self-chosen implementations nothing here is safe to use, so there is no going on.
    static let ready: Void = {
        precondition(sodium_init() >= 0, "libsodium could not be initialised")
    }()
}

/// Random bytes from the operating system. Only the edge rolls dice; the core is handed the result.
public enum SystemRandom {
    /// - Parameter count: how many bytes.
    public static func bytes(_ count: Int) -> [UInt8] {
        Sodium.ready
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            if let start = buffer.baseAddress { randombytes_buf(start, count) }
            filled = count
        }
    }
}
