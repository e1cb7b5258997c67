import ChangeLog
public import Storage

/// Every field of the inbox, once. Tables, merging, digest and rights derive from it; a new field is a new line.
public enum InboxSchema {
    static let people: Set<Role> = [.owner, .admin, .agent]
    private static let keepers: Set<Role> = [.owner, .admin]
    private static let inbound: Set<Role> = [.owner, .admin, .gateway]
    private static let everyone: Set<Role> = [.owner, .admin, .agent, .gateway, .assistant]

    /// A conversation with its messages.
    public static let conversation = Schema.Root(
        1, "conversation",
        fields: [
            .init(1, "channel", .register(.text), writers: inbound),
            .init(2, "subject", .register(.text), writers: people.union(inbound)),
            .init(3, "lead", .register(.bytes), writers: inbound),
            .init(4, "locale", .register(.text), writers: inbound),
            .init(5, "source", .register(.text), writers: keepers),
            .init(6, "account", .register(.bytes), writers: inbound),
            .init(7, "origin", .register(.text), writers: keepers),
            .init(8, "status", .causalRegister(.text), writers: people.union([.assistant])),
            .init(9, "ai", .causalRegister(.text), writers: people.union([.assistant])),
            .init(10, "assignee", .causalRegister(.bytes), writers: people),
            .init(11, "labels", .set(.text), writers: people),
            .init(12, "message", .sequence(message, marked: "sender = 0 AND historic IS NULL"), writers: everyone),
            .init(13, "reads", .mark(over: "message"), writers: people.union([.viewer])),
        ])

    /// A message's columns. `historic` is 1 for imported ones, which take no part in any rule; `timeless` is 1 where
    /// the position only keeps the file's order. `details` is JSON: what an import carried besides.
    static let message: [Schema.Column] = [
        .init(1, "sender", .integer), .init(2, "kind", .integer), .init(3, "text", .text),
        .init(4, "author", .text), .init(5, "historic", .integer), .init(6, "timeless", .integer),
        .init(7, "details", .text), .init(8, "provider", .text),
    ]

    /// A person outside the team, known by one or more conversations.
    public static let lead = Schema.Root(
        2, "lead",
        fields: [
            .init(1, "name", .register(.text), writers: everyone),
            .init(2, "email", .register(.text), writers: everyone),
            .init(3, "phone", .register(.text), writers: everyone),
            .init(4, "avatar", .register(.text), writers: everyone),
            .init(5, "username", .register(.text), writers: inbound),
            .init(6, "locale", .register(.text), writers: inbound),
            .init(7, "attributes", .register(.text), writers: inbound),
            .init(8, "status", .causalRegister(.text), writers: everyone),
            .init(9, "score", .causalRegister(.integer), writers: people.union([.assistant])),
            .init(10, "labels", .set(.text), writers: people),
        ])

    /// An account with a provider, served by one gateway.
    public static let channel = Schema.Root(
        3, "channel",
        fields: [
            .init(1, "kind", .register(.text), writers: inbound),
            .init(2, "name", .register(.text), writers: inbound),
            .init(3, "account", .register(.text), writers: inbound),
        ])

    /// The whole schema.
    public static let current = Schema(version: 1, roots: [conversation, lead, channel])

    /// What a replica of an inbox is opened with.
    public static let configuration = Replica.Configuration(schema: current, projections: [CardProjection()])
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
