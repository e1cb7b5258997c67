import ChangeLog
import Replication
import Storage
import Sync
import Synchronization
import TestSupport

@testable import Relay

/// Somebody with a device and a replica, who syncs with a relay in this process.
final class Person {
    let key: SigningKey
    let replica: Replica
    private let relay: TestRelay
    private let directory: TemporaryDirectory
    private let secret: [UInt8]
    private var nonces = 0
    /// Where the last sync ended.
    var cursor: Cursor? { get throws { try replica.relayProgress().position.map(Cursor.init) } }

    private init(
        _ replica: Replica, key: SigningKey, relay: TestRelay, in directory: TemporaryDirectory, secret: [UInt8]
    ) {
        (self.replica, self.key, self.relay) = (replica, key, relay)
        (self.directory, self.secret) = (directory, secret)
    }

    /// The founder of a workspace of their own.
    static func founder(named name: String = "Olga", with relay: TestRelay) throws -> Person {
        let directory = TemporaryDirectory()
        let key = SigningKey.of(name)
        let secret = Array(repeating: UInt8(7), count: 32)
        let replica = try Replica.found(
            at: directory.file("replica.sqlite"), name: "Shop", person: name, secret: secret, key: key,
            now: relay.clock.now, configuration: NoteSchema.configuration)
        return Person(replica, key: key, relay: relay, in: directory, secret: secret)
    }

    /// Somebody who took up an invitation.
    static func joiner(
        named name: String, device: String? = nil, by invitation: Invitation, with relay: TestRelay
    ) throws -> Person {
        let directory = TemporaryDirectory()
        let key = SigningKey.of(device ?? name)
        let replica = try Replica.join(
            at: directory.file("replica.sqlite"), invitation: invitation, person: name, key: key,
            now: relay.clock.now, configuration: NoteSchema.configuration)
        return Person(replica, key: key, relay: relay, in: directory, secret: invitation.secret)
    }

    // MARK: Writing

    @discardableResult
    func write(_ title: String) throws -> Change {
        let segment = Segment(
            kind: NoteSchema.number, root: RootID(high: 0, low: 1),
            operations: [
                Operation(field: NoteSchema.title, action: .write(.text(title))),
                Operation(field: NoteSchema.label, action: .add(.text(title))),
            ])
        return try replica.transact(now: relay.clock.now) { try $0.commit(Draft(segments: [segment])) }
    }

    func invite(as role: Role = .agent, expires: UInt64? = nil, uses: UInt64 = 1) throws -> Invitation {
        let seed = SystemRandom.bytes(32)
        guard let oneTimeKey = SigningKey(seed: seed) else { throw StorageFailure.corrupt }
        let grant = Grant(role: role, key: oneTimeKey.device, isDevice: false, expires: expires, uses: uses)
        let change = try replica.transact(now: relay.clock.now) { try $0.commit(Draft(acts: [.grant(grant)])) }
        return Invitation(
            workspace: replica.workspace, secret: secret, relay: nil, relayKey: nil, grant: change.asCause,
            stamp: change.stamp, oneTimeSeed: seed, role: role, expires: expires)
    }

    // MARK: Asking

    var credential: [UInt8]? { get throws { try replica.localValue(.credential).bytes } }

    /// Own sealed changes, all of them.
    func deltas() throws -> [[UInt8]] {
        try replica.publish()
        return try replica.outgoing(after: 0, byteLimit: 16 << 20).deltas
    }

    func packet(
        cursor: Cursor? = nil, frontier: [Cause]? = nil, credential: [UInt8]? = nil, tips: [Cause] = [],
        isPushOnly: Bool = false, deltas: [[UInt8]] = []
    ) -> SyncRequest {
        SyncRequest(
            workspace: replica.workspace, replica: replica.id, cursor: cursor, frontier: frontier,
            credential: credential, tips: tips, isPushOnly: isPushOnly, deltas: deltas)
    }

    func nextNonce() -> String {
        nonces += 1
        return Base32.text(Array("\(nonces)".utf8))
    }

    func signature(
        method: String = "POST", path: String = "/v0/sync", audience: String? = nil, body: [UInt8],
        nonce: String? = nil, created: UInt64? = nil
    ) throws -> [(name: String, value: String)] {
        let parts = RequestSignature.Parts(
            method: method, path: path, audience: try audience ?? relay.key.text,
            created: created ?? relay.clock.now / 1_000, nonce: nonce ?? nextNonce())
        return RequestSignature.headers(parts, body: body, key: key)
    }

    /// The packet as a request from this machine.
    func syncRequest(_ packet: SyncRequest) throws -> RoutedRequest {
        let body = Compression.compressed(packet.bytes)
        let headers = try signature(body: body)
        return RoutedRequest(
            method: "POST", path: "/v0/sync", headers: Dictionary(headers.map { ($0.name, $0.value) }) { $1 },
            body: body, isLoopback: true)
    }

    func answer(to packet: SyncRequest) async throws -> RoutedAnswer {
        let body = packet.body
        return try await relay.answer(
            method: "POST", path: "/v0/sync", headers: signature(body: body), body: body)
    }

    /// Asks to follow, from where the last sync ended.
    func answerToFollowing(_ packet: SyncRequest? = nil, nonce: String? = nil) async throws -> RoutedAnswer {
        let body = try (packet ?? self.packet(cursor: cursor)).body
        return try await relay.answer(
            method: "POST", path: "/v0/live", headers: signature(path: "/v0/live", body: body, nonce: nonce),
            body: body)
    }

    func follow(_ packet: SyncRequest? = nil) async throws -> Stream {
        let answer = try await answerToFollowing(packet)
        guard let follower = answer.follower else { throw Refusal(status: answer.status, problem: problem(answer)) }
        return Stream(follower)
    }

    func ask(_ packet: SyncRequest) async throws -> SyncAnswer {
        let answer = try await answer(to: packet)
        guard answer.status == 200 else { throw Refusal(status: answer.status, problem: problem(answer)) }
        return try SyncAnswer(body: answer.body)
    }

    // MARK: Syncing

    /// As the client does it; a refused delta ends it as a ``ReplicationFailure``.
    @discardableResult
    func sync() async throws -> Moved {
        try replica.welcomeRelay(relay.key, now: relay.clock.now)
        var requester = try SyncRequester(replica, clock: { [relay] in relay.clock.now })
        while let request = try requester.next() { try await requester.receive(ask(request)) }
        return requester.report.moved
    }
}
