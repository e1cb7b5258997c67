import CRDT
import ChangeLog
import Inbox

/// A channel's policy, as options say it and screens show it.
enum PolicyWords {
    /// A span such as 24h, `forEver`, or default.
    static func span(_ text: String, named name: String, forEver: String) throws -> PolicySetting<Int64> {
        if text == "default" { return .ofKind }
        if text == forEver { return .own(0) }
        guard let milliseconds = Lifetime.parse(text) else {
            throw CLIFailure.badChoice(
                name: name, value: text, allowed: ["a span such as 7d, 24h or 60m", forEver, "default"])
        }
        return .own(milliseconds / 60_000)
    }

    /// Names of kinds of file with commas between, none, or default.
    static func media(_ text: String) throws -> PolicySetting<[MessageKind]> {
        if text == "default" { return .ofKind }
        if text == "none" { return .own([]) }
        let names = ChannelPolicy.Media.kinds.map(\.name)
        return .own(
            try text.split(separator: ",").map { word in
                try Choice.of(word.trimming(), named: "kind of file", among: names) { MessageKind(name: $0) }
            })
    }

    static func window(_ channel: Channel) -> String {
        guard let policy = channel.policy else { return "" }
        return policy.windowMinutes.map(span) ?? "none"
    }

    static func timer(_ channel: Channel) -> String {
        guard let policy = channel.policy else { return "" }
        return policy.timerMinutes == 0 ? "off" : span(policy.timerMinutes)
    }

    static func patience(_ channel: Channel) -> String {
        guard let policy = channel.policy else { return "" }
        return policy.patienceMinutes.map(span) ?? "none"
    }

    static func media(_ channel: Channel) -> String {
        channel.policy?.media.map(\.kind.name).joined(separator: ", ") ?? ""
    }

    /// A kind of file, at the beginning of a line.
    static func heading(_ kind: MessageKind) -> String { kind.name.prefix(1).uppercased() + kind.name.dropFirst() }

    /// How large, and of which types.
    static func limits(of media: ChannelPolicy.Media) -> String {
        let size = media.byteLimit.map { "up to \(megabytes($0))" }
        let types = media.types.isEmpty ? nil : media.types.joined(separator: ", ")
        let limits = [size, types].compactMap(\.self)
        return limits.isEmpty ? "no limit is known" : limits.joined(separator: "; ")
    }

    private static func megabytes(_ bytes: Int64) -> String {
        bytes >= 1_000_000 ? "\(bytes / 1_000_000) MB" : "\(bytes / 1_000) KB"
    }

    private static func span(_ minutes: Int64) -> String {
        minutes.isMultiple(of: 60) ? "\(minutes / 60)h" : "\(minutes)m"
    }
}

extension Substring {
    fileprivate func trimming() -> String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}

extension JSONOutput {
    init(channel: Channel) {
        let policy = channel.policy
        self = .object([
            ("id", .string(channel.id.text)), ("name", .string(channel.name)), ("kind", .string(channel.kind)),
            ("account", JSONOutput(channel.account)), ("window", JSONOutput(policy?.windowMinutes)),
            ("timer", JSONOutput(policy?.timerMinutes)), ("patience", JSONOutput(policy?.patienceMinutes)),
            ("forPeople", policy.map { .bool($0.isForPeople) } ?? .null),
            ("textLimit", JSONOutput(policy?.textLimit.map(Int64.init))),
            ("media", .array((policy?.media ?? []).map(JSONOutput.init(media:)))),
        ])
    }

    private init(media: ChannelPolicy.Media) {
        self = .object([
            ("kind", .string(media.kind.name)), ("byteLimit", JSONOutput(media.byteLimit)),
            ("types", .array(media.types.map(JSONOutput.string))),
        ])
    }
}
