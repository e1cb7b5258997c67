/// Where a template is outside of what Meta documents. Facts only; never a piece of its text.
public enum TemplateProblem: Hashable, Sendable {
    /// The name is not 1 to `TemplateLimit.name` characters of a to z, 0 to 9 and `_`.
    case badName
    /// There must be something.
    case empty(TemplatePart)
    /// In characters.
    case tooLong(TemplatePart, limit: Int, count: Int)
    /// Of a component that may be there once, there are more.
    case repeated(TemplatePart)
    /// In one text.
    case tooManyVariables(TemplatePart, limit: Int, count: Int)
    /// Double braces that are left open, or hold something else than a number or a name.
    case strayBraces(TemplatePart)
    /// Where no value can be put in.
    case variableNotAllowed(TemplatePart)
    /// A number in a template with names, or a name in one with numbers.
    case variableOfOtherFormat(TemplatePart, name: String)
    /// The numbers are not 1 to how many there are.
    case numbersWithGaps(TemplatePart)
    /// Two variables without text or punctuation between them.
    case adjacentVariables
    /// The body begins or ends with a variable.
    case variableAtEdge
    /// The variable of an address can only be its end.
    case variableNotAtEnd(TemplatePart)
    /// Of one kind, or of all where there is none.
    case tooManyButtons(TemplateButton.Kind?, limit: Int, count: Int)
    /// Quick replies stand together, before or after the others.
    case quickRepliesApart
}

extension TemplateDefinition {
    /// All that keeps Meta from approving it, as far as it is documented; in the order of the parts.
    ///
    /// For whoever writes one. An approved template may still have some: the rules became stricter over the years, and
    /// whether a message can be made from it, `status` and `unsupportedParts` say. Of what is not supported here,
    /// nothing is judged.
    public func problems() -> [TemplateProblem] {
        let isNamed = TemplateText.isVariable(name) && name.utf8.count <= TemplateLimit.name
        return (isNamed ? [] : [.badName]) + headerProblems() + bodyProblems() + footerProblems() + repetitions()
            + buttons.enumerated().flatMap { $1.problems(at: $0) } + buttonProblems()
    }

    private func headerProblems() -> [TemplateProblem] {
        guard case .text(let text) = header else { return [] }
        return text.lengthProblems(.header, limit: TemplateLimit.header)
            + text.countProblems(.header, limit: TemplateLimit.headerVariables) + namingProblems(text, .header)
    }

    private func bodyProblems() -> [TemplateProblem] {
        guard let body else {
            return others.contains { $0["type"]?.text?.uppercased() == "BODY" } ? [] : [.empty(.body)]
        }
        return body.lengthProblems(.body, limit: TemplateLimit.body) + namingProblems(body, .body)
            + body.neighbourProblems()
    }

    private func footerProblems() -> [TemplateProblem] {
        guard let footer else { return [] }
        let text = TemplateText(footer)
        return text.lengthProblems(.footer, limit: TemplateLimit.footer)
            + (text.variables.isEmpty ? [] : [.variableNotAllowed(.footer)])
    }

    private func namingProblems(_ text: TemplateText, _ part: TemplatePart) -> [TemplateProblem] {
        let names = text.variables
        let others = names.filter { TemplateParameterFormat(ofVariable: $0) != parameterFormat }
        var problems: [TemplateProblem] = text.hasStrayBraces ? [.strayBraces(part)] : []
        problems += others.map { .variableOfOtherFormat(part, name: $0) }
        let numbers = Set(names).subtracting(others)
        if parameterFormat == .positional, numbers != Set((0..<numbers.count).map { String($0 + 1) }) {
            problems.append(.numbersWithGaps(part))
        }
        return problems
    }

    private func repetitions() -> [TemplateProblem] {
        let kept: [(String, Bool)] = [("HEADER", header != nil), ("BODY", body != nil), ("FOOTER", footer != nil)]
        let there = kept.filter(\.1).map(\.0) + (buttons.isEmpty ? [] : ["BUTTONS"])
        let types = others.compactMap { $0["type"]?.text?.uppercased() }
        return there.filter(types.contains).map { .repeated(.component($0)) }
    }

    private func buttonProblems() -> [TemplateProblem] {
        let limits: [(TemplateButton.Kind?, Int)] = [
            (nil, TemplateLimit.buttons), (.quickReply, TemplateLimit.buttons), (.url, 2), (.phone, 1), (.copyCode, 1),
        ]
        let counted: [TemplateProblem] = limits.compactMap { kind, limit in
            let count = buttons.count { kind == nil || $0.kind == kind }
            return count > limit ? .tooManyButtons(kind, limit: limit, count: count) : nil
        }
        let areQuickReplies = buttons.map { $0.kind == .quickReply }
        let changes = zip(areQuickReplies, areQuickReplies.dropFirst()).count { $0 != $1 }
        return counted + (changes > 1 ? [.quickRepliesApart] : [])
    }
}

extension TemplateButton {
    fileprivate func problems(at index: Int) -> [TemplateProblem] {
        let label = TemplateText(label).lengthProblems(.label(index), limit: TemplateLimit.label)
        switch action {
        case .url(let url): return label + urlProblems(url, .target(index))
        case .phone(let number):
            return label + TemplateText(number).lengthProblems(.target(index), limit: TemplateLimit.phone)
        case .quickReply: return label
        case .copyCode(let example):
            guard let example else { return [] }
            return TemplateText(example).lengthProblems(.target(index), limit: TemplateLimit.code)
        case .unsupported: return []
        }
    }

    private func urlProblems(_ url: TemplateText, _ part: TemplatePart) -> [TemplateProblem] {
        var problems = url.lengthProblems(part, limit: TemplateLimit.url)
        problems += url.countProblems(part, limit: TemplateLimit.urlVariables)
        if url.hasStrayBraces { problems.append(.strayBraces(part)) }
        if url.pieces.dropLast().contains(where: \.isVariable) { problems.append(.variableNotAtEnd(part)) }
        return problems
    }
}

extension TemplateText {
    fileprivate func lengthProblems(_ part: TemplatePart, limit: Int) -> [TemplateProblem] {
        if source.isEmpty { return [.empty(part)] }
        return length > limit ? [.tooLong(part, limit: limit, count: length)] : []
    }

    fileprivate func countProblems(_ part: TemplatePart, limit: Int) -> [TemplateProblem] {
        let count = variables.count
        return count > limit ? [.tooManyVariables(part, limit: limit, count: count)] : []
    }

    /// What reviews of a body refuse. Space is no text between two variables, or beside one.
    ///
    /// Sources: the first is quoted in Meta's example of a `message_template_status_update`; the second is its error
    /// 2388299 when a template is submitted, and named by Twilio's documentation of error 63040.
    fileprivate func neighbourProblems() -> [TemplateProblem] {
        let pieces = pieces.filter { !$0.isSpace }
        let areAdjacent = zip(pieces, pieces.dropFirst()).contains { $0.isVariable && $1.isVariable }
        let isAtEdge = pieces.first?.isVariable == true || pieces.last?.isVariable == true
        return (areAdjacent ? [.adjacentVariables] : []) + (isAtEdge ? [.variableAtEdge] : [])
    }
}

extension TemplateText.Piece {
    fileprivate var isVariable: Bool {
        guard case .variable = self else { return false }
        return true
    }

    fileprivate var isSpace: Bool {
        guard case .text(let text) = self else { return false }
        return text.allSatisfy(\.isWhitespace)
    }
}
