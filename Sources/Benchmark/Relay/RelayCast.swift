import ChangeLog
import Inbox
import Storage

/// Those who have a part in a measurement of a relay. Keys derive from names; those of followers are made when they are
/// needed, since each lies in locked memory of its own.
enum RelayCast {
    /// An agent with a replica.
    static func writer(_ index: Int) -> SigningKey { key("writer \(index)") }
    /// A viewer's device that follows.
    static func follower(_ index: Int) -> SigningKey { key("follower \(index)") }
    static var founder: SigningKey { key("founder") }
    /// Comes in by the invitation.
    static var newcomer: SigningKey { key("newcomer") }

    private static func key(_ name: String) -> SigningKey {
        let seed = Digest.of(Array(name.utf8), domain: "nexus relay benchmark")
        guard let key = SigningKey(seed: seed) else { preconditionFailure("a seed has 32 bytes") }
        return key
    }

    /// The conversations that notes are written on, in turn.
    static let conversations = (0..<100).map { Cast.ids.importedConversation(channel: "webchat", id: String($0)) }

    /// Founds a workspace that all of them belong to. Nothing of it is known to any relay yet.
    static func found(_ load: RelayLoad, at path: String) throws -> Replica {
        let now = WallTime.now()
        let founder = try Replica.found(
            at: path, name: "Load", person: "Founder", secret: Cast.secret, key: founder, now: now,
            configuration: InboxSchema.configuration)
        let grants =
            (0..<load.writers).map { grant(.agent, to: writer($0)) }
            + (0..<load.replicas).map { grant(.viewer, to: follower($0)) }
        try founder.transact(now: now) { transaction in
            for start in stride(from: 0, to: grants.count, by: FormatLimit.acts.rawValue) {
                try transaction.commit(Draft(acts: Array(grants[start...].prefix(FormatLimit.acts.rawValue))))
            }
            for index in conversations.indices { try importConversation(index, in: transaction) }
        }
        return founder
    }

    /// For one agent, for a day. It counts at the relay once the founder has synced.
    static func invitation(by founder: Replica, relay: DeviceID) throws -> Invitation {
        let seed = Digest.of(Array("invitation".utf8), domain: "nexus relay benchmark")
        guard let key = SigningKey(seed: seed) else { preconditionFailure("a seed has 32 bytes") }
        let expiry = WallTime.now() + 86_400_000
        let change = try founder.transact(now: WallTime.now()) {
            try $0.invite(as: .agent, key: key.device, expires: expiry, uses: 1, for: nil)
        }
        try founder.publish()
        return Invitation(
            workspace: founder.workspace, secret: Cast.secret, relay: nil, relayKey: relay, grant: change.asCause,
            stamp: change.stamp, oneTimeSeed: seed, role: .agent, expires: expiry)
    }

    private static func grant(_ role: Role, to key: SigningKey) -> Act {
        .grant(Grant(role: role, key: key.device, isDevice: true))
    }

    private static func importConversation(_ index: Int, in transaction: Transaction) throws {
        let line = """
            {"id":"\(index)","channel":"webchat","customer":{"name":"Customer \(index)"},"messages":[{"from":"customer",\
            "author":"Customer \(index)","text":"Hello?","at":"2026-05-01T10:00:00Z"}]}
            """
        let file = try ImportedConversation(line: Array(line.utf8))
        _ = try InboxWriter(transaction).importConversation(file, ids: Cast.ids)
    }
}
