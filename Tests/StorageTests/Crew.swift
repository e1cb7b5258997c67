import CRDT
import ChangeLog
import Storage
import TestSupport

/// A schema with a field of every kind.
enum Things {
    static let thing = Schema.Root(
        1, "thing",
        fields: [
            .init(1, "name", .register(.text), writers: .any(everyone)),
            .init(2, "state", .causalRegister(.text), writers: .any(everyone), yielding: [.agent]),
            .init(3, "tags", .set(.text), writers: .any(everyone)),
            .init(
                4, "entry", .sequence([.init(1, "sender", .integer), .init(2, "text", .text)], marked: "sender = 0"),
                writers: .any(everyone)),
            .init(5, "reads", .mark(over: "entry"), writers: .any(everyone)),
        ])
    /// A kind of root that only an owner may write.
    static let rule = Schema.Root(2, "rule", fields: [.init(1, "name", .register(.text), writers: .any([.owner]))])

    static let schema = Schema(version: 1, roots: [thing, rule])
    static let configuration = Replica.Configuration(schema: schema, projections: [])

    /// What the sequence's `marked` says.
    static func isCounted(_ values: [String: Value]) -> Bool { values["sender"] == .integer(0) }

    private static let everyone: Set<Role> = [.owner, .agent]

    static func root(_ number: UInt64) -> RootID { RootID(high: number, low: 0) }

    /// One change on one thing.
    static func draft(_ operations: Operation..., on root: UInt64 = 1) -> Draft {
        Draft(segments: [Segment(kind: 1, root: self.root(root), operations: operations)])
    }

    static func name(_ text: String) -> Operation { Operation(field: 1, action: .write(.text(text))) }
    static func state(_ text: String, basis: Basis = .nothing) -> Operation {
        Operation(field: 2, action: .set(.text(text), basis: basis))
    }
    static func tag(_ text: String) -> Operation { Operation(field: 3, action: .add(.text(text))) }
    static func untag(_ text: String, _ dots: [ChangeID]) -> Operation {
        Operation(field: 3, action: .remove(.text(text), dots: dots))
    }
    static func entry(_ text: String, sender: Int64 = 0, id: ElementID? = nil, position: Stamp? = nil) -> Operation {
        let fields = [Element.Field(1, .integer(sender)), Element.Field(2, .text(text))]
        return Operation(field: 4, action: .append(Element(id: id, position: position, fields: fields)))
    }
    static func read(_ basis: Basis = .everything) -> Operation { Operation(field: 5, action: .raise(basis)) }
}

/// A founder and others who belong, each with a replica, in one directory.
struct Crew {
    /// The day of these tests.
    static let now: UInt64 = 1_800_000_000_000
    /// The first is the founder's.
    let replicas: [Replica]
    private let directory: TemporaryDirectory
    private let configuration: Replica.Configuration

    var founder: Replica { replicas[0] }
    var workspace: WorkspaceID { founder.workspace }

    /// - Parameter guests: names of further devices that may write, for instance by hand.
    init(_ count: Int, guests: [String] = [], in directory: TemporaryDirectory, seed: Seed = Seed(1)) throws {
        self.directory = directory
        configuration = Things.configuration.rolling(seed)
        let founder = try Replica.found(
            at: directory.file("0"), name: "Things", person: "0", secret: Array(repeating: 1, count: 32),
            key: .of("0"), now: Self.now, configuration: configuration)
        try founder.transact(now: Self.now) { transaction in
            for name in (1..<count).map(String.init) + guests {
                let grant = Grant(role: .agent, key: SigningKey.of(name).device, isDevice: true, expires: nil, uses: 1)
                try transaction.commit(Draft(acts: [.grant(grant)]))
            }
        }
        var replicas = [founder]
        for number in 1..<count {
            let replica = try Replica.create(
                at: directory.file("\(number)"), workspace: founder.workspace, key: .of("\(number)"), epoch: 1,
                configuration: configuration)
            try Wire.carry(from: founder, to: replica, now: Self.now)
            replicas.append(replica)
        }
        self.replicas = replicas
    }

    /// A new, empty copy that never writes.
    func observer(_ name: String = "observer") throws -> Replica {
        try Replica.create(
            at: directory.file(name), workspace: workspace, key: .of(name), epoch: 1, configuration: configuration)
    }

    /// A copy that holds what the founder holds now, and never writes.
    func informedObserver(_ name: String = "observer") throws -> Replica {
        let observer = try observer(name)
        try Wire.carry(from: founder, to: observer, now: Self.now)
        return observer
    }
}

extension Replica {
    /// Commits one change and seals it.
    @discardableResult
    func write(_ draft: Draft, now: UInt64 = Crew.now) throws -> VerifiedDelta {
        try transact(now: now) { _ = try $0.commit(draft) }
        return try Wire.last(of: self)
    }
}
