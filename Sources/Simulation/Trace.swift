import ChangeLog

/// One number for all that happened: two runs with the same trace did the same, event by event.
package struct Trace: Hashable, Sendable {
    private var hash: [UInt8] = []

    /// A run in which nothing happened yet.
    package init() {}

    /// Takes an event in, with what it led to.
    mutating func add(_ event: String, _ state: [UInt8]) {
        hash = Digest.of(hash + Array(event.utf8) + state, domain: "nexus trace", byteCount: 16)
    }

    /// Twenty-six letters and digits.
    package var text: String { Base32.text(hash) }
}
