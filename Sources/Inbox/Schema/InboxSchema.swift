import ChangeLog
public import Storage

/// Every field of the inbox, once. Tables, merging, digest and rights derive from it; a new field is a new line.
public enum InboxSchema {
    static let people: Set<Role> = [.owner, .admin, .agent]
    private static let keepers: Set<Role> = [.owner, .admin]
    private static let inbound: Set<Role> = [.owner, .admin, .gateway]
    private static let acquainted: Set<Role> = [.owner, .admin, .agent, .gateway]

    /// A conversation with its messages.
    public static let conversation = Schema.Root(
        1, "conversation", about: "What a customer and the team say to each other on one channel.",
        fields: [
            .init(1, "channel", .register(.text), writers: .any(inbound), about: "The kind of channel."),
            .init(2, "subject", .register(.text), writers: .any(people.union(inbound)), about: "What it is about."),
            .init(3, "lead", .register(.bytes), writers: .any(inbound), about: "The customer: a lead's id."),
            .init(4, "locale", .register(.text), writers: .any(inbound), about: "The customer's language."),
            .init(5, "source", .register(.text), writers: .any(keepers), about: "Imported: the name of the source."),
            .init(
                6, "account", .register(.bytes), writers: .any(inbound), about: "The channel account: a channel's id."),
            .init(
                7, "origin", .register(.text), writers: .any(keepers),
                about: "Imported: JSON, the labels it had there; what the team removed does not come back."),
            .init(
                8, "status", .causalRegister(.text),
                writers: .init(
                    any: people.union([.assistant]),
                    only: [.assistant: .values([.text(ConversationStatus.humanNeeded.rawValue)])]),
                about: "`active`, `human_needed` or `closed`; a close carries what its author had seen."),
            .init(
                9, "ai", .causalRegister(.text),
                writers: .init(
                    any: people.union([.assistant]),
                    only: [.assistant: .values([.text(AIControl.escalation.rawValue)])]),
                about: "`on`, or why the assistant pauses: `manual` or `escalation`."),
            .init(
                10, "assignee", .causalRegister(.bytes), writers: .any(people),
                about: "The person who works on it, by id; null for nobody."),
            .init(11, "labels", .set(.text), writers: .any(people), about: "Labels."),
            .init(
                12, "message", .sequence(message, marked: "sender = 0 AND historic IS NULL"), writers: messageWriters,
                about: "Messages and notes."),
            .init(
                13, "reads", .mark(over: "message"), writers: .init(own: people.union([.viewer])),
                about: "For each person, the customer's messages that they have read."),
        ])

    /// A person outside the team, known by one or more conversations.
    public static let lead = Schema.Root(
        2, "lead", about: "A person outside the team, known by one or more conversations.",
        fields: [
            .init(1, "name", .register(.text), writers: .any(acquainted), about: "The person's name."),
            .init(2, "email", .register(.text), writers: .any(acquainted), about: "E-mail address."),
            .init(3, "phone", .register(.text), writers: .any(acquainted), about: "Phone number."),
            .init(4, "avatar", .register(.text), writers: .any(acquainted), about: "Where a picture of them is."),
            .init(5, "username", .register(.text), writers: .any(inbound), about: "The name on the channel."),
            .init(6, "locale", .register(.text), writers: .any(inbound), about: "Their language."),
            .init(
                7, "attributes", .register(.text), writers: .any(inbound), about: "JSON: what a channel tells besides."),
            .init(
                8, "status", .causalRegister(.text),
                writers: .init(
                    any: people.union([.gateway, .assistant]),
                    only: [.gateway: .values([.text(LeadStatus.new.rawValue)])]),
                about: "How far the lead has come; of concurrent writes the higher stamp shows."),
            .init(
                9, "score", .causalRegister(.integer), writers: .any(people.union([.assistant])),
                about: "0 to 100; of concurrent writes the higher stamp shows."),
            .init(10, "labels", .set(.text), writers: .any(people), about: "Labels."),
        ])

    /// An account with a provider, served by one gateway.
    public static let channel = Schema.Root(
        3, "channel", about: "An account with a provider, served by one gateway.",
        fields: [
            .init(1, "kind", .register(.text), writers: .any(inbound), about: "The kind of channel."),
            .init(2, "name", .register(.text), writers: .any(inbound), about: "What the team calls it."),
            .init(3, "account", .register(.text), writers: .any(inbound), about: "The account with the provider."),
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
