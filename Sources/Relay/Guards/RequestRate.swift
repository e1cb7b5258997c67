import ChangeLog

/// How many requests each device may still make: a token bucket each.
struct RequestRate {
    private let burst: UInt64
    private let perSecond: UInt64
    private let limit: Int
    private var buckets: [DeviceID: Bucket] = [:]

    /// In thousandths of a request, so that a millisecond's share is a whole number.
    private struct Bucket {
        var credit: UInt64
        var since: UInt64
    }

    init(_ limits: RelayLimits) {
        burst = limits.requestBurst * 1_000
        perSecond = limits.requestsPerSecond
        limit = limits.countedDevices
    }

    /// - Parameter now: milliseconds since 1970. A clock set back refills nothing and blocks nobody.
    /// - Returns: whether the device may make this request.
    mutating func take(_ device: DeviceID, now: UInt64) -> Bool {
        if buckets[device] == nil {
            if buckets.count >= limit { buckets = buckets.filter { self.credit(of: $0.value, now: now) < burst } }
            guard buckets.count < limit else { return false }
        }
        let credit = buckets[device].map { self.credit(of: $0, now: now) } ?? burst
        let mayAsk = credit >= 1_000
        buckets[device] = Bucket(credit: mayAsk ? credit - 1_000 : credit, since: now)
        return mayAsk
    }

    private func credit(of bucket: Bucket, now: UInt64) -> UInt64 {
        guard now > bucket.since else { return bucket.credit }
        let (gained, hasOverflown) = (now - bucket.since).multipliedReportingOverflow(by: perSecond)
        return hasOverflown ? burst : min(burst, bucket.credit.saturatingSum(gained))
    }
}
