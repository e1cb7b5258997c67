import ChangeLog
import Storage

/// The messages of a conversation: what they hold, and who may write which.
extension InboxSchema {
    /// A message's columns. `historic` is 1 for imported ones, which take no part in any rule; `timeless` is 1 where
    /// the position only keeps the file's order. `details` is JSON: what an import carried besides.
    static let message: [Schema.Column] = [
        .init(1, "sender", .integer, about: "0 customer, 1 agent, 2 assistant, 3 system."),
        .init(2, "kind", .integer, about: "What it is: 0 text, 1 note, 2 image, 3 audio and so on."),
        .init(3, "text", .text, about: "Its text."),
        .init(4, "author", .text, about: "Imported: the name of who wrote it."),
        .init(5, "historic", .integer, about: "1 if imported: takes no part in any rule."),
        .init(6, "timeless", .integer, about: "1 if the source knew no time: its position only keeps the order."),
        .init(7, "details", .text, about: "JSON: what an import carried besides."),
        .init(8, "provider", .text, about: "Its id with the provider."),
    ]

    /// Everyone in their own name, and only a gateway in a customer's.
    static let messageWriters = Schema.Writers(
        any: [.owner, .admin], own: [.agent, .gateway, .assistant],
        only: [
            .owner: .shapes([reply, imported]), .admin: .shapes([reply, imported]), .agent: .shapes([reply]),
            .gateway: .shapes([inbound]), .assistant: .shapes([answer]),
        ])

    private static let reply = Schema.Shape(
        "reply", columns: live(by: [.agent], among: ["provider": [.null]]),
        about: "A person's reply or note, in their own name, at the time of writing.")
    private static let answer = Schema.Shape(
        "answer", columns: live(by: [.assistant], among: ["provider": [.null]]),
        about: "The assistant's, in its own name, at the time of writing.")
    private static let inbound = Schema.Shape(
        "inbound", mayBeNamed: true, mayBePlaced: true, columns: live(by: [.customer, .system]),
        about: "What a channel brings: a customer's message or a notice, with the provider's id and time.")
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
