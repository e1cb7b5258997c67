/// Why values do not go into a template. Facts only; never a piece of a value.
public enum TemplateValueProblem: Hashable, Sendable {
    /// No value there makes it a message: that part is not supported here.
    case cannotBeFilled(TemplatePart)
    /// The template asks for it.
    case missing(TemplateSlot)
    /// The template has no such place.
    case unknown(TemplateSlot)
    /// Nothing, or nothing but space.
    case empty(TemplateSlot)
    /// A value goes onto one line, without tabs.
    case lineBreakOrTab(TemplateSlot)
    /// More than `TemplateLimit.spaces` in a row.
    case tooManySpaces(TemplateSlot)
    /// Not a number, or outside of the degrees there are.
    case notDegrees(TemplateSlot, limit: Double)
    /// The filled part, in characters.
    case tooLong(TemplatePart, limit: Int, count: Int)
}

extension TemplateDefinition {
    /// All that keeps a message with these values from being sent; none if it can be, once the template's status
    /// allows it.
    ///
    /// Source of what a value may not hold: the API's own words, "Param text cannot have new-line/tab characters or more
    /// than 4 consecutive spaces" (netflie/whatsapp-cloud-api, issue 201).
    public func problems(in values: TemplateValues) -> [TemplateValueProblem] {
        let fields = fields
        let slots = Set(fields.map(\.slot))
        let unknown = values.bySlot.keys.filter { !slots.contains($0) }.sorted { $0.spelling < $1.spelling }
        return unsupportedParts.map { .cannotBeFilled($0) } + unknown.map { .unknown($0) }
            + fields.flatMap { $0.problems(values[$0.slot]) } + lengthProblems(values, fields)
    }

    /// Only of parts that have a value: what is too long without one, is the template's own problem.
    private func lengthProblems(_ values: TemplateValues, _ fields: [TemplateField]) -> [TemplateValueProblem] {
        let preview = TemplatePreview(self, values)
        return preview.filledParts(fields.map(\.slot).filter { values[$0] != nil }).compactMap { part, limit, text in
            let count = text.unicodeScalars.count
            return count > limit ? .tooLong(part, limit: limit, count: count) : nil
        }
    }
}

extension TemplateField {
    fileprivate func problems(_ value: String?) -> [TemplateValueProblem] {
        guard let value else { return isRequired ? [.missing(slot)] : [] }
        if value.allSatisfy(\.isWhitespace) { return [.empty(slot)] }
        switch kind {
        case .payload, .file: return []
        case .degrees(let limit): return Self.isDegrees(value, limit: limit) ? [] : [.notDegrees(slot, limit: limit)]
        case .text, .urlEnd, .code: return lineProblems(value)
        }
    }

    private func lineProblems(_ value: String) -> [TemplateValueProblem] {
        let hasBreak = value.unicodeScalars.contains { $0 == "\t" || Character($0).isNewline }
        let hasSpaces = value.utf8.split { $0 != UInt8(ascii: " ") }.contains { $0.count > TemplateLimit.spaces }
        return (hasBreak ? [.lineBreakOrTab(slot)] : []) + (hasSpaces ? [.tooManySpaces(slot)] : [])
    }

    /// Digits, period and minus only: `Double` would also read "nan" and "0x1p3".
    private static func isDegrees(_ value: String, limit: Double) -> Bool {
        guard value.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E || $0 == 0x2D }) else { return false }
        return Double(value).map { abs($0) <= limit } ?? false
    }
}
