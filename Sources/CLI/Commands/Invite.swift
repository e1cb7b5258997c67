import ArgumentParser
import ChangeLog
import Inbox
import RelayClient
import Storage

/// `nexus invite`
struct Invite: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make an invitation: one string, to be passed on like a key.")

    @OptionGroup var options: GlobalOptions
    @Option(help: "owner, admin, agent, viewer, gateway or assistant.") var role = "agent"
    @Option(help: "How long it may be used: 7d, 12h or 30m.") var expires = "7d"
    @Option(help: "How many devices it lets in.") var uses: UInt64 = 1

    func run() throws {
        let names = Role.allCases.filter { $0 != .relay }.map(\.name)
        let role = try Choice.of(role, named: "role", among: names) { Role(name: $0) }
        guard let lifetime = Lifetime.parse(expires), lifetime > 0 else { throw CLIFailure.badLifetime(expires) }
        guard (1...10_000).contains(uses) else { throw CLIFailure.badUses }
        let replica = try options.home.open()
        // Before the network is touched: what is refused publishes nothing.
        if let own = try replica.member(replica.id.device)?.role, !own.mayInvite { throw InboxFailure.notAllowed(own) }
        let expiry = WallClock.now() + UInt64(clamping: lifetime)
        // The relay's key is learned before the invitation is made, so that the invitation can carry it.
        let isReachable = (try? Syncing(replica, home: options.home).run()) != nil
        let invitation = try Self.make(in: replica, role: role, expires: expiry, uses: uses)
        let isPublished = isReachable && (try? Syncing(replica, home: options.home).run()) != nil
        if options.json {
            Console.print(JSONOutput.object([("invitation", .string(invitation.text))]).text())
        } else {
            Console.print(invitation.text)
        }
        if !isPublished { Console.note("No relay was reached: the invitation works after your next sync.") }
    }

    private static func make(in replica: Replica, role: Role, expires: UInt64, uses: UInt64) throws -> Invitation {
        let seed = SystemRandom.bytes(SigningKey.seedByteCount)
        guard let key = SigningKey(seed: seed) else { preconditionFailure("a seed of the right length gives a key") }
        let grant = Grant(role: role, key: key.device, isDevice: false, expires: expires, uses: uses)
        return try replica.transact(now: WallClock.now()) { transaction in
            let author = try transaction.author()
            guard author.role.mayInvite, role != .owner || author.role == .owner else {
                throw InboxFailure.notAllowed(author.role)
            }
            let change = try transaction.commit(Draft(acts: [.grant(grant)]))
            let database = transaction.database
            return Invitation(
                workspace: replica.workspace, secret: try LocalValues.value(.secret, in: database).bytes ?? [],
                relay: try LocalValues.value(.relay, in: database).text,
                relayKey: try LocalValues.value(.relayKey, in: database).bytes.flatMap { DeviceID($0) },
                grant: change.asCause, stamp: change.stamp, oneTimeSeed: seed, role: role, expires: expires)
        }
    }
}
