import ChangeLog
public import Storage

/// Every field of the inbox, once. Tables, merging, digest and rights derive from it; a new field is a new line.
public enum InboxSchema {
    static let people: Set<Role> = [.owner, .admin, .agent]
    /// Who sets things up.
    static let keepers: Set<Role> = [.owner, .admin]
    /// Who brings in what a channel tells.
    static let inbound: Set<Role> = [.owner, .admin, .gateway]
    static let acquainted: Set<Role> = [.owner, .admin, .agent, .gateway]

    /// A field that people and the assistant write: what a person has set stands until a person says otherwise.
    ///
    /// - Parameter others: roles besides, with all that they may write; they yield too.
    static func shared(_ others: [Role: Schema.Limit] = [:]) -> (writers: Schema.Writers, yielding: Set<Role>) {
        let yielding = Set(others.keys).union([.assistant])
        return (.init(any: people.union(yielding), only: others), yielding)
    }

    /// The whole schema.
    public static let current = Schema(
        version: 1, roots: [conversation, lead, channel, template, savedReply, article, view, workspace])

    /// What a replica of an inbox is opened with.
    ///
    /// Cards say what profiles do, and what is still to be sent, so these come first.
    public static let configuration = Replica.Configuration(
        schema: current, projections: [LeadProjection(), OutboxProjection(), CardProjection()])
}

extension Schema.Root {
    /// The number of a declared field.
    func number(of field: String) -> UInt64 { self.field(named: field).number }

    /// A write of a register.
    func write(_ field: String, _ value: Value) -> Operation {
        Operation(field: number(of: field), action: .write(value))
    }

    /// A write of a causal register.
    func set(_ field: String, _ value: Value, basis: Basis = .nothing) -> Operation {
        Operation(field: number(of: field), action: .set(value, basis: basis))
    }

    /// An add to a set.
    func add(_ field: String, _ value: String) -> Operation {
        Operation(field: number(of: field), action: .add(.text(value)))
    }
}
