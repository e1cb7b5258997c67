import Dispatch
import Glibc

/// How many microseconds something took, many times.
struct Percentiles {
    private let sorted: [UInt32]

    init(_ samples: [UInt32]) { sorted = samples.sorted() }

    /// What so many parts of a thousand do not exceed, in seconds; 0 of none.
    func seconds(_ perMille: Int) -> Double {
        guard let last = sorted.last else { return 0 }
        let index = (sorted.count * perMille + 999) / 1_000 - 1
        return Double(sorted.indices.contains(index) ? sorted[index] : last) / 1e6
    }
}

/// A clock that only goes forward.
enum Ticks {
    /// In nanoseconds, since some time.
    static var now: UInt64 { DispatchTime.now().uptimeNanoseconds }

    /// Microseconds since then, as a sample.
    static func sample(since start: UInt64, now: UInt64) -> UInt32 {
        UInt32(clamping: (now - min(start, now)) / 1_000)
    }

    /// Seconds from one reading to a later one.
    static func seconds(from start: UInt64, to end: UInt64) -> Double { Double(end - min(start, end)) / 1e9 }
}

/// The wall clock, as replicas stamp by it.
enum WallTime {
    /// Milliseconds since 1970.
    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(clamping: time.tv_sec) * 1_000 + UInt64(clamping: time.tv_nsec / 1_000_000)
    }
}
