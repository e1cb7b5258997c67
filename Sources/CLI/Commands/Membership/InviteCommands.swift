import ArgumentParser
import CRDT
import ChangeLog
import Inbox
import RelayClient
import Storage

/// `nexus invite`
struct InviteGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invite", abstract: "Make an invitation: one string, to be passed on like a key.",
        discussion: """
            nexus invite [--role agent | --for PERSON] [--expires 7d] [--uses 1] makes one; nexus invite make --help \
            explains these.
            """,
        subcommands: [Invite.self, InviteList.self, InviteWithdraw.self], defaultSubcommand: Invite.self)
}

/// `nexus invite` without more
struct Invite: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make", abstract: "Make an invitation: one string, to be passed on like a key.")

    @OptionGroup var options: GlobalOptions
    @Option(help: "owner, admin, agent, viewer, gateway or assistant.") var role: String?
    @Option(name: .customLong("for"), help: "For one more device of somebody in the team, in the role they have.")
    var person: String?
    @Option(help: "How long it may be used: 7d, 12h or 30m.") var expires = "7d"
    @Option(help: "How many devices it lets in.") var uses: UInt64 = 1

    func run() throws {
        let role = try wantedRole()
        guard let lifetime = Lifetime.parse(expires), lifetime > 0 else { throw CLIFailure.badLifetime(expires) }
        guard (1...10_000).contains(uses) else { throw CLIFailure.badUses }
        let (replica, key) = try options.home.openToPublish()
        let member = try person.map { try MemberLookup(replica).person($0) }
        // Before the network is touched: what is refused publishes nothing.
        if let own = try replica.member(replica.id.device), !own.mayInvite {
            throw MembershipFailure.notAllowed(own.role)
        }
        let expiry = WallClock.now() + UInt64(clamping: lifetime)
        // The relay's key is learned before the invitation is made, so that the invitation can carry it.
        let isReachable = (try? Syncing(replica, key: key).run()) != nil
        let invitation = try Self.make(
            in: replica, role: member?.role ?? role ?? .agent, expires: expiry, uses: uses,
            person: member.map { InvitedPerson(id: $0.person, name: $0.name) })
        let isPublished = isReachable && (try? Syncing(replica, key: key).run()) != nil
        if options.json {
            Console.print(JSONOutput.object([("invitation", .string(invitation.text))]).text())
        } else {
            Console.print(invitation.text)
        }
        if !isPublished { Console.note("No relay was reached: the invitation works after your next sync.") }
    }

    private func wantedRole() throws -> Role? {
        guard let role else { return nil }
        guard person == nil else { throw CLIFailure.roleOfPerson }
        let names = Role.allCases.filter { $0 != .relay }.map(\.name)
        return try Choice.of(role, named: "role", among: names) { Role(name: $0) }
    }

    private static func make(
        in replica: Replica, role: Role, expires: UInt64, uses: UInt64, person: InvitedPerson?
    ) throws -> Invitation {
        let seed = SystemRandom.bytes(SigningKey.seedByteCount)
        guard let key = SigningKey(seed: seed) else { preconditionFailure("a seed of the right length gives a key") }
        let invitation = try replica.transact(now: WallClock.now()) { transaction in
            let change = try transaction.invite(
                as: role, key: key.device, expires: expires, uses: uses, for: person?.id)
            let database = transaction.database
            return Invitation(
                workspace: replica.workspace, secret: try LocalValues.value(.secret, in: database).bytes ?? [],
                relay: try LocalValues.value(.relay, in: database).text,
                relayKey: try LocalValues.value(.relayKey, in: database).bytes.flatMap { DeviceID($0) },
                grant: change.asCause, stamp: change.stamp, oneTimeSeed: seed, role: role, expires: expires,
                person: person)
        }
        // The invitation names the grant by its hash and goes its own way: from now on it is never written anew.
        try replica.publish()
        return invitation
    }
}

/// `nexus invite list`
struct InviteList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the invitations that still let somebody in.")

    @OptionGroup var options: GlobalOptions
    @Flag(help: "Also those that no longer do.") var all = false

    func run() throws {
        let replica = try options.home.open(.reading)
        let words = OperationWords(try replica.read { try People($0) })
        let invitations = try replica.invitations(now: WallClock.now()).filter { all || $0.state == .open }
        if options.json {
            return Console.print(JSONOutput.array(invitations.map { JSONOutput(invitation: $0, words) }).text())
        }
        guard !invitations.isEmpty else { return Console.print("No invitation is open.") }
        let table = TextTable(
            columns: [
                .init("ID", 10), .init("ROLE", 10), .init("USED", 10), .init("STATE", 11), .init("EXPIRES", 26),
                .init("MADE BY", 0),
            ], width: Console.width)
        let rows = invitations.map { invitation in
            [
                String(invitation.id.text.prefix(8)), invitation.role.name, "\(invitation.used) of \(invitation.uses)",
                invitation.state.rawValue, invitation.expires.map(OperationWords.time) ?? "never",
                words.name(of: invitation.author),
            ]
        }
        table.lines(rows).forEach(Console.print)
    }
}

/// `nexus invite withdraw`
struct InviteWithdraw: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw", abstract: "Take an invitation back: nobody else comes in with it.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "The start of its id, as nexus invite list shows it, or the invitation itself; - reads that.")
    var invitation: String

    func run() throws {
        let replica = try options.home.open()
        let record = try find(among: replica.invitations(now: WallClock.now()))
        guard record.state != .withdrawn else { throw MembershipFailure.alreadySo }
        let change = try replica.transact(now: WallClock.now()) { try $0.withdraw(record) }
        Acknowledgement(change: change.id).print(json: options.json)
        if !options.json { Console.print("Taken back. Whoever admits joiners heeds it once they have heard of it.") }
    }

    private func find(among records: [InvitationRecord]) throws -> InvitationRecord {
        let text = invitation == "-" ? try StandardInput.text().filter { !$0.isWhitespace } : invitation
        let found: [InvitationRecord]
        if let invitation = Invitation(text) {
            found = records.filter { $0.grant == invitation.grant }
        } else {
            found = text.utf8.count < 4 ? [] : records.filter { $0.id.text.hasPrefix(text.lowercased()) }
        }
        guard let record = found.first, found.count == 1 else {
            // What may be a secret is not repeated.
            throw MembershipFailure.unknownInvitation(text.utf8.count > 26 ? "like that" : text)
        }
        return record
    }
}

extension JSONOutput {
    fileprivate init(invitation: InvitationRecord, _ words: OperationWords) {
        self = .object([
            ("id", .string(invitation.id.text)), ("role", .string(invitation.role.name)),
            ("state", .string(invitation.state.rawValue)), ("uses", JSONOutput(invitation.uses)),
            ("used", JSONOutput(invitation.used)),
            ("expires", JSONOutput(invitation.expires.map(OperationWords.time))),
            ("made", .string(OperationWords.time(invitation.made.milliseconds))),
            ("by", .string(words.name(of: invitation.author))), ("person", JSONOutput(invitation.person?.text)),
        ])
    }
}
