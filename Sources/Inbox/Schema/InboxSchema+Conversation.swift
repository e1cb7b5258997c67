import ChangeLog
public import Storage

/// A conversation, with what became of its messages on the way to the customer.
extension InboxSchema {
    /// A conversation with its messages.
    public static let conversation = Schema.Root(
        1, "conversation", about: "What a customer and the team say to each other on one channel.",
        fields: [
            .init(1, "channel", .register(.text), writers: .any(acquainted), about: "The kind of channel."),
            .init(2, "subject", .register(.text), writers: .any(acquainted), about: "What it is about."),
            .init(3, "lead", .register(.bytes), writers: .any(acquainted), about: "The customer: a lead's id."),
            .init(4, "locale", .register(.text), writers: .any(inbound), about: "The customer's language."),
            .init(5, "source", .register(.text), writers: .any(keepers), about: "Imported: the name of the source."),
            .init(
                6, "account", .register(.bytes), writers: .any(acquainted),
                about: "The channel account: a channel's id."),
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
                10, "assignee", .causalRegister(.bytes), writers: shared().writers, yielding: shared().yielding,
                about: "The person who works on it, by id; null for nobody."),
            .init(11, "labels", .set(.text), writers: .any(people), about: "Labels."),
            .init(
                12, "message", .sequence(message, marked: "sender = 0 AND historic IS NULL"), writers: messageWriters,
                about: "Messages and notes."),
            .init(
                13, "reads", .mark(over: "message"), writers: .init(own: people.union([.viewer])),
                about: "For each person, the customer's messages that they have read."),
            .init(
                14, "delivery", .sequence(delivery, marked: nil),
                writers: .init(own: [.gateway], only: [.gateway: .shapes([record])]),
                about: "What became of messages on the way to the customer."),
            .init(
                15, "snooze", .causalRegister(.integer), writers: .any(people),
                about: "Out of sight until then, in milliseconds since 1970; carries what its author had seen."),
            .init(
                16, "summary", .causalRegister(.text), writers: shared().writers, yielding: shared().yielding,
                about: "JSON: topics, pains, products, next steps, open questions; carries how far it reaches."),
            .init(
                17, "links", .set(.bytes), writers: .any(people),
                about: "Conversations with the same customer that go on from this one or before it, by id."),
            .init(
                18, "directive", .sequence(directive, marked: nil),
                writers: .init(any: keepers, own: [.agent], only: [.agent: .shapes([ownDirective])]),
                about: "What people order of replies that they wrote; it carries what they had been shown."),
        ])

    /// What a person orders of one outgoing message.
    private static let directive: [Schema.Column] = [
        .init(1, "message", .bytes, isIndexed: true, about: "Which message, by id."),
        .init(2, "what", .integer, about: "1 send it as it is, 2 do not send it, but what else this change appends."),
        .init(3, "any", .integer, about: "1 where it is said of somebody else's message."),
    ]

    private static let ownDirective = Schema.Shape(
        "own", columns: ["any": [.null]], about: "An order about what its author wrote.")

    /// What a gateway notes of one message. Its position is the provider's time, or the gateway's.
    private static let delivery: [Schema.Column] = [
        .init(1, "message", .bytes, isIndexed: true, about: "Which message, by id."),
        .init(
            2, "event", .integer,
            about: """
                1 dispatching, 2 sent, 3 delivered, 4 read, 5 played, 6 failed, 7 unknown, 8 abandoned, 9 held, 10 dropped.
                """),
        .init(3, "code", .text, about: "Failed: the provider's error code. Held or dropped: the reason."),
        .init(4, "provider", .text, about: "The message's id with the provider."),
        .init(
            5, "timer", .integer,
            about: "Dispatching or sent: how long it pauses the assistant, in minutes; 0 until resumed."),
        .init(6, "details", .text, about: "JSON: what the provider said besides, or what the reason is about."),
        .init(7, "attempt", .integer, about: "Which attempt at sending it this is about, from 1."),
    ]

    private static let record = Schema.Shape(
        "record", mayBeNamed: true, mayBePlaced: true, columns: [:], about: "What a provider or the sending tells.")
}
