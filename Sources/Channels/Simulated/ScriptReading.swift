import Inbox

extension SimulatedScript.Rule {
    init(_ value: JSONValue) throws(ScriptRejection.Fault) {
        let fields = try Fields(
            value,
            known: [
                "nth", "to", "text", "template", "times", "answer", "code", "status", "after", "taken", "receipts",
                "echo",
                "reply",
            ])
        nth = try fields.integer("nth", 1...1_000_000_000).map(Int.init)
        (to, text, template) = (try fields.text("to"), try fields.text("text"), try fields.text("template"))
        times = try fields.integer("times", 1...1_000_000_000).map(Int.init)
        if let name = try fields.text("answer") {
            guard let answer = SimulatedScript.Answer(rawValue: name) else { throw .init(what: "answer") }
            self.answer = answer
        }
        code = try fields.integer("code", 0...9_999_999)
        guard answer != .refuse || code != nil else { throw .init(what: "code") }
        status = try fields.integer("status", 200...599).map(Int.init)
        after = try fields.integer("after", Fields.delays)
        taken = try fields.bool("taken") ?? true
        if let list = try fields.list("receipts") {
            receipts = []
            for receipt in list { receipts.append(try .init(receipt)) }
        }
        echo = try fields["echo"].map { value throws(ScriptRejection.Fault) in try .init(value) }
        reply = try fields["reply"].map { value throws(ScriptRejection.Fault) in try .init(value) }
    }
}

extension SimulatedScript.Receipt {
    init(_ value: JSONValue) throws(ScriptRejection.Fault) {
        let fields = try Fields(value, known: ["event", "after", "times", "code"])
        guard let event = try fields.text("event"), ["sent", "delivered", "read", "played", "failed"].contains(event)
        else { throw .init(what: "event") }
        self.event = event
        after = try fields.integer("after", Fields.delays) ?? 0
        times = try fields.integer("times", 1...1_000).map(Int.init) ?? 1
        code = try fields.integer("code", 0...9_999_999)
    }
}

extension SimulatedScript.Text {
    init(_ value: JSONValue) throws(ScriptRejection.Fault) {
        let fields = try Fields(value, known: ["text", "after"])
        guard let text = try fields.text("text") else { throw .init(what: "text") }
        (self.text, after) = (text, try fields.integer("after", Fields.delays) ?? 0)
    }
}

/// An object's fields, each of its kind or not there. A key that is not known is most likely misspelt.
private struct Fields {
    /// Ten years, in milliseconds.
    static let delays: ClosedRange<Int64> = 0...315_576_000_000

    private let fields: [String: JSONValue]

    init(_ value: JSONValue, known: Set<String>) throws(ScriptRejection.Fault) {
        guard case .object(let fields) = value else { throw .init(what: "not an object") }
        if let unknown = fields.keys.filter({ !known.contains($0) }).min() { throw .init(what: unknown) }
        self.fields = fields
    }

    subscript(key: String) -> JSONValue? { fields[key] }

    func text(_ key: String) throws(ScriptRejection.Fault) -> String? {
        guard let value = fields[key] else { return nil }
        guard let text = value.text else { throw .init(what: key) }
        return text
    }

    func list(_ key: String) throws(ScriptRejection.Fault) -> [JSONValue]? {
        guard let value = fields[key] else { return nil }
        guard let list = value.list else { throw .init(what: key) }
        return list
    }

    func bool(_ key: String) throws(ScriptRejection.Fault) -> Bool? {
        guard let value = fields[key] else { return nil }
        guard case .bool(let bool) = value else { throw .init(what: key) }
        return bool
    }

    func integer(_ key: String, _ range: ClosedRange<Int64>) throws(ScriptRejection.Fault) -> Int64? {
        guard let value = fields[key] else { return nil }
        guard case .integer(let integer) = value, range.contains(integer) else { throw .init(what: key) }
        return integer
    }
}
