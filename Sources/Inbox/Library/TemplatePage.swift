/// Why one template of a file was not taken. Facts only.
public enum TemplateRefusal: Error, Hashable, Sendable {
    /// It is no template.
    case rejected(TemplateRejection)
    /// It breaks rules of the provider's.
    case broken([TemplateProblem])
    /// An earlier one of the file, of the same name and language, says otherwise.
    case contradiction
}

/// The templates of a file, each judged by itself.
public struct TemplatePage: Sendable {
    /// Those that can be taken, in the order of the file.
    public private(set) var templates: [TemplateDefinition] = []
    /// The others, each with its number in the file: of the entry, from 1, or of the line.
    public private(set) var refused: [(number: Int, why: TemplateRefusal)] = []

    /// - Parameter lines: of a file that is one piece of JSON (the answer of `GET /message_templates`, a list, or one
    ///   template) or has one template on each line.
    public init(lines: [[UInt8]]) {
        let whole = Array(lines.joined(separator: [0x0A]))
        if let page = try? TemplateDefinition.page(json: whole) {
            for (index, entry) in page.enumerated() { take(entry, number: index + 1) }
            return
        }
        for (index, line) in lines.enumerated() where line.contains(where: { $0 != 0x20 && $0 != 0x0D }) {
            take(Result { () throws(TemplateRejection) in try TemplateDefinition(json: line) }, number: index + 1)
        }
    }

    private mutating func take(_ entry: Result<TemplateDefinition, TemplateRejection>, number: Int) {
        switch entry {
        case .failure(let rejection): refused.append((number, .rejected(rejection)))
        case .success(let template):
            let problems = template.problems().filter { $0.isLimit || !template.isSendable }
            guard problems.isEmpty else { return refused.append((number, .broken(problems))) }
            let earlier = templates.first { ($0.name, $0.language) == (template.name, template.language) }
            guard let earlier else { return templates.append(template) }
            if earlier != template { refused.append((number, .contradiction)) }
        }
    }
}

extension TemplateProblem {
    /// Whether it is beyond a measure that holds for every template. The other rules have become stricter over the
    /// years: what was approved before them can be sent all the same.
    fileprivate var isLimit: Bool {
        switch self {
        case .badName, .empty, .tooLong, .repeated, .tooManyVariables, .tooManyButtons: true
        case .strayBraces, .variableNotAllowed, .variableOfOtherFormat, .numbersWithGaps, .adjacentVariables,
            .variableAtEdge, .variableNotAtEnd, .quickRepliesApart:
            false
        }
    }
}
