import Glibc

/// Time spent, by the wall and by this process.
struct Spent {
    private let wall = ContinuousClock.now
    private let processor = Self.processorSeconds

    var seconds: Double { Self.seconds(ContinuousClock.now - wall) }
    var processorSeconds: Double { Self.processorSeconds - processor }

    /// What `body` takes, in seconds.
    static func on<Result>(_ body: () throws -> Result) rethrows -> (result: Result, seconds: Double) {
        let spent = Spent()
        let result = try body()
        return (result, spent.seconds)
    }

    private static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }

    private static var processorSeconds: Double {
        var usage = rusage()
        guard getrusage(RUSAGE_SELF.rawValue, &usage) == 0 else { return 0 }
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }
}

/// This process's memory, as Linux tells.
enum ResidentMemory {
    /// In KiB; 0 where it cannot be told.
    static var now: Int { value("VmRSS:") }
    /// The most there was, in KiB.
    static var peak: Int { value("VmHWM:") }

    private static func value(_ name: String) -> Int {
        guard let file = fopen("/proc/self/status", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard text.hasPrefix(name) else { continue }
            return text.split { !$0.isNumber }.first.flatMap { Int($0) } ?? 0
        }
        return 0
    }
}

extension [Double] {
    /// The middle one, or the upper of two; 0 of none.
    var median: Double { isEmpty ? 0 : sorted()[count / 2] }
}
