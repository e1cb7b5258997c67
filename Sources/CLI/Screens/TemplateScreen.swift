import CRDT
import ChangeLog
import Inbox

/// Draws a template: what it is, what the customer would see, and the values it asks for.
enum TemplateScreen {
    static func print(_ template: Template, _ channels: [Channel]) {
        ItemScreen.print([
            ("Name", template.name), ("Id", template.id.text), ("Language", template.language),
            ("Category", template.category.rawValue.lowercased()),
            ("Status", template.status?.rawValue.lowercased() ?? "unknown"),
            ("Sendable", template.isSendable ? "yes" : "no"),
            ("Channel", channels.first { $0.id == template.channel }?.name),
        ])
        guard let definition = template.definition else { return }
        Console.print("")
        print(TemplatePreview(definition, TemplateValues()))
        if !definition.fields.isEmpty { Console.print("") }
        for field in definition.fields { ItemScreen.print([("Value", words(for: field))]) }
        for part in definition.unsupportedParts {
            ItemScreen.print([("Beware", "this version cannot fill in \(TemplateWords.of(part))")])
        }
        for problem in definition.problems() { ItemScreen.print([("Beware", TemplateWords.of(problem))]) }
    }

    /// What the customer sees, and below it what the buttons do.
    static func print(_ preview: TemplatePreview) {
        for line in preview.lines { Console.print("    " + TerminalText.safe(line, multiline: false)) }
        let targets = preview.buttons.enumerated().filter { $1.target != nil && $1.kind != .quickReply }
        if !targets.isEmpty { Console.print("") }
        for (index, button) in targets { ItemScreen.print([("Button \(index)", button.target)]) }
    }

    private static func words(for field: TemplateField) -> String {
        let example = field.example.map { ", for instance \($0)" } ?? ""
        return "\(field.slot.spelling): \(TemplateWords.of(field.kind))\(field.isRequired ? "" : ", may be left out")"
            + example
    }
}

extension Template {
    /// What the customer would see, with the variables in place.
    var lines: [String] { definition.map { TemplatePreview($0, TemplateValues()).lines } ?? [] }
}

extension JSONOutput {
    init(template: Template, _ channels: [Channel]) {
        let definition = template.definition
        let channel = template.channel.map { id in
            JSONOutput.object([
                ("id", .string(id.text)), ("name", JSONOutput(channels.first { $0.id == id }?.name)),
            ])
        }
        self = .object([
            ("id", .string(template.id.text)), ("name", .string(template.name)),
            ("language", .string(template.language)), ("category", .string(template.category.rawValue)),
            ("status", JSONOutput(template.status?.rawValue)), ("sendable", .bool(template.isSendable)),
            ("channel", channel ?? .null), ("text", .array(template.lines.map(JSONOutput.string))),
            ("values", .array((definition?.fields ?? []).map(JSONOutput.init(field:)))),
            ("problems", .array((definition?.problems() ?? []).map { .string(TemplateWords.of($0)) })),
            (
                "definition",
                definition.flatMap { JSONValue(json: Array($0.canonicalJSON.utf8)) }.map(JSONOutput.init) ?? .null
            ),
        ])
    }

    private init(field: TemplateField) {
        self = .object([
            ("name", .string(field.slot.spelling)), ("kind", .string(TemplateWords.of(field.kind))),
            ("required", .bool(field.isRequired)), ("example", JSONOutput(field.example)),
        ])
    }

    /// Keys sorted.
    private init(_ value: JSONValue) {
        switch value {
        case .null: self = .null
        case .bool(let bool): self = .bool(bool)
        case .integer(let integer): self = .integer(integer)
        case .number(let number): self = .number(number)
        case .text(let text): self = .string(text)
        case .list(let list): self = .array(list.map(JSONOutput.init))
        case .object(let object):
            self = .object(object.sorted { $0.key < $1.key }.map { ($0.key, JSONOutput($0.value)) })
        }
    }
}
