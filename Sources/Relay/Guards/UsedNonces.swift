import ChangeLog

/// The nonces of requests that had effect, so that none has effect twice.
///
/// Kept in runs by age: the oldest run goes as a whole, by time or, before that, when there are too many. Only requests
/// of those who may sync are noted; a stranger can therefore not fill it.
struct UsedNonces {
    private let lifetime: UInt64
    private let limit: Int
    private var runs: [Run] = []
    private static let runSeconds: UInt64 = 60

    private struct Run {
        let since: UInt64
        var marks: Set<[UInt8]> = []
    }

    init(_ limits: RelayLimits) {
        lifetime = limits.nonceSeconds
        limit = limits.nonces
    }

    /// - Parameter now: seconds since 1970.
    /// - Returns: whether the device had not used the nonce; from now on it has.
    mutating func take(_ nonce: String, of device: DeviceID, now: UInt64) -> Bool {
        let mark = Digest.of(device.bytes + Array(nonce.utf8), domain: "nexus relay nonce", byteCount: 16)
        // A run is as old as its youngest nonce.
        runs.removeAll { $0.since.saturatingSum(Self.runSeconds).saturatingSum(lifetime) < now }
        guard !runs.contains(where: { $0.marks.contains(mark) }) else { return false }
        // The share of one run, so that one overfull minute does not forget everything.
        let isFull = runs.last.map { $0.marks.count >= max(1, limit / 10) } ?? true
        let isOld = runs.last.map { now >= $0.since.saturatingSum(Self.runSeconds) || now < $0.since } ?? true
        if isFull || isOld { runs.append(Run(since: now)) }
        runs[runs.count - 1].marks.insert(mark)
        while runs.count > 1, count > limit { runs.removeFirst() }
        return true
    }

    /// How many are remembered.
    var count: Int { runs.reduce(0) { $0 + $1.marks.count } }
}

extension UInt64 {
    func saturatingSum(_ other: UInt64) -> UInt64 {
        let (sum, hasOverflown) = addingReportingOverflow(other)
        return hasOverflown ? .max : sum
    }
}
