import CRDT
import ChangeLog
import TestSupport
import Testing

/// A delta whose bytes never change: its name, what it shows, and what it is made of.
struct Golden: Sendable, CustomTestStringConvertible {
    let name: String
    /// What it shows, in a sentence or two.
    let about: String
    let workspace: WorkspaceID
    let changes: [Change]
    /// What travels.
    let bytes: [UInt8]

    var testDescription: String { name }

    func fixture() throws -> Fixture {
        Fixture(about: [about], facts: try Facts(changes, in: workspace).lines, bytes: bytes)
    }

    func change(_ number: UInt64) throws -> Change {
        guard let change = changes.first(where: { $0.number == number }) else { throw Missing(number: number) }
        return change
    }

    struct Missing: Error { let number: UInt64 }

    /// All of them, and the folder they are kept in.
    static let all: [Golden] = {
        do {
            var story = GoldenStory()
            try story.tell()
            return story.goldens
        } catch {
            preconditionFailure("the golden changes cannot be made: \(error)")
        }
    }()

    static func named(_ name: String) throws -> Golden {
        guard let golden = all.first(where: { $0.name == name }) else { throw Unknown(name: name) }
        return golden
    }

    struct Unknown: Error { let name: String }

    static let folder: Result<FixtureFolder, any Error> = Result {
        try FixtureFolder("changes/v1") {
            try Dictionary(uniqueKeysWithValues: all.map { ($0.name, try $0.fixture()) })
        }
    }
}

/// Somebody's chain, all of whose keys, epochs, seeds and stamps follow from names.
struct GoldenChain {
    let key: SigningKey
    let replica: ReplicaID
    let workspace: WorkspaceID
    /// What the first change stands on.
    let start: Place
    private(set) var changes: [Change] = []

    /// The first millisecond of 2026.
    static let newYear: UInt64 = 1_767_225_600_000

    init(
        _ person: String, epoch: String, in workspace: WorkspaceID, number: UInt64 = 1, previous: ChangeHash? = nil
    ) {
        key = .of(person)
        replica = ReplicaID(device: key.device, epoch: Self.epoch(epoch))
        self.workspace = workspace
        start = Place(
            replica: replica, number: number, previous: previous ?? ChangeHash(unchecked: workspace.bytes))
    }

    static func epoch(_ name: String) -> UInt64 {
        Digest.of(Array(name.utf8), domain: "test epoch", byteCount: 8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    static func seed(_ name: String) -> [UInt8] {
        Digest.of(Array(name.utf8), domain: "test seed", byteCount: 16)
    }

    static func stamp(_ milliseconds: UInt64, _ counter: UInt16 = 0) -> Stamp {
        Stamp(milliseconds: newYear + milliseconds, counter: counter) ?? .last
    }

    var place: Place {
        guard let last = changes.last else { return start }
        return Place(replica: replica, number: last.number + 1, previous: last.hash)
    }

    /// - Parameter seed: the name the seed follows from.
    @discardableResult
    mutating func write(
        _ draft: Draft, seed: String, stamp: Stamp, causes: [Cause] = []
    ) throws -> Change {
        let change = try Change.authored(draft, at: place, stamp: stamp, causes: causes, seed: Self.seed(seed))
        changes.append(change)
        return change
    }

    /// The same chain, before its last change.
    func beforeLast() -> GoldenChain {
        var chain = self
        chain.changes.removeLast()
        return chain
    }

    func delta(_ changes: some Collection<Change>) -> [UInt8] {
        guard let first = changes.first, let last = changes.reversed().first else { return [] }
        return DeltaWriter.bytes(
            replica: replica, first: first.number, previous: first.place.previous, wires: changes.map(\.wire),
            seal: Seal.sign(last.hash, in: workspace, with: key))
    }
}

extension SigningKey {
    /// The one-time key of the invitation in the golden changes.
    static var invitation: SigningKey { .of("invitation") }
}

extension RootID {
    /// A root that follows from a name.
    static func named(_ name: String) -> RootID {
        RootID(bytes: Digest.of(Array(name.utf8), domain: "test root", byteCount: 16)) ?? RootID(high: 0, low: 0)
    }
}
