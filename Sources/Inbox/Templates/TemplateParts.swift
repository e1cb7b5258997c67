/// The components of a template, sorted out: read from Meta's list, and written back as one.
struct TemplateParts {
    private(set) var header: TemplateHeader?
    private(set) var body: TemplateText?
    private(set) var footer: String?
    private(set) var buttons: [TemplateButton] = []
    private(set) var others: [JSONValue] = []

    /// - Parameter components: in Meta's form, the types in any letter case. Of one kind the first counts.
    init(components: [JSONValue]) {
        for component in components where !take(component) {
            others.append(component.removing(key: Self.sampleFile))
        }
    }

    init(_ definition: TemplateDefinition) {
        (header, body, footer) = (definition.header, definition.body, definition.footer)
        (buttons, others) = (definition.buttons, definition.others)
    }

    /// What the variables' names say where the template does not: named if all are.
    var parameterFormat: TemplateParameterFormat {
        var names = body?.variables ?? []
        if case .text(let text) = header { names += text.variables }
        let isNamed = !names.isEmpty && names.allSatisfy { TemplateParameterFormat(ofVariable: $0) == .named }
        return isNamed ? .named : .positional
    }

    /// In Meta's form, one way of writing for one meaning; reading it gives the same parts.
    ///
    /// Examples are written by name for either format: a list by position would be as long as the highest number.
    var components: [JSONValue] {
        var components: [JSONValue] = []
        if let header { components.append(Self.component(header)) }
        if let body {
            components.append(.object(["type": .text("BODY")].merging(body.json(examples: "body_text")) { $1 }))
        }
        if let footer { components.append(.object(["type": .text("FOOTER"), "text": .text(footer)])) }
        if !buttons.isEmpty {
            components.append(.object(["type": .text("BUTTONS"), "buttons": .list(buttons.map(\.json))]))
        }
        return components + others
    }

    /// Where Meta puts the address of a sample file, which is another one each time it is asked.
    private static let sampleFile = "header_handle"

    /// - Returns: whether there was room for it, and it is of a known form.
    private mutating func take(_ component: JSONValue) -> Bool {
        let text = component["text"]?.text
        switch (component["type"]?.text?.uppercased(), text) {
        case ("HEADER", _) where header == nil: header = Self.header(component)
        case ("BODY", let text?) where body == nil: body = TemplateText(text, examplesIn: component["example"])
        case ("FOOTER", let text?) where footer == nil: footer = text
        case ("BUTTONS", _) where buttons.isEmpty:
            buttons = (component["buttons"]?.list ?? []).map(TemplateButton.init)
            return !buttons.isEmpty
        default: return false
        }
        return true
    }

    private static func header(_ component: JSONValue) -> TemplateHeader {
        let format = component["format"]?.text?.uppercased() ?? "TEXT"
        if format == "TEXT", let text = component["text"]?.text {
            return .text(TemplateText(text, examplesIn: component["example"]))
        }
        if format == "LOCATION" { return .location }
        if let kind = TemplateFileKind(rawValue: format.lowercased()) { return .file(kind) }
        return .unsupported(component.removing(key: sampleFile))
    }

    private static func component(_ header: TemplateHeader) -> JSONValue {
        var fields: [String: JSONValue] = ["type": .text("HEADER")]
        switch header {
        case .text(let text):
            fields.merge(text.json(examples: "header_text")) { $1 }
            fields["format"] = .text("TEXT")
        case .file(let kind): fields["format"] = .text(kind.rawValue.uppercased())
        case .location: fields["format"] = .text("LOCATION")
        case .unsupported(let component): return component
        }
        return .object(fields)
    }
}

extension TemplateButton {
    init(_ button: JSONValue) {
        label = button["text"]?.text ?? ""
        // Submitted as a text or a list, and read as a list.
        let example = button["example"]?.text ?? button["example"]?.list?.first?.text
        switch button["type"]?.text?.uppercased() {
        case "URL":
            let url = button["url"]?.text ?? ""
            let variable = TemplateText(url).variables.first ?? ""
            action = .url(TemplateText(url, examples: [variable: example ?? ""]))
        case "PHONE_NUMBER": action = .phone(button["phone_number"]?.text ?? "")
        case "QUICK_REPLY": action = .quickReply
        case "COPY_CODE": action = .copyCode(example: example)
        default: action = .unsupported(button.removing(key: "header_handle"))
        }
    }

    var json: JSONValue {
        var fields: [String: JSONValue] = ["type": .text(kind.rawValue)]
        if !label.isEmpty { fields["text"] = .text(label) }
        switch action {
        case .url(let url):
            fields["url"] = .text(url.source)
            if let example = url.examples.values.first { fields["example"] = .list([.text(example)]) }
        case .phone(let number): fields["phone_number"] = .text(number)
        case .quickReply: break
        case .copyCode(let example): if let example { fields["example"] = .list([.text(example)]) }
        case .unsupported(let button): return button
        }
        return .object(fields)
    }
}

extension TemplateText {
    /// - Parameter example: of a header or body: `header_text` is a list, `body_text` a list of such lists, and the
    ///   ones with names are lists of pairs.
    fileprivate init(_ source: String, examplesIn example: JSONValue?) {
        var examples: [String: String] = [:]
        let lists = example?["header_text"]?.list ?? example?["body_text"]?.list ?? []
        for (index, value) in (lists.first?.list ?? lists).enumerated() {
            examples[String(index + 1)] = value.text
        }
        let pairs = example?["header_text_named_params"]?.list ?? example?["body_text_named_params"]?.list ?? []
        for pair in pairs {
            if let name = pair["param_name"]?.text { examples[name] = pair["example"]?.text }
        }
        self.init(source, examples: examples)
    }

    fileprivate func json(examples key: String) -> [String: JSONValue] {
        guard !examples.isEmpty else { return ["text": .text(source)] }
        let pairs = examples.sorted { $0.key < $1.key }.map { name, example in
            JSONValue.object(["param_name": .text(name), "example": .text(example)])
        }
        return ["text": .text(source), "example": .object([key + "_named_params": .list(pairs)])]
    }
}
