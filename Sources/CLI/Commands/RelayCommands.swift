import ArgumentParser
import ChangeLog
import Dispatch
import Inbox
import Relay
import Storage
import Synchronization

/// `nexus relay`
struct RelayGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay", abstract: "Run the node through which replicas sync.",
        subcommands: [Serve.self, Status.self, Bench.self])

    /// `nexus relay serve`
    struct Serve: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "serve", abstract: "Serve until interrupted.")
        @Option(help: "Where the relay keeps its key and its replicas.") var data: String
        @Option(help: "HOST:PORT; port 0 picks a free one.") var listen = "127.0.0.1:7001"
        @Option(help: "Host this workspace; on loopback any may be founded.") var allow: [String] = []
        @Option(
            name: .customLong("tls-cert"),
            help: ArgumentHelp("Serve HTTPS with this certificate (PEM, its own first).", valueName: "file"))
        var tlsCertificate: String?
        @Option(
            name: .customLong("tls-key"),
            help: ArgumentHelp("The certificate's private key (PEM, under no passphrase).", valueName: "file"))
        var tlsKey: String?
        @Option(
            name: .customLong("connections-per-address"),
            help: ArgumentHelp(
                "Close further connections from one network address. This machine's own are not counted.",
                valueName: "count"))
        var connectionsPerAddress = RelayConfiguration.usualConnectionsPerAddress
        @Option(
            name: .customLong("passphrase-file"),
            help: ArgumentHelp(
                "Take the passphrase that the relay's key is under from this file's first line; - is standard input.",
                valueName: "file"))
        var passphraseFile: String?
        @Flag(help: "Print results as JSON.") var json = false
        @Option(name: .customLong("home"), help: .hidden) var home: String?

        func validate() throws {
            guard (tlsCertificate == nil) == (tlsKey == nil) else {
                throw ValidationError("--tls-cert and --tls-key go together.")
            }
            guard connectionsPerAddress > 0 else {
                throw ValidationError("--connections-per-address is a number above 0.")
            }
        }

        func run() throws {
            let (host, port) = try ListenAddress.parse(listen)
            let allowed = try allow.map { text in
                guard let id = Base32.bytes(text).flatMap({ WorkspaceID($0) }) else {
                    throw CLIFailure.badWorkspace(text)
                }
                return id
            }
            let server = try RelayServer(
                RelayConfiguration(
                    dataDirectory: data, host: host, port: port, allowedWorkspaces: Set(allowed),
                    tls: tlsFiles,
                    connectionsPerAddress: connectionsPerAddress,
                    passphrase: passphraseFile.map { try PassphraseSource(file: $0).current("Passphrase: ") },
                    replica: Machine.configuration, clock: WallClock.now))
            let (isJSON, pin) = (json, server.pin)
            try Blocking.run {
                try await server.run { url in Console.print(Self.greeting(url, pin: pin, isJSON: isJSON)) }
            }
        }

        private var tlsFiles: RelayConfiguration.TLSFiles? {
            guard let tlsCertificate, let tlsKey else { return nil }
            return .init(certificate: tlsCertificate, key: tlsKey)
        }

        private static func greeting(_ url: String, pin: String?, isJSON: Bool) -> String {
            if isJSON { return JSONOutput.object([("listen", .string(url)), ("pin", JSONOutput(pin))]).text() }
            guard let pin else { return "Listening on \(url)" }
            return "Listening on \(url)\nKnown by its key, whoever signed it: \(url)#\(pin)"
        }
    }

    /// `nexus relay status`
    struct Status: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "Say what a relay holds, also while it serves.")
        @Option(help: "The relay's data directory.") var data: String
        @Flag(help: "Print results as JSON.") var json = false
        @Option(name: .customLong("home"), help: .hidden) var home: String?

        func run() throws {
            let workspaces = try RelayData.status(of: data, configuration: InboxSchema.configuration)
            guard json else {
                for workspace in workspaces {
                    Console.print(
                        "\(workspace.workspace.text)  \(workspace.changes) changes of \(workspace.replicas) replicas, "
                            + "\(workspace.waiting) waiting; digest \(Hex.text(workspace.digest))")
                }
                return
            }
            let list = workspaces.map { workspace in
                JSONOutput.object([
                    ("workspace", .string(workspace.workspace.text)), ("digest", .string(Hex.text(workspace.digest))),
                    ("changes", JSONOutput(workspace.changes)), ("waiting", JSONOutput(workspace.waiting)),
                    ("replicas", JSONOutput(workspace.replicas)),
                ])
            }
            Console.print(JSONOutput.object([("workspaces", .array(list))]).text())
        }
    }
}

/// HOST:PORT, with an IPv6 host in brackets.
enum ListenAddress {
    static func parse(_ text: String) throws -> (host: String, port: Int) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port), colon > text.startIndex
        else { throw CLIFailure.badListenAddress(text) }
        let host = text[..<colon]
        return (host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : String(host), port)
    }
}

/// Waits for asynchronous work from the synchronous main thread, which has nothing else to do.
enum Blocking {
    static func run(_ body: @escaping @Sendable () async throws -> Void) throws {
        let failure = Mutex<(any Error)?>(nil)
        let done = DispatchSemaphore(value: 0)
        Task {
            do { try await body() } catch { failure.withLock { $0 = error } }
            done.signal()
        }
        done.wait()
        if let error = failure.withLock({ $0 }) { throw error }
    }
}
