import Foundation
import TestSupport
import Testing

/// What a command printed, and how it ended.
struct Run {
    let status: Int32
    let output: String
    let errors: String

    /// The output as JSON.
    var json: Answer { Answer(try? JSONSerialization.jsonObject(with: Data(output.utf8), options: .fragmentsAllowed)) }
    /// The last line of messages as JSON: an error.
    var error: Answer {
        let line = errors.split(separator: "\n").last.map(String.init) ?? ""
        return Answer(try? JSONSerialization.jsonObject(with: Data(line.utf8)))
    }
}

/// JSON, read leniently: what is not there is empty.
struct Answer {
    let value: Any?
    init(_ value: Any?) { self.value = value }

    subscript(_ key: String) -> Answer { Answer((value as? [String: Any])?[key]) }
    subscript(_ index: Int) -> Answer { list.indices.contains(index) ? list[index] : Answer(nil) }
    var text: String { value as? String ?? "" }
    var number: Int { (value as? NSNumber)?.intValue ?? -1 }
    var isNull: Bool { value is NSNull }
    var list: [Answer] { (value as? [Any] ?? []).map(Answer.init) }
    var texts: [String] { list.map(\.text) }
}

/// A directory of homes, and the program as a person runs it. Everything goes when the test ends.
final class Terminal: Sendable {
    let directory: String

    init() throws {
        var template = Array((NSTemporaryDirectory() + "/nexus-test-XXXXXX").utf8CString)
        directory = String(cString: try #require(mkdtemp(&template)))
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// The program lies beside the test bundle.
    static let program: String = {
        let bundle = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let beside = bundle.appendingPathComponent("nexus").path
        if FileManager.default.isExecutableFile(atPath: beside) { return beside }
        return URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent(".build/debug/nexus").path
    }()

    func path(_ name: String) -> String { directory + "/" + name }

    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
        return path(name)
    }

    /// Runs `nexus --json` in the home of that name.
    @discardableResult
    func nexus(_ home: String?, _ arguments: String..., input: String = "") throws -> Run {
        try start((home.map { ["--home", path($0)] } ?? []) + ["--json"] + arguments, input: input)
    }

    /// Runs `nexus` in the home of that name, for a person to read.
    func plain(_ home: String, _ arguments: String..., input: String = "") throws -> Run {
        try start(["--home", path(home)] + arguments, input: input)
    }

    /// - Parameter environment: added to the tests' own.
    func start(
        _ arguments: [String], input: String = "", program: String = Terminal.program,
        environment: [String: String] = [:]
    ) throws -> Run {
        let outputPath = path("out-\(UUID().uuidString)")
        let errorPath = outputPath + ".err"
        let inputPath = outputPath + ".in"
        try Data(input.utf8).write(to: URL(fileURLWithPath: inputPath))
        for path in [outputPath, errorPath] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        let handles = [
            try FileHandle(forWritingTo: URL(fileURLWithPath: outputPath)),
            try FileHandle(forWritingTo: URL(fileURLWithPath: errorPath)),
            try FileHandle(forReadingFrom: URL(fileURLWithPath: inputPath)),
        ]
        defer { for handle in handles { try? handle.close() } }
        let process = try ChildProcess(
            program, arguments, environment: environment, input: handles[2].fileDescriptor,
            output: handles[0].fileDescriptor, errors: handles[1].fileDescriptor)
        let status = process.wait()
        defer { for path in [outputPath, errorPath, inputPath] { try? FileManager.default.removeItem(atPath: path) } }
        return Run(
            status: status,
            output: String(decoding: try Data(contentsOf: URL(fileURLWithPath: outputPath)), as: UTF8.self),
            errors: String(decoding: try Data(contentsOf: URL(fileURLWithPath: errorPath)), as: UTF8.self))
    }

    /// Founds a workspace in the home `olga`, with one imported conversation.
    func foundWorkspace(relay: String? = nil) throws {
        let relay = relay.map { ["--relay", $0] } ?? []
        let run = try start(
            ["--home", path("olga"), "--json", "init", "--workspace", "Lantern & Loom", "--person", "Olga"] + relay)
        try #require(run.status == 0, "\(run.errors)")
    }

    /// Imports one conversation with one message, open, of a customer named `customer`.
    func importConversation(_ id: String, customer: String = "Ana", text: String = "Hello?") throws -> String {
        let line = """
            {"id":"\(id)","channel":"whatsapp","customer":{"name":"\(customer)","username":"\(customer)","email":null,\
            "phone":null},"subject":null,"status":null,"messages":[{"id":"m1","from":"customer","author":"\(customer)",\
            "text":"\(text)","at":"2026-05-01T10:00:00Z"}],"labels":[],"source":"test"}
            """
        let run = try nexus("olga", "import", write(line + "\n", to: "import.jsonl"))
        try #require(run.status == 0, "\(run.errors)")
        let cards = try nexus("olga", "inbox", "--limit", "0").json.list
        return try #require(cards.first { $0["customer"]["name"].text == customer })["id"].text
    }
}

/// A relay process on a free port of this machine.
final class RelayProcess {
    let data: String
    private(set) var url = ""
    /// With the key pinned, where it speaks TLS.
    private(set) var pinnedURL = ""
    private let certificate: CertificateFiles?
    private var process: ChildProcess?

    init(_ terminal: Terminal, name: String = "relay", certificate: CertificateFiles? = nil) throws {
        data = terminal.path(name)
        self.certificate = certificate
        try start(listen: "127.0.0.1:0")
    }

    deinit { stop() }

    var processID: Int32? { process?.id }

    /// - Parameter fileLimit: in units of 512 bytes: no file may grow longer, as on a full disk.
    func start(listen: String? = nil, passphraseFile: String? = nil, fileLimit: Int? = nil) throws {
        // A write beyond the limit is to fail, as on a full disk, and not to end the process.
        let limit = fileLimit.map { "trap '' XFSZ; ulimit -f \($0); " } ?? ""
        let address = listen ?? String(url.drop { $0 != "/" }.dropFirst(2))
        var arguments = [
            "-c", limit + "exec \"$@\"", "sh", Terminal.program, "relay", "serve", "--data", data, "--listen", address,
            "--json",
        ]
        if let passphraseFile { arguments += ["--passphrase-file", passphraseFile] }
        if let certificate {
            arguments += ["--tls-cert", certificate.certificate, "--tls-key", certificate.key]
        }
        let output = Pipe()
        process = try ChildProcess(
            "/bin/sh", arguments, output: output.fileHandleForWriting.fileDescriptor,
            errors: STDERR_FILENO)
        try output.fileHandleForWriting.close()
        let answer = Answer(try? JSONSerialization.jsonObject(with: output.fileHandleForReading.availableData))
        url = answer["listen"].text
        pinnedURL = url + "#" + answer["pin"].text
        try #require(!url.isEmpty)
    }

    /// Ends it as a power cut would.
    func cutOff() {
        guard let process else { return }
        kill(process.id, SIGKILL)
        process.wait()
        self.process = nil
    }

    /// Ends it as an operator would.
    ///
    /// - Returns: its exit status.
    @discardableResult
    func stop() -> Int32 {
        guard let process else { return 0 }
        kill(process.id, SIGTERM)
        self.process = nil
        return process.wait()
    }
}
