import CRDT
import ChangeLog
import Inbox
import Storage
import TestSupport
import Testing

/// The page says who may write what; a replica of each role writes everything there is to write, and another replica
/// judges.
struct RightsTests {
    private let directory = TemporaryDirectory()

    @Test(arguments: Role.allCases)
    func `what takes effect of all that a role can try is what the page allows`(role: Role) throws {
        let page = try RightsPage()
        let office = try Office(role, in: directory)
        let probes = try office.prepare()
        let before = try office.facts()
        let changes = try office.write(probes)
        let after = try office.facts()
        for (number, probe) in probes.enumerated() {
            let cell = try #require(page.cells[probe.name]?[role], "\(probe.name) is not on the page")
            let root = Office.root(number)
            let tookEffect = after[root, default: []] != before[root, default: []]
            #expect(
                tookEffect == cell.allows(probe, page.shapes),
                "\(role.name), \(probe.name): \(probe.action) in \(changes[number].text)")
            guard cell.isOwn, case .mark = probe.content else { continue }
            #expect(try [office.person] == office.readers(in: after[root, default: []]))
        }
    }

    @Test func `the page has a cell for every role and field, and tells every limit apart`() throws {
        let page = try RightsPage()
        for root in InboxSchema.current.roots {
            for field in root.fields {
                let cells = page.cells["\(root.name).\(field.name)"]
                #expect(cells?.count == Role.allCases.count, "\(root.name).\(field.name)")
                for role in Role.allCases {
                    #expect(cells?[role]?.isEmpty == !field.writers.contains(role), "\(root.name).\(field.name)")
                }
            }
        }
        #expect(page.shapes.keys.sorted() == ["answer", "import", "inbound", "own", "record", "reply"])
    }

    @Test func `what this version does not know has no effect, and what stands beside it has`() throws {
        let office = try Office(.viewer, in: directory)
        let probes = try office.prepare()
        let number = try #require(probes.firstIndex { $0.name == "conversation.reads" })
        let (root, conversation) = (Office.root(number), InboxSchema.conversation)
        let reads = Operation(field: conversation.field(named: "reads").number, action: .raise(.everything))
        let unknown = [
            Operation(field: 99, action: .write(.text("x"))),
            Operation(field: conversation.field(named: "subject").number, action: .unknown(code: 99, payload: [1])),
        ]
        let before = try office.facts()
        try office.write([reads] + unknown, on: root)
        let new = try office.facts()[root, default: []].subtracting(before[root, default: []])
        #expect(new.count == 1)
        #expect(try [office.person] == office.readers(in: new))
    }

    @Test func `an unknown column changes nothing about what an element is`() throws {
        let office = try Office(.agent, in: directory)
        let columns: [Element.Field] = [.init(1, .integer(1)), .init(3, .text("Hello")), .init(99, .text("x"))]
        let append = Operation(
            field: InboxSchema.conversation.field(named: "message").number, action: .append(Element(fields: columns)))
        try office.write([append], on: Office.root(0))
        #expect(try office.facts()[Office.root(0)]?.count == 1)
    }
}

/// A founder, a gateway and a device of one role; and an observer, to whom everything comes through the door.
private struct Office {
    private static let now: UInt64 = 1_800_000_000_000
    private let founder: Replica
    private let gateway: Replica
    private let writer: Replica
    private let observer: Replica

    init(_ role: Role, in directory: TemporaryDirectory) throws {
        let configuration = InboxSchema.configuration.rolling(Seed(1))
        let founder = try Replica.found(
            at: directory.file("founder"), name: "Shop", person: "founder", secret: Array(repeating: 9, count: 32),
            key: .of("founder"), now: Self.now, configuration: configuration)
        let member = { (name: String, role: Role) in
            let grant = Grant(role: role, key: SigningKey.of(name).device, isDevice: true, expires: nil, uses: 1)
            try founder.transact(now: Self.now) { _ = try $0.commit(Draft(acts: [.grant(grant)])) }
            return try Replica.create(
                at: directory.file(name), workspace: founder.workspace, key: .of(name), epoch: 1,
                configuration: configuration)
        }
        self.founder = founder
        gateway = try member("gateway", .gateway)
        writer = role == .owner ? founder : try member("writer", role)
        observer = try Replica.create(
            at: directory.file("observer"), workspace: founder.workspace, key: .of("observer"), epoch: 1,
            configuration: configuration)
        try Wire.carry(from: founder, to: gateway, now: Self.now)
        if role != .owner { try Wire.carry(from: founder, to: writer, now: Self.now) }
    }

