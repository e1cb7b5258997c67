import ArgumentParser
import Channels
import Foundation
import ProviderServer
import Transport

/// `nexus dev`
struct DevGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev", abstract: "For whoever develops or tests: stand-ins for what is not there.",
        subcommands: [ProviderCommand.self])

    /// `nexus dev provider`
    struct ProviderCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "provider", abstract: "Stand in for WhatsApp's Cloud API until interrupted.",
            discussion: """
                It takes messages as the Cloud API does, with any token, and does with them what its script says. \
                GET /dev/sent lists what customers received; POST /dev/customer has a customer write.
                """)
        @Option(help: "HOST:PORT; port 0 picks a free one.") var listen = "127.0.0.1:0"
        @Option(help: ArgumentHelp("What to do with which message; Docs/CLI.md has the form.", valueName: "file"))
        var script: String?
        @Option(help: ArgumentHelp("Post receipts and customers' messages there.", valueName: "url"))
        var webhook: String?
        @Option(
            name: .customLong("app-secret-file"),
            help: ArgumentHelp("Sign what is posted under this file's first line.", valueName: "file"))
        var appSecretFile: String?
        @Flag(help: "Print results as JSON.") var json = false
        @Option(name: .customLong("home"), help: .hidden) var home: String?

        func run() throws {
            let (host, port) = try ListenAddress.parse(listen)
            if let webhook, HTTPAddress(webhook) == nil { throw CLIFailure.badURL(webhook) }
            let server = StandInProvider(
                host: host, port: port, script: try script.map(Self.read) ?? SimulatedScript(), webhook: webhook,
                appSecret: try appSecretFile.map(SecretFile.firstLine), clock: { Int64(clamping: WallClock.now()) })
            let isJSON = json
            try Blocking.run {
                try await server.run { url in
                    Console.print(isJSON ? JSONOutput.object([("listen", .string(url))]).text() : "Listening on \(url)")
                }
            }
        }

        private static func read(_ path: String) throws -> SimulatedScript {
            guard let bytes = FileManager.default.contents(atPath: path) else { throw CLIFailure.noSuchFile(path) }
            return try SimulatedScript(Array(bytes))
        }
    }
}
