import ChangeLog
public import Storage

/// What a workspace works with: its channels, and texts that are ready.
extension InboxSchema {
    /// An account with a provider, served by one gateway.
    public static let channel = Schema.Root(
        3, "channel", about: "An account with a provider, served by one gateway.",
        fields: [
            .init(1, "kind", .register(.text), writers: .any(inbound), about: "The kind of channel."),
            .init(2, "name", .register(.text), writers: .any(inbound), about: "What the team calls it."),
            .init(3, "account", .register(.text), writers: .any(inbound), about: "The account with the provider."),
            .init(
                4, "window", .register(.integer), writers: .any(keepers),
                about: "For how long after a customer's message a reply may go out, in minutes; 0 for ever."),
            .init(
                5, "timer", .register(.integer), writers: .any(keepers),
                about: "How long a person's reply pauses the assistant, in minutes; 0 until resumed by hand."),
            .init(
                6, "media", .register(.text), writers: .any(keepers),
                about: "The kinds of message that it can send, by name, with blanks between."),
            removed(7, keepers),
            .init(
                8, "patience", .register(.integer), writers: .any(keepers),
                about:
                    "For how long a reply may wait for its turn before its author is asked again, in minutes; 0 for ever."
            ),
        ])

    /// A message that its provider has approved, to be filled in.
    public static let template = Schema.Root(
        4, "template", about: "A message that its provider has approved, to be filled in.",
        fields: [
            .init(1, "account", .register(.bytes), writers: .any(inbound), about: "The channel account, by id."),
            .init(2, "name", .register(.text), writers: .any(inbound), about: "Its name with the provider."),
            .init(3, "language", .register(.text), writers: .any(inbound), about: "Its language, as in `en_US`."),
            .init(
                4, "category", .register(.text), writers: .any(inbound), about: "Marketing, utility, authentication."),
            .init(5, "status", .register(.text), writers: .any(inbound), about: "What the provider says of it."),
            .init(6, "definition", .register(.text), writers: .any(inbound), about: "JSON: what it is made of."),
            removed(7, inbound),
        ])

    /// A text to answer with.
    public static let savedReply = Schema.Root(
        5, "saved_reply", about: "A text to answer with.",
        fields: [
            .init(1, "name", .register(.text), writers: .any(people), about: "What it is called by."),
            .init(2, "text", .register(.text), writers: .any(people), about: "What it says."),
            removed(3, people),
        ])

    /// What the assistant answers from.
    public static let article = Schema.Root(
        6, "article", about: "What the assistant answers from.",
        fields: [
            .init(1, "title", .register(.text), writers: .any(people), about: "The question, or what it is about."),
            .init(2, "text", .register(.text), writers: .any(people), about: "The answer."),
            .init(3, "language", .register(.text), writers: .any(people), about: "Its language, as in `en`."),
            .init(4, "source", .register(.text), writers: .any(people), about: "Where it is from."),
            .init(5, "labels", .set(.text), writers: .any(people), about: "Labels."),
            removed(6, people),
        ])

    /// A filter of the inbox that has a name.
    public static let view = Schema.Root(
        7, "view", about: "A filter of the inbox that has a name.",
        fields: [
            .init(1, "name", .register(.text), writers: .any(people), about: "What it is called by."),
            .init(2, "query", .register(.text), writers: .any(people), about: "JSON: the filter."),
            .init(3, "person", .register(.bytes), writers: .any(people), about: "Whose it is, by id; null for all."),
            removed(4, people),
        ])

    /// What holds for the whole workspace; there is one.
    public static let workspace = Schema.Root(
        8, "workspace", about: "What holds for the whole workspace; there is one.",
        fields: [
            .init(
                1, "region", .register(.text), writers: .any(keepers),
                about: "Where phone numbers without a country code are from, as in `DE`."),
            .init(
                2, "lead_statuses", .set(.text), writers: .any(keepers), about: "Lead statuses besides those there are."
            ),
        ])

    private static func removed(_ number: UInt64, _ writers: Set<Role>) -> Schema.Field {
        .init(number, "removed", .register(.integer), writers: .any(writers), about: "1 once it was taken away.")
    }
}
