import ArgumentParser
import CRDT
import ChangeLog
import Channels
import Gateway
import Inbox
import ProviderServer
import RelayClient
import Storage
import Transport

/// `nexus gateway run`
struct GatewayRun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Send the team's replies, and take in what the provider tells.",
        discussion: """
            Takes the lease of its channel account from the relay, so that no other gateway sends; then syncs, decides, \
            asks the relay's leave for each message, and sends what is granted. --once does one round.
            """)
    @OptionGroup var options: GlobalOptions
    @Option(help: "simulated, or the address of a server that answers like WhatsApp's Cloud API.")
    var provider = CloudProvider.standardURL
    @Option(
        name: .customLong("token-file"),
        help: ArgumentHelp("The provider's access token: this file's first line.", valueName: "file"))
    var tokenFile: String?
    @Option(help: "Meta's id of the business number; the channel's account unless given.") var phoneNumberId: String?
    @Option(help: "HOST:PORT to take webhooks on.") var listen: String?
    @Option(
        name: .customLong("verify-token-file"),
        help: ArgumentHelp("What was registered with Meta for these webhooks: its first line.", valueName: "file"))
    var verifyTokenFile: String?
    @Option(
        name: .customLong("app-secret-file"),
        help: ArgumentHelp("What Meta signs webhooks under: its first line.", valueName: "file"))
    var appSecretFile: String?
    @Flag(help: "Do one round and say what came of it.") var once = false

    func validate() throws {
        guard !once || listen == nil else { throw ValidationError("Webhooks are taken without --once.") }
    }

    func run() throws {
        let home = options.home
        let (replica, key) = try home.openToPublish()
        let station = try GatewayStation(replica, key: key, provider: try chosenProvider(for: replica))
        if once {
            let report = try station.round()
            try station.giveBack()
            return Console.print(options.json ? GatewayText.json(report).text() : GatewayText.words(report))
        }
        try station.serve(home, key: key, webhooks: try receiver(), isJSON: options.json)
    }

    private func receiver() throws -> WebhookReceiver? {
        guard let listen else { return nil }
        let (host, port) = try ListenAddress.parse(listen)
        return try WebhookReceiver(
            host: host, port: port, verifyToken: try verifyTokenFile.map(SecretFile.firstLine(of:)),
            appSecret: try appSecretFile.map(SecretFile.firstLine(of:)), phoneNumberID: phoneNumberId)
    }

    private func chosenProvider(for replica: Replica) throws -> StationProvider {
        if provider == "simulated" {
            return .simulated(SimulatedChannel(clock: { Int64(clamping: WallClock.now()) }))
        }
        let account = try replica.localValue(.channel).bytes.flatMap { RootID(bytes: $0) }.flatMap { id in
            try replica.read { try ChannelReader($0).channel(id)?.account }
        }
        guard let address = HTTPAddress(provider) else { throw CLIFailure.badURL(provider) }
        // A stand-in on this machine takes any number and any token.
        let standIn = address.isThisMachine ? "0" : nil
        guard let number = phoneNumberId ?? account ?? standIn else { throw CLIFailure.needsPhoneNumberID }
        guard let token = try tokenFile.map(SecretFile.firstLine(of:)) ?? standIn.flatMap(SecretBytes.init(text:))
        else {
            throw CLIFailure.needsToken
        }
        guard let cloud = CloudProvider(url: provider, phoneNumberID: number, token: token) else {
            throw CLIFailure.badURL(provider)
        }
        return .cloud(cloud)
    }
}

/// Who carries the messages.
enum StationProvider {
    case cloud(CloudProvider)
    /// In this process; what it tells is taken in at once.
    case simulated(SimulatedChannel)

    var provider: any Provider {
        switch self {
        case .cloud(let provider): provider
        case .simulated(let provider): provider
        }
    }
}

/// What a gateway says of its work.
enum GatewayText {
    static func words(_ report: Dispatcher.Report) -> String {
        let parts = [
            (report.dispatched, "sent"), (report.held, "held"), (report.dropped, "dropped"), (report.failed, "failed"),
            (report.unknown, "unknown"), (report.postponed, "to be tried again"),
        ]
        let told = parts.filter { $0.0 > 0 || $0.1 == "sent" }.map { "\($0.0) \($0.1)" }
        return told.joined(separator: ", ") + "."
    }

    static func json(_ report: Dispatcher.Report) -> JSONOutput {
        .object([
            ("dispatched", JSONOutput(report.dispatched)), ("held", JSONOutput(report.held)),
            ("dropped", JSONOutput(report.dropped)), ("failed", JSONOutput(report.failed)),
            ("unknown", JSONOutput(report.unknown)), ("postponed", JSONOutput(report.postponed)),
        ])
    }
}
