import Foundation

/// JSON, as any program reads it.
typealias JSONObject = [String: Any]

/// What the screens have to say of an imported conversation, taken from its line alone: plain, slow, and with nothing in
/// common with what it is held against.
struct NaiveConversation {
    let line: JSONObject
    /// By time; one without stays behind the one before it.
    let messages: [JSONObject]

    init(_ bytes: [UInt8]) throws {
        line = try JSONSerialization.jsonObject(with: Data(bytes)) as? JSONObject ?? [:]
        var time = ""
        let timed = (line["messages"] as? [JSONObject] ?? []).enumerated().map { place, message in
            time = message["at"] as? String ?? time
            return (time: time, place: place, message: message)
        }
        messages = timed.sorted { ($0.time, $0.place) < ($1.time, $1.place) }.map(\.message)
    }

    var id: String { line["id"] as? String ?? "" }
    var channel: String? { line["channel"] as? String }
    var customer: JSONObject { line["customer"] as? JSONObject ?? [:] }
    var labels: [String] { Set(line["labels"] as? [String] ?? []).subtracting([""]).sorted() }
    var texts: [String] { messages.map { $0["text"] as? String ?? "" } }
    var lastTime: String? { messages.compactMap { $0["at"] as? String }.max() }

    var status: String {
        ["solved", "closed", "spam"].contains(line["status"] as? String) ? "closed" : "active"
    }

    /// Conversations of one person have the same: of nobody in particular, each its own.
    var person: [String] {
        let names = [customer["username"], customer["name"]].compactMap { $0 as? String }.filter { !$0.isEmpty }
        guard let name = names.first, !labels.contains("deleted-account") else { return ["nobody", id] }
        return ["somebody", channel ?? "", name]
    }

    /// Up to 120 scalars of the last message on one line, ending between characters.
    var preview: String {
        let words = (texts.last ?? "").prefix(4_000).split { $0.isWhitespace || $0.isNewline }
        var line = words.joined(separator: " ")
        while line.unicodeScalars.count > 120 { line.removeLast() }
        return line.last == " " ? String(line.dropLast()) : line
    }

    // MARK: Screens

    /// Of `nexus --json inbox`, without ids.
    func card(of lead: NaiveLead) -> JSONObject {
        [
            "customer": ["name": lead.name, "avatar": NSNull()], "channel": value(channel), "preview": preview,
            "lastMessageAt": time(lastTime), "status": status, "lead": ["status": "new", "score": NSNull()],
            "unread": 0, "assignee": NSNull(), "assignmentLost": false, "snoozedUntil": NSNull(), "labels": labels,
        ]
    }

    /// Of `nexus --json show`, without ids.
    func screen(of lead: NaiveLead) -> JSONObject {
        [
            "subject": value(line["subject"]), "channel": value(channel), "account": NSNull(), "status": status,
            "closing": NSNull(), "ai": ["state": "on", "reason": NSNull(), "until": NSNull()],
            "window": ["state": "unlimited", "until": NSNull(), "since": NSNull(), "offers": [] as [String]],
            "lead": lead.screen, "labels": labels, "assignee": NSNull(), "assignedBy": NSNull(),
            "assignmentLostBy": [] as [String], "snoozedUntil": NSNull(), "summary": NSNull(), "links": [] as [String],
            "locale": value(customer["locale"]), "source": value(line["source"]), "seen": NSNull(),
            "messages": messages.map(screen),
        ]
    }

    private func screen(of message: JSONObject) -> JSONObject {
        let sender = message["from"] as? String ?? ""
        let details = message.filter { key, value in
            !["id", "from", "author", "text", "at"].contains(key) && !(value is NSNull)
        }
        return [
            "from": sender, "author": value(message["author"]), "kind": "text", "text": value(message["text"]),
            "at": time(message["at"] as? String), "state": sender == "agent" ? "sent" as Any : NSNull(),
            "code": NSNull(), "reason": NSNull(), "unseen": [] as [String], "late": false, "edited": false,
            "revoked": false,
            "about": NSNull(), "reactions": [] as [String], "mentions": [] as [String],
            "transcript": NSNull(), "file": NSNull(), "details": details.isEmpty ? NSNull() : details as Any,
            "template": NSNull(),
        ]
    }

    private func value(_ value: Any?) -> Any { value ?? NSNull() }

    /// With milliseconds, of which the files know none.
    private func time(_ text: String?) -> Any { text.map { $0.dropLast() + ".000Z" } ?? NSNull() }
}

/// What the screens have to say of a customer: of each thing what the first line with it says.
struct NaiveLead {
    private var fields: [String: String] = [:]
    /// Ids in the files.
    private(set) var conversations: [String] = []

    /// By person.
    static func all(in conversations: [NaiveConversation]) -> [[String]: NaiveLead] {
        var leads: [[String]: NaiveLead] = [:]
        for conversation in conversations { leads[conversation.person, default: NaiveLead()].take(conversation) }
        return leads
    }

    private mutating func take(_ conversation: NaiveConversation) {
        conversations.append(conversation.id)
        for name in ["name", "email", "phone", "username", "locale"] where fields[name] == nil {
            let value = conversation.customer[name] as? String
            fields[name] = value.flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    var name: Any { fields["name"] ?? NSNull() }

    /// Of `nexus --json lead show`, without leads' ids and with the conversations' as the files have them, sorted.
    var screen: JSONObject {
        var screen: JSONObject = ["status": "new", "conversations": conversations.sorted()]
        for key in ["name", "email", "phone", "username", "locale"] { screen[key] = fields[key] ?? NSNull() }
        for key in ["avatar", "score", "scoreBand", "assignee", "summary"] { screen[key] = NSNull() }
        for key in ["labels", "interests", "identities", "apart", "notes"] { screen[key] = [] as [String] }
        for key in ["status", "score", "assignee"] {
            (screen["\(key)Source"], screen["\(key)Pinned"]) = (NSNull(), false)
        }
        return screen
    }
}
