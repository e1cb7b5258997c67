import Foundation

/// The reader of the change format in Python, which was written from the format's document alone.
package enum SecondReader {
    /// Where fixtures and the reader are.
    package static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures").path

    /// Whether Python is here with what the reader needs.
    package static let isThere: Bool = {
        let probe = Process()
        probe.executableURL = URL(filePath: "/usr/bin/python3")
        probe.arguments = ["-c", "import nacl, zstandard"]
        probe.standardError = FileHandle.nullDevice
        guard (try? probe.run()) != nil else { return false }
        probe.waitUntilExit()
        return probe.terminationStatus == 0
    }()

    /// Runs it to its end.
    package static func run(_ arguments: [String], input: [UInt8] = []) throws -> (status: Int32, output: String) {
        let directory = TemporaryDirectory()
        let (inputPath, outputPath) = (directory.file("input"), directory.file("output"))
        try Data(input).write(to: URL(filePath: inputPath))
        _ = FileManager.default.createFile(atPath: outputPath, contents: nil)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = ["-B", fixtures + "/reader/reader.py"] + arguments
        process.standardInput = try FileHandle(forReadingFrom: URL(filePath: inputPath))
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: outputPath))
        try process.run()
        process.waitUntilExit()
        return (process.terminationStatus, try String(contentsOfFile: outputPath, encoding: .utf8))
    }
}
