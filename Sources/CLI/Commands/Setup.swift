import ArgumentParser
import CRDT
import ChangeLog
import Inbox
import RelayClient
import Storage

/// `nexus init`
struct Init: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Found a workspace; you are its owner.")

    @OptionGroup var options: GlobalOptions
    @Option(help: "What to call the workspace.") var workspace: String
    @Option(help: "Your name, as the team sees it.") var person: String
    @Option(help: "The relay's address, for instance http://127.0.0.1:7001.") var relay: String?

    func run() throws {
        try Names.check(workspace)
        try Names.check(person)
        if let relay { try Syncing.check(relay) }
        let key = try options.home.make()
        let replica = try Replica.found(
            at: options.home.database, name: workspace, person: person, secret: SystemRandom.bytes(32), key: key,
            now: WallClock.now(), configuration: Machine.configuration)
        if let relay { try replica.setLocalValue(.relay, .text(relay)) }
        try Identity(replica).print(json: options.json, verb: "Founded")
    }
}

/// `nexus join`
struct Join: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join",
        abstract: "Join a workspace by invitation. Works offline; run it again to choose another name.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "The invitation, or - to read it from standard input.") var invitation: String
    @Option(help: "Your name, as the team sees it; not needed for one more device of somebody who is in.")
    var person: String?

    func run() throws {
        if let person { try Names.check(person) }
        let invitation = try Invitations.read(invitation)
        // One more device goes by the name its person has.
        guard let person = invitation.person?.name ?? person else { throw CLIFailure.needsPersonName }
        guard invitation.role != .gateway else { throw CLIFailure.notForGateways }
        let replica = try Joining(home: options.home, invitation: invitation).join(as: person)
        try Identity(replica).print(json: options.json, verb: "Joined")
    }
}

/// `nexus gateway`
struct GatewayGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway", abstract: "Carry messages between customers and the team, for one channel account.",
        subcommands: [GatewayInit.self, GatewayRun.self])
}

/// `nexus gateway init`
struct GatewayInit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Join as the gateway of one channel account.")

    @OptionGroup var options: GlobalOptions
    @Option(help: "whatsapp, whatsapp-direct, messenger, instagram or web-chat.") var channel: String
    @Option(help: "What to call the account.") var name: String
    @Option(help: "The provider's id of the account.") var account: String?
    @Argument(help: "An invitation for a gateway, or - to read it from standard input.") var invitation: String

    func run() throws {
        try Names.check(name)
        let kind = try Choice.of(channel, named: "channel", among: ChannelKind.allCases.map(\.rawValue)) {
            ChannelKind(rawValue: $0)
        }
        let invitation = try Invitations.read(invitation)
        guard invitation.role == .gateway else { throw CLIFailure.needsGatewayInvitation }
        let replica = try Joining(home: options.home, invitation: invitation).join(as: name)
        let channel = try replica.transact(now: WallClock.now()) { transaction in
            try InboxWriter(transaction).openChannel(
                kind, name: name, account: account, ids: NaturalID(secret: invitation.secret))
        }
        if options.json {
            Console.print(
                JSONOutput.object([
                    ("workspace", .string(replica.workspace.text)), ("replica", .string(replica.id.text)),
                    ("channel", .string(channel.text)),
                ]).text())
        } else {
            Console.print("This is the gateway \(TerminalText.safe(name, multiline: false)) of \(kind.rawValue).")
        }
    }
}

/// Makes a replica from an invitation, or gives the person of one that did not sync yet another name.
struct Joining {
    let home: Home
    let invitation: Invitation

    func join(as person: String) throws -> Replica {
        guard home.isMade else {
            let key = try home.make()
            return try Replica.join(
                at: home.database, invitation: invitation, person: person, key: key, now: WallClock.now(),
                configuration: Machine.configuration)
        }
        let replica = try home.open()
        guard replica.workspace == invitation.workspace else { throw CLIFailure.otherInvitation }
        guard let member = try replica.member(replica.id.device), member.admitted == nil, invitation.role != .gateway
        else { throw CLIFailure.homeExists(home.path) }
        if member.name != person {
            _ = try replica.transact(now: WallClock.now()) {
                try $0.commit(Draft(acts: [.rename(person: person)]))
            }
        }
        return replica
    }
}

/// Names of people and workspaces.
enum Names {
    /// - Throws: `.emptyName` for nothing but spaces, `.badName` for what cannot be seen or is long.
    static func check(_ name: String) throws {
        guard name.contains(where: { !$0.isWhitespace }) else { throw CLIFailure.emptyName }
        guard name.utf8.count <= 200, TerminalText.safe(name, multiline: false) == name || isRightToLeft(name) else {
            throw CLIFailure.badName
        }
    }

    /// Right-to-left names are printed between isolates, so they differ from what is printed in nothing else.
    private static func isRightToLeft(_ name: String) -> Bool {
        TerminalText.safe(name, multiline: false).filter { $0 != "\u{2068}" && $0 != "\u{2069}" } == name
    }
}

/// Reads invitations: secrets, so they may come from standard input instead of the command line.
enum Invitations {
    static func read(_ argument: String) throws -> Invitation {
        let text = argument == "-" ? try StandardInput.text() : argument
        let trimmed = text.filter { !$0.isWhitespace }
        guard let invitation = Invitation(trimmed) else { throw CLIFailure.badInvitation }
        return invitation
    }
}

/// Whose replica it is, as `init` and `join` print it.
struct Identity {
    let replica: Replica
    let person: Person?

    init(_ replica: Replica) throws {
        self.replica = replica
        let member = try replica.member(replica.id.device)
        let people = try replica.read { try People($0) }
        person = member.flatMap { people.person($0.person) }
    }

    func print(json: Bool, verb: String) throws {
        if json {
            Console.print(
                JSONOutput.object([
                    ("workspace", .string(replica.workspace.text)), ("replica", .string(replica.id.text)),
                    ("person", JSONOutput(person)),
                ]).text())
        } else {
            let name = TerminalText.safe(person?.name ?? "", multiline: false)
            Console.print("\(verb) workspace \(replica.workspace.text.prefix(8)) as \(name).")
        }
    }
}
