import CRDT
import ChangeLog
import Testing

@testable import Storage

/// Rights as a schema declares them, of every kind of field; nothing but a role and an operation is asked.
struct RightsTests {
    private static let shape = Schema.Shape("named", mayBeNamed: true, columns: ["sender": [.integer(1), .null]])
    private static let thing = thing(shape: shape, values: [.text("a"), .null])

    /// An owner may write anything, an agent what the limits say, a viewer its marks, and nobody else anything.
    private static func thing(shape: Schema.Shape, values: [Value]) -> Schema.Root {
        let limited = Schema.Writers(any: [.owner], own: [.agent], only: [.agent: .values(values)])
        let columns = [Schema.Column(1, "sender", .integer), .init(2, "text", .text)]
        return Schema.Root(
            1, "thing",
            fields: [
                .init(1, "name", .register(.text), writers: limited),
                .init(2, "state", .causalRegister(.text), writers: limited),
                .init(3, "tags", .set(.text), writers: limited),
                .init(
                    4, "entry", .sequence(columns, marked: "sender = 0"),
                    writers: .init(any: [.owner], own: [.agent], only: [.agent: .shapes([shape])])),
                .init(5, "reads", .mark(over: "entry"), writers: .init(own: [.owner, .viewer])),
            ])
    }

    private func allows(_ field: UInt64, _ action: Operation.Action, as role: Role = .agent) -> Bool {
        Self.thing.permits(Operation(field: field, action: action), as: role)
    }

    @Test func `a limited role writes the values listed, and what is stored as one of them`() {
        for write in [{ .write($0) }, { .set($0, basis: .nothing) }] as [(Value) -> Operation.Action] {
            let field: UInt64 = if case .write = write(.null) { 1 } else { 2 }
            #expect([.text("a"), .null, .integer(7)].allSatisfy { allows(field, write($0)) })
            #expect(!allows(field, write(.text("b"))))
            #expect(allows(field, write(.text("b")), as: .owner))
            #expect(!allows(field, write(.text("a")), as: .viewer))
        }
    }

    @Test func `a limited role adds and removes the members listed`() {
        #expect(allows(3, .add(.text("a"))))
        #expect(!allows(3, .add(.text("b"))))
        #expect(allows(3, .remove(.text("a"), dots: [])))
        #expect(!allows(3, .remove(.text("b"), dots: [])))
        #expect(!allows(3, .remove(.text("a"), dots: []), as: .viewer))
        // No member at all: it has no effect.
        #expect(allows(3, .add(.integer(1))))
    }

    @Test func `a limited role appends elements of the shapes listed`() {
        let id = ElementID(high: 1, low: 1)
        #expect(allows(4, .append(Element(id: id, fields: [.init(1, .integer(1))]))))
        #expect(allows(4, .append(Element(fields: [.init(2, .text("x")), .init(9, .integer(3))]))))
        #expect(allows(4, .append(Element(fields: [.init(1, .text("1"))]))))
        #expect(!allows(4, .append(Element(fields: [.init(1, .integer(0))]))))
        #expect(!allows(4, .append(Element(position: .zero, fields: [.init(1, .integer(1))]))))
        #expect(allows(4, .append(Element(position: .zero, fields: [.init(1, .integer(0))])), as: .owner))
    }

    @Test func `an operation of another kind than its field's is a matter of the role alone`() {
        let actions: [Operation.Action] = [
            .write(.text("b")), .set(.text("b"), basis: .nothing), .add(.text("b")), .remove(.text("b"), dots: []),
            .append(Element(position: .zero, fields: [])), .raise(.everything),
        ]
        let own = [1: [0], 2: [1], 3: [2, 3], 4: [4]] as [UInt64: [Int]]
        for (field, places) in own {
            for place in actions.indices {
                #expect(allows(field, actions[place]) == !places.contains(place), "\(field) \(actions[place])")
                #expect(!allows(field, actions[place], as: .gateway))
            }
        }
    }

    @Test func `what is unknown needs no right`() {
        for role in Role.allCases {
            #expect(allows(99, .write(.text("b")), as: role))
            for field in 1...5 as ClosedRange<UInt64> {
                #expect(allows(field, .unknown(code: 99, payload: []), as: role))
            }
        }
    }

    @Test func `a schema whose limits differ is another schema`() {
        let shapes = [
            Self.shape, .init("named", columns: Self.shape.columns),
            .init("named", mayBeNamed: true, mayBePlaced: true, columns: Self.shape.columns),
            .init("named", mayBeNamed: true, columns: [:]),
            .init("named", mayBeNamed: true, columns: ["sender": [.integer(1)]]),
            .init("named", mayBeNamed: true, columns: ["text": [.integer(1), .null]]),
        ]
        let values: [[Value]] = [[.text("a")], [.text("b")], [.integer(1)], [.text("1")], [.null], []]
        let schemas =
            shapes.map { Self.thing(shape: $0, values: []) }
            + values.dropLast().map { Self.thing(shape: Self.shape, values: $0) }
        let fingerprints = schemas.map { Schema(version: 1, roots: [$0]).fingerprint }
        #expect(Set(fingerprints).count == schemas.count)
        let renamed = Schema.Shape("other", mayBeNamed: true, columns: Self.shape.columns, about: "Renamed.")
        #expect(Schema(version: 1, roots: [Self.thing(shape: renamed, values: [])]).fingerprint == fingerprints[0])
    }
}
