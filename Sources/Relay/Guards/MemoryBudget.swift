import Synchronization

/// Bytes of request bodies that are held before anybody knows whose they are.
final class MemoryBudget: Sendable {
    private let left: Mutex<Int>

    init(_ byteCount: Int) { left = Mutex(byteCount) }

    /// - Returns: whether there was room; if so, it has to be given back.
    func take(_ byteCount: Int) -> Bool {
        left.withLock { left in
            guard left >= byteCount else { return false }
            left -= byteCount
            return true
        }
    }

    func giveBack(_ byteCount: Int) { left.withLock { $0 += byteCount } }
}
