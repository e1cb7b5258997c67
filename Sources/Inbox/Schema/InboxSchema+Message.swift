import ChangeLog
import Storage

/// The messages of a conversation: what they hold, and who may write which.
extension InboxSchema {
    /// A message's columns. An element never changes: what is said of an earlier message, be it a correction, a reaction
    /// or the words of a voice message, is an element of its own that names it.
    static let message: [Schema.Column] = [
        .init(
            1, "sender", .integer, about: "0 customer, 1 agent, 2 assistant, 3 system, 4 agent on the business phone."),
        .init(2, "kind", .integer, about: "What it is: 0 text, 1 note, 2 image, 3 audio and so on."),
        .init(3, "text", .text, about: "Its text."),
        .init(4, "author", .text, about: "Imported: the name of who wrote it."),
        .init(5, "historic", .integer, about: "1 if imported: takes no part in any rule."),
        .init(6, "timeless", .integer, about: "1 if the source knew no time: its position only keeps the order."),
        .init(7, "details", .text, about: "JSON: what its kind needs besides, or an import carried."),
        .init(8, "provider", .text, about: "Its id with the provider."),
        .init(
            9, "about", .bytes, isIndexed: true,
            about: "The message that it answers, or that it corrects, takes back, reacts to or puts into words."),
        .init(10, "blob", .bytes, about: "What it carries: the hash of a file's bytes."),
        .init(11, "mime", .text, about: "The file's media type."),
        .init(12, "size", .integer, about: "The file's size in bytes."),
        .init(13, "name", .text, about: "The file's name."),
        .init(14, "template", .bytes, about: "The template that it fills in, by id."),
        .init(
            15, "terms", .integer,
            about: "How it is to be sent, the sum of: 1 whatever was written since, 2 only if nothing was, 4 later."),
        .init(16, "not_before", .integer, about: "When it may be sent at the earliest, in milliseconds since 1970."),
        .init(17, "not_after", .integer, about: "When it is not to be sent any more, in milliseconds since 1970."),
        .init(
            18, "mentions", .bytes, isIndexed: true,
            about: "Of a note: the persons whom it calls by name, by id, one after the other."),
    ]

    /// Everyone in their own name, and only a gateway in a customer's.
    static let messageWriters = Schema.Writers(
        any: [.owner, .admin], own: [.agent, .gateway, .assistant],
        only: [
            .owner: .shapes([reply, imported]), .admin: .shapes([reply, imported]), .agent: .shapes([reply]),
            .gateway: .shapes([arrived]), .assistant: .shapes([answer]),
        ])

    private static let reply = Schema.Shape(
        "reply", columns: live(by: [.agent], among: ["provider": [.null]]),
        about: "A person's reply or note, in their own name, at the time of writing.")
    private static let answer = Schema.Shape(
        "answer", columns: live(by: [.assistant], among: ["provider": [.null]]),
        about: "The assistant's, in its own name, at the time of writing.")
    private static let arrived = Schema.Shape(
        "inbound", mayBeNamed: true, mayBePlaced: true, columns: live(by: [.customer, .system, .phone]),
        about:
            "What a channel brings: a customer's message, a notice, or what went out by the business phone, with the provider's id and time."
    )
    private static let imported = Schema.Shape(
        "import", mayBeNamed: true, mayBePlaced: true, columns: ["historic": [.integer(1)]],
        about: "What a file brings, whoever wrote it; it takes no part in any rule.")

    /// The columns of a message that is not imported.
    private static func live(by senders: [Sender], among others: [String: [Value]] = [:]) -> [String: [Value]] {
        var columns = others
        columns["sender"] = senders.map { .integer($0.rawValue) }
        for imported in ["author", "historic", "timeless"] { columns[imported] = [.null] }
        return columns
    }
}
