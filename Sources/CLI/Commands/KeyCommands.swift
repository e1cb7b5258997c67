import ArgumentParser
import ChangeLog
import Inbox
import Keys
import Relay

/// `nexus key`
struct KeyGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Put this device's key under a passphrase, keep a copy of it, or bring one back.",
        subcommands: [SetPassphrase.self, ExportKey.self, ImportKey.self])

    /// `nexus key passphrase`
    struct SetPassphrase: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "passphrase", abstract: "Set, change or remove the passphrase that the key is under.",
            discussion: """
                It is asked for on the terminal: first the one there is, then the new one, twice. Without a terminal \
                each is one line of standard input. Whatever sends changes away asks for it from then on; reading and \
                writing do not.
                """)

        @OptionGroup var options: GlobalOptions
        @OptionGroup var owner: KeyOwner
        @Flag(help: "Keep the key under no passphrase from now on.") var remove = false

        func run() throws {
            let file = owner.keyFile(options)
            let key = try file.read()
            let plain = key.isSealed ? try key.opened(with: options.passphrases.current("Passphrase now: ")) : key
            let changed =
                remove ? plain : try plain.sealed(under: options.passphrases.new("New passphrase: "), cost: .home)
            try file.replace(with: changed)
            KeyReport(changed).print(
                json: options.json, remove ? "The key is under no passphrase." : "The key is under a passphrase.")
        }
    }

    /// `nexus key export`
    struct ExportKey: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export", abstract: "Write a copy of the key into a new file, under a passphrase.",
            discussion: """
                Whoever has the file and the passphrase can write as this device. The file is no backup of the \
                replica. Asks for the key's passphrase, if it is under one, and then for the file's, twice; without a \
                terminal each is one line of standard input.
                """)

        @OptionGroup var options: GlobalOptions
        @OptionGroup var owner: KeyOwner
        @Argument(help: "The file to write.") var file: String

        func run() throws {
            let target = KeyFile(carriedAt: file)
            let key = try owner.keyFile(options).read()
            // Before anybody types anything.
            guard !target.isThere else { throw KeyFailure.exists(file) }
            let plain = key.isSealed ? try key.opened(with: options.passphrases.current("The key's passphrase: ")) : key
            let exported = try plain.sealed(
                under: options.passphrases.new("A passphrase for the file: "), cost: .export)
            try target.create(exported)
            KeyReport(exported).print(
                json: options.json, "Wrote the key to \(TerminalText.safe(file, multiline: false)), under a passphrase."
            )
        }
    }

    /// `nexus key import`
    struct ImportKey: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import", abstract: "Bring back an exported key, where there is none.",
            discussion: """
                Where there is a replica, the key has to be the one it was made with. The key stays under the \
                passphrase that the file was under.
                """)

        @OptionGroup var options: GlobalOptions
        @OptionGroup var owner: KeyOwner
        @Argument(help: "The file to read.") var file: String

        func run() throws {
            let target = owner.keyFile(options)
            guard !target.isThere else { throw KeyFailure.exists(target.path) }
            let source = KeyFile(carriedAt: file)
            guard source.isThere else { throw CLIFailure.noSuchFile(file) }
            let key = try source.read()
            guard try owner.takes(key, options) else { throw CLIFailure.otherKey }
            let kept = key.isSealed ? try sealedAnew(key) : key
            try owner.makeDirectory(options)
            try target.create(kept)
            KeyReport(kept).print(
                json: options.json,
                kept.isSealed
                    ? "The key is back, under the file's passphrase." : "The key is back, under no passphrase.")
        }

        private func sealedAnew(_ key: StoredKey) throws -> StoredKey {
            let passphrase = try options.passphrases.current("The file's passphrase: ")
            return try key.opened(with: passphrase).sealed(under: passphrase, cost: .home)
        }
    }
}

/// Whose key is meant: the home's, or a relay's.
struct KeyOwner: ParsableArguments {
    @Option(help: ArgumentHelp("Work on the key of the relay with this data directory.", valueName: "dir"))
    var data: String?

    func keyFile(_ options: GlobalOptions) -> KeyFile {
        data.map { RelayData.keyFile(of: $0) } ?? options.home.keyFile
    }

    /// Whether the replicas there are of that key's device, or none is there.
    func takes(_ key: StoredKey, _ options: GlobalOptions) throws -> Bool {
        guard let data else { return try options.home.takes(key) }
        return try RelayData.takes(key, in: data, configuration: InboxSchema.configuration)
    }

    func makeDirectory(_ options: GlobalOptions) throws {
        try PrivateDirectory.make(data ?? options.home.path)
    }
}

/// What became of a key, as these commands print it.
private struct KeyReport {
    private let key: StoredKey

    init(_ key: StoredKey) { self.key = key }

    func print(json: Bool, _ words: String) {
        guard json else { return Console.print(words) }
        Console.print(
            JSONOutput.object([("device", .string(key.device.text)), ("passphrase", .bool(key.isSealed))]).text())
    }
}
