import CRDT
import ChangeLog
import Inbox
import Storage
import Sync
import TestSupport
import Testing

/// What somebody with a real key and a changed program does, and what all others are asked afterwards.
extension Hand {
    /// Writes with the oldest date that the chain allows: right after what stands before, or after `floor`.
    @discardableResult
    mutating func backdate(_ what: String, _ draft: Draft, citing causes: [Cause] = [], floor: Stamp? = nil) throws
        -> Change
    {
        let stamp = try #require((changes.last?.stamp ?? floor)?.next)
        let seed = Digest.of(Array(what.utf8), domain: "test seed", byteCount: 16)
        return try write(draft, stamp: stamp, causes: causes, seed: seed)
    }

    /// Replies to a customer as an agent, dated back.
    mutating func reply(_ text: String, to conversation: RootID) throws {
        try backdate(text, Draft(segments: [.on(conversation, .reply(text))]))
    }

    /// The bytes of its last `count` changes.
    func last(_ count: Int) -> [UInt8] { bytes(changes.count - count..<changes.count) }
}

extension Segment {
    static func on(_ conversation: RootID, _ operations: ChangeLog.Operation...) -> Segment {
        Segment(kind: InboxSchema.conversation.number, root: conversation, operations: operations)
    }
}

extension ChangeLog.Operation {
    static func reply(_ text: String) -> Self {
        let field = InboxSchema.conversation.field(named: "message").number
        return Self(field: field, action: .append(Element(fields: [.init(1, .integer(1)), .init(3, .text(text))])))
    }

    /// Everything seen so far is read.
    static var read: Self {
        Self(field: InboxSchema.conversation.field(named: "reads").number, action: .raise(.everything))
    }
}

extension Team {
    /// Somebody brings changes to the relay.
    ///
    /// - Returns: a verdict each.
    @discardableResult
    func push(_ deltas: [UInt8]..., by replica: ReplicaID) throws -> [Verdict] {
        let request = SyncRequest(
            workspace: relay.replica.workspace, replica: replica, cursor: nil, isPushOnly: true, deltas: deltas)
        return try relay.answer(request, now: now).verdicts
    }

    /// Everyone's members, which are the same everywhere.
    func members() throws -> [Member] {
        let all = try replicas.map { try $0.read { try Member.all(in: $0) } }
        #expect(Set(all).count == 1)
        return all.first ?? []
    }

    /// All hold the same and show the same, nothing waits, and every file is sound.
    func expectAgreement(waiting: UInt64 = 0, _ location: SourceLocation = #_sourceLocation) throws {
        #expect(Set(try replicas.map { try $0.digest() }).count == 1, sourceLocation: location)
        for replica in replicas {
            #expect(try replica.counts().waiting == waiting, sourceLocation: location)
            #expect(try replica.verify().problems == [], sourceLocation: location)
        }
    }

    /// A conversation reads the same everywhere.
    func expect(
        _ texts: [String], in conversation: RootID, _ location: SourceLocation = #_sourceLocation
    ) throws {
        for replica in replicas {
            let shown = try replica.detail(conversation).messages.map(\.text)
            #expect(shown.sorted() == texts.sorted(), sourceLocation: location)
        }
    }
}
