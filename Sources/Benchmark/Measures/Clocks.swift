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

/// A process's memory, as Linux tells.
enum ResidentMemory {
    /// This process's, in KiB; 0 where it cannot be told.
    static var now: Int { value("VmRSS:", of: "self") }
    /// The most there was, in KiB.
    static var peak: Int { value("VmHWM:", of: "self") }

    /// Another process's, in KiB; 0 where it cannot be told.
    static func now(of process: Int32) -> Int { value("VmRSS:", of: String(process)) }

    private static func value(_ name: String, of process: String) -> Int {
        let lines = SmallFile.text("/proc/\(process)/status")?.split(separator: "\n") ?? []
        guard let line = lines.first(where: { $0.hasPrefix(name) }) else { return 0 }
        return line.split { !$0.isNumber }.first.flatMap { Int($0) } ?? 0
    }
}

/// What the system says of processes, in files that have no size.
enum SmallFile {
    /// The first 16 KiB; nil if there is no such file.
    static func text(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 16 << 10)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}

extension [Double] {
    /// The middle one, or the upper of two; 0 of none.
    var median: Double { isEmpty ? 0 : sorted()[count / 2] }
}
