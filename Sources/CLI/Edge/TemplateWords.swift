import Inbox

/// What is said about templates, as half a sentence each.
enum TemplateWords {
    /// Why a template of a file was not taken.
    static func of(_ refusal: TemplateRefusal) -> String {
        switch refusal {
        case .rejected(.malformed): "it is not JSON of the shape a template has"
        case .rejected(.missing(let field)): "\(field) is missing or empty"
        case .rejected(.tooLarge(let count)):
            "it has \(count) bytes; \(TemplateDefinition.byteLimit) fit into the log"
        case .broken(let problems): problems.map(of).joined(separator: "; ")
        case .contradiction: "an earlier one of that name and language says otherwise"
        }
    }

    /// What the provider would not approve.
    static func of(_ problem: TemplateProblem) -> String {
        switch problem {
        case .badName: "its name is not 1 to \(TemplateLimit.name) characters of a-z, 0-9 and _"
        case .empty(let part): "there is nothing in \(of(part))"
        case .tooLong(let part, let limit, let count): "\(of(part)) has \(count) characters; \(limit) fit"
        case .repeated(let part): "\(of(part)) is there more than once"
        case .tooManyVariables(let part, let limit, let count):
            "\(of(part)) has \(count) variables; \(limit) can be there"
        case .strayBraces(let part): "in \(of(part)) double braces hold no variable"
        case .variableNotAllowed(let part): "\(of(part)) can have no variable"
        case .variableOfOtherFormat(let part, let name): "in \(of(part)) \(name) is not named as the others are"
        case .numbersWithGaps(let part): "the variables of \(of(part)) are not numbered from 1 without gaps"
        case .adjacentVariables: "two variables of the body stand side by side"
        case .variableAtEdge: "the body begins or ends with a variable"
        case .variableNotAtEnd(let part): "\(of(part)) can have its variable only at the end"
        case .tooManyButtons(let kind, let limit, let count):
            "there are \(count) \(kind.map { of($0) + " " } ?? "")buttons; \(limit) can be there"
        case .quickRepliesApart: "quick replies do not stand together"
        }
    }

    /// Why values do not go into a template.
    static func of(_ problem: TemplateValueProblem) -> String {
        switch problem {
        case .cannotBeFilled(let part): "this version cannot fill in \(of(part))"
        case .missing(let slot): "\(slot.spelling) is missing"
        case .unknown(let slot): "it has no place \(slot.spelling)"
        case .empty(let slot): "\(slot.spelling) is empty"
        case .lineBreakOrTab(let slot): "\(slot.spelling) has a line break or a tab"
        case .tooManySpaces(let slot): "\(slot.spelling) has more than \(TemplateLimit.spaces) spaces in a row"
        case .notDegrees(let slot, let limit): "\(slot.spelling) is not degrees from -\(limit) to \(limit)"
        case .tooLong(let part, let limit, let count): "\(of(part)) has \(count) characters; \(limit) fit"
        }
    }

    /// A part of a template.
    static func of(_ part: TemplatePart) -> String {
        switch part {
        case .header: "the header"
        case .body: "the body"
        case .footer: "the footer"
        case .label(let index): "the label of button \(index)"
        case .target(let index): "what button \(index) does"
        case .component(let type): type.isEmpty ? "a part without a name" : "the part \(type)"
        }
    }

    private static func of(_ kind: TemplateButton.Kind) -> String {
        switch kind {
        case .url: "URL"
        case .phone: "phone"
        case .quickReply: "quick reply"
        case .copyCode: "copy code"
        case .unsupported: "unknown"
        }
    }

    /// What a value is.
    static func of(_ kind: TemplateField.Kind) -> String {
        switch kind {
        case .text: "text"
        case .file(let file): file.rawValue
        case .degrees: "degrees"
        case .urlEnd: "url-end"
        case .code: "code"
        case .payload: "payload"
        }
    }
}

extension Explanation {
    /// Why values do not fill in a template.
    static func of(_ failure: UnfilledTemplate) -> Explanation {
        let problems = failure.problems.map(TemplateWords.of).joined(separator: "; ")
        return Explanation(
            "template-not-filled", 65, "The template is not filled in: \(problems).",
            hint: "nexus template show lists its places, nexus template preview shows it filled in.")
    }

    /// Why words of the command line give no values.
    static func of(_ problem: TemplateArgumentProblem) -> Explanation {
        let hint = "Write NAME=VALUE; nexus template show lists the names."
        return switch problem {
        case .noName(let index): Explanation("bad-value", 2, "Value \(index + 1) has no name.", hint: hint)
        case .badName(let name): Explanation("bad-value", 2, "\(name) is no place of a template.", hint: hint)
        case .repeated(let slot): Explanation("bad-value", 2, "\(slot.spelling) is given twice.", hint: hint)
        }
    }
}
