import ChangeLog
import Storage

import struct Foundation.Data
import class Foundation.FileManager
import class Foundation.JSONDecoder
import class Foundation.JSONEncoder
import struct Foundation.URL

/// What a trace came to, as a history of signed changes.
public struct TraceFacts: Codable, Hashable, Sendable {
    /// Conversations in it.
    public var conversations = 0
    /// Messages in them.
    public var messages = 0
    /// UTF-8 of the messages' texts.
    public var textBytes = 0
    /// Operations as the trace counts them.
    public var operations = 0
    /// Signed changes: one a user action, and two that found the workspace.
    public var changes = 0
    /// Answers in which a relay would send the whole history.
    public var pages = 0
    /// Deltas, and so seals, in them.
    public var deltas = 0
    /// Bytes of the answers as they travel.
    public var wireBytes = 0
    /// Bytes of the answers before compression.
    public var plainBytes = 0
    /// The last user action's time, in milliseconds since 1970.
    public var lastMilliseconds: UInt64 = 0
    /// The workspace's id, in base32.
    public var workspace = ""
    /// Operations that two replicas made without knowing of each other; empty if the trace is too short for that.
    public var diverged: [Int] = []
}

/// A directory in which a trace was made into a history, to be measured as often as one likes.
public struct TraceDirectory: Sendable {
    /// Without a slash at the end.
    public let path: String

    /// A directory that exists.
    public init(path: String) { self.path = path }

    var history: String { path + "/history.pages" }
    /// What two diverging replicas had in common beyond a start of the history.
    var common: String { path + "/common.pages" }
    /// The two diverging replicas.
    var sides: [String] { [path + "/side-a.sqlite", path + "/side-b.sqlite"] }
    private var factsFile: String { path + "/facts.json" }

    /// A path for a file that a measurement makes.
    public func file(_ name: String) -> String { path + "/" + name }

    /// Whether a trace was made into a history here, to its end.
    public var isPrepared: Bool { FileManager.default.fileExists(atPath: factsFile) }

    /// What was found then.
    public func facts() throws -> TraceFacts {
        guard let data = FileManager.default.contents(atPath: factsFile),
            let facts = try? JSONDecoder().decode(TraceFacts.self, from: data)
        else { throw BenchmarkFailure.badDirectory }
        return facts
    }

    /// Written last: it says that all else is there.
    func keep(_ facts: TraceFacts) throws {
        try JSONEncoder().encode(facts).write(to: URL(fileURLWithPath: factsFile), options: .atomic)
    }

    func workspace() throws -> WorkspaceID {
        guard let id = Base32.bytes(try facts().workspace).flatMap({ WorkspaceID($0) }) else {
            throw BenchmarkFailure.badDirectory
        }
        return id
    }
}

/// Whose copy a measured replica is: an actor's device, with an epoch that the trace does not use.
struct Desk {
    let actor: TraceActor
    let epoch: UInt64

    /// An agent's, who pulls everything.
    static let reader = Desk(actor: TraceActor(index: 1), epoch: 2)
    /// One that others pull from.
    static let node = Desk(actor: .gateway, epoch: 3)
    /// The two that diverge.
    static let sides = [Desk(actor: TraceActor(index: 1), epoch: 4), Desk(actor: .gateway, epoch: 5)]

    var id: ReplicaID { ReplicaID(device: Cast.key(of: actor).device, epoch: epoch) }

    /// An empty copy of the workspace, in place of what was at `path`.
    func create(at path: String, workspace: WorkspaceID) throws -> Replica {
        Self.remove(path)
        return try Replica.create(
            at: path, workspace: workspace, key: Cast.key(of: actor), epoch: epoch,
            configuration: Cast.configuration)
    }

    func open(_ path: String) throws -> Replica {
        try Replica.open(at: path, key: Cast.key(of: actor), configuration: Cast.configuration)
    }

    /// Makes a copy of a closed replica's file this one's.
    func takeOver(_ path: String, from other: Desk, to copy: String) throws {
        Self.remove(copy)
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        let replica = try other.open(copy)
        try replica.setLocalValue(.replica, .bytes(id.bytes))
    }

    /// Removes a replica's files.
    static func remove(_ path: String) {
        for end in ["", "-wal", "-shm", ".lock", ".head"] { try? FileManager.default.removeItem(atPath: path + end) }
    }
}
