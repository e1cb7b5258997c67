import CRDT
import ChangeLog
import Storage

/// A device in the simulation: a replica in files, a clock, and what it knows of itself.
final class Node {
    let name: String
    let role: Role
    var clock = DeviceClock.right
    /// The local arrival up to which it gave what it wrote to the network.
    var sent: UInt64 = 0
    /// The highest reading of its clock, or of the relay's, that its replica was ever told.
    private(set) var latestReading: UInt64 = 0
    private let path: String
    private let key: SigningKey
    private let configuration: Replica.Configuration
    private var opened: Replica?
    private var applied: UInt64 = 0

    /// - Parameters:
    ///   - configuration: keeps its dice over restarts, or a device would draw the same change ids again.
    ///   - make: founds, joins or creates the replica at a path.
    init(
        _ name: String, _ role: Role, path: String, key: SigningKey, configuration: Replica.Configuration,
        make: (String, SigningKey, Replica.Configuration) throws -> Replica
    ) rethrows {
        (self.name, self.role, self.path, self.key) = (name, role, path, key)
        self.configuration = configuration
        opened = try make(path, key, configuration)
    }

    var replica: Replica {
        guard let opened else { preconditionFailure("\(name) is used while it is closed") }
        return opened
    }

    var tables: StateTables { StateTables(configuration.schema) }

    /// The device's clock, as it is read to tell the replica the time.
    func now(_ time: UInt64) -> UInt64 {
        let reading = clock.reading(at: time)
        latestReading = max(latestReading, reading)
        return reading
    }

    /// The relay told it the time.
    func hear(time: UInt64) { latestReading = max(latestReading, time) }

    // MARK: Life and death

    /// What a restart and a refusal must leave as it is.
    struct Fingerprint: Hashable {
        let digest: [UInt8]
        let applied: UInt64
        let waiting: UInt64
    }

    func fingerprint() throws -> Fingerprint {
        let counts = try replica.counts()
        return Fingerprint(digest: try replica.digest(), applied: counts.applied, waiting: counts.waiting)
    }

    /// What a process killed now would leave on the disk.
    func diskImage() -> DiskImage { DiskImage(of: path) }

    /// Closes the replica and opens it again: in an orderly way or, with an image, as if the process had been killed
    /// when the image was taken.
    func restart(from image: DiskImage? = nil) throws {
        opened = nil
        try image?.putBack(at: path)
        opened = try Replica.open(at: path, key: key, configuration: configuration)
    }

    /// Something older takes its place: it may hold less than it held.
    func forget() { applied = 0 }

    // MARK: Promises

    /// Checks what holds of one replica at any time.
    func check(_ history: [Cause: Change]) throws {
        let counts = try replica.counts()
        guard counts.applied >= applied else {
            throw Violation.countFell(node: name, from: applied, to: counts.applied)
        }
        applied = counts.applied
        // A joiner stands at least where its invitation does, and what is no later than that is not early.
        let floor = UInt64(clamping: try replica.localValue(.floor).integer ?? 0) >> 16
        for tip in try replica.frontier() where tip.replica != replica.id {
            guard let stamp = history[tip]?.stamp else { continue }
            let limit = max(latestReading + Self.earliness, floor)
            guard stamp.milliseconds <= limit else { throw Violation.appliedTooEarly(node: name, tip) }
        }
    }

    /// How far ahead of the clock a stamp may be, in milliseconds: design, part 5.
    private static let earliness: UInt64 = 5 * 60_000

    /// Runs `body`, which must leave everything as it is.
    func unchanged<Result>(by what: String, _ body: () throws -> Result) throws -> Result {
        let before = try fingerprint()
        let result = try body()
        guard try fingerprint() == before else { throw Violation.stateChanged(node: name, by: what) }
        return result
    }
}

extension Node {
    /// Read your writes: each operation of an own change shows at once, since nothing applied here can be later.
    func checkOwnWrites(of change: Change) throws {
        for segment in change.segments {
            guard let kind = tables.kind(segment.kind), kind.mayWrite(segment, as: role) else { continue }
            let facts = try replica.read { try tables.facts(in: $0, of: segment.root) }
            for (index, operation) in segment.operations.enumerated() {
                guard let field = kind.fields.first(where: { $0.number == operation.field }) else { continue }
                let name = FieldName(kind.name, segment.root, field.name)
                guard operation.action.shows(in: facts, name, field, as: role, change) else {
                    throw Violation.ownWriteNotSeen(node: self.name, change: change.id, operation: index)
                }
            }
        }
    }
}

extension Operation.Action {
    /// Whether the author's own tables say what this operation of the author's latest change says.
    fileprivate func shows(
        in facts: Set<Fact>, _ name: FieldName, _ field: Schema.Field, as role: Role, _ change: Change
    ) -> Bool {
        switch (field.kind, self) {
        case (.register(let type), .write(let value)):
            return facts.contains(.register(name, type.holding(value), change.stamp))
        case (.causalRegister(let type), .set(let value, _)):
            let current = facts.filter { if case .current(name, _, _, _) = $0 { true } else { false } }
            let own = Fact.current(name, type.holding(value), change.stamp, change.id)
            // What yields may stand beside others.
            return current.contains(own) && (current.count == 1 || field.yielding.contains(role))
        case (.set(let type), .add(let value)) where type.holding(value) == value && value != .null:
            return facts.contains(.member(name, value, dot: change.id))
        case (.set, .remove(let value, let dots)):
            return !dots.contains { facts.contains(.member(name, value, dot: $0)) }
        case (.sequence, .append(let element)):
            guard let id = element.id else { return true }
            return facts.contains { if case .element(name, _, id, _, _) = $0 { true } else { false } }
        default: return true
        }
    }
}