    /// The root that a probe is tried on.
    static func root(_ number: Int) -> RootID { RootID(high: 1, low: UInt64(number)) }

    /// The writer's person.
    var person: ChangeID? { get throws { try observer.member(writer.id.device)?.person } }

    // MARK: Writing

    /// Everything there is to try; where something has to be there first, it is.
    func prepare() throws -> [Probe] {
        let label = try founder.transact(now: Self.now) { transaction in
            try transaction.commit(Draft(segments: Self.fixtures(of: .nothing) { $0.isSet }))
        }
        _ = try gateway.transact(now: Self.now) { transaction in
            try transaction.commit(Draft(segments: Self.fixtures(of: label.id) { $0.isMark }))
        }
        try Wire.carry(from: gateway, to: founder, now: Self.now)
        if writer.id != founder.id { try Wire.carry(from: founder, to: writer, now: Self.now) }
        try Wire.carry(from: founder, to: observer, now: Self.now)
        return Self.probes(dot: label.id)
    }

    private static func probes(dot: ChangeID) -> [Probe] {
        InboxSchema.current.roots.flatMap { kind in
            kind.fields.flatMap { Probe.all(on: $0, of: kind, dot: dot) }
        }
    }

    /// On the roots of some probes: the label that they take away, the message that they have read.
    private static func fixtures(of dot: ChangeID, where isWanted: (Schema.Kind) -> Bool) -> [Segment] {
        probes(dot: dot).enumerated().filter { isWanted($1.field.kind) }.map { number, probe in
            let message = Element(fields: [.init(1, .integer(0)), .init(3, .text("Hello"))])
            let operation =
                if case .set(let type) = probe.field.kind {
                    Operation(field: probe.field.number, action: .add(Probe.member("there", of: type)))
                } else {
                    Operation(field: probe.kind.field(named: "message").number, action: .append(message))
                }
            return Segment(kind: probe.kind.number, root: root(number), operations: [operation])
        }
    }

    /// Each probe as a change of its own, and all of them carried to the observer.
    func write(_ probes: [Probe]) throws -> [ChangeID] {
        let changes = try writer.transact(now: Self.now) { transaction in
            try probes.enumerated().map { number, probe in
                let segment = Segment(
                    kind: probe.kind.number, root: Self.root(number), operations: [probe.operation])
                return try transaction.commit(Draft(segments: [segment])).id
            }
        }
        try Wire.carry(from: writer, to: observer, now: Self.now)
        return changes
    }

    /// Operations on a conversation, as one change.
    func write(_ operations: [Operation], on root: RootID) throws {
        let segment = Segment(kind: InboxSchema.conversation.number, root: root, operations: operations)
        try writer.transact(now: Self.now) { _ = try $0.commit(Draft(segments: [segment])) }
        try Wire.carry(from: writer, to: observer, now: Self.now)
    }

    // MARK: Reading

    /// What the observer's tables say, root by root; that a root is there is not worth a fact.
    func facts() throws -> [RootID: Set<Fact>] {
        try observer.facts(InboxSchema.current).reduce(into: [:]) { facts, fact in
            guard let root = fact.name?.root else { return }
            facts[root, default: []].insert(fact)
        }
    }

    /// Whose marks are among the facts.
    func readers(in facts: Set<Fact>) -> [ChangeID] {
        facts.compactMap { if case .mark(_, let person, _) = $0 { person } else { nil } }
    }
}

extension Schema.Kind {
    fileprivate var isSet: Bool { if case .set = self { true } else { false } }
    fileprivate var isMark: Bool { if case .mark = self { true } else { false } }
}

extension ChangeID {
    /// Stands for a label that is not there yet.
    fileprivate static let nothing = ChangeID(high: 0, low: 0)
}

extension Fact {
    fileprivate var name: FieldName? {
        switch self {
        case .root: nil
        case .register(let name, _, _), .current(let name, _, _, _), .member(let name, _, _),
            .element(let name, _, _, _, _), .mark(let name, _, _):
            name
        }
    }
}
