import Foundation

/// Whom a note calls by `@name`.
///
/// A name is a whole one, as the team has it, or its first word; case and accents make no difference. An `@` within a
/// word, as in an e-mail address, calls nobody, and a name that nobody has is just text.
public enum MentionRule {
    /// Those called, each once, in the order of the text.
    ///
    /// - Throws: ``InboxFailure`` `.ambiguous` where several could be meant.
    public static func people(in text: String, among team: [Person]) throws -> [Person] {
        guard text.contains("@") else { return [] }
        let names = team.map { (person: $0, name: folded($0.name)) }
        let text = folded(text)
        var found: [Person] = []
        var previous: Character = " "
        for index in text.indices {
            defer { previous = text[index] }
            guard text[index] == "@", !isPartOfWord(previous) else { continue }
            let rest = text[text.index(after: index)...]
            guard let person = try person(at: rest, among: names), !found.contains(person) else { continue }
            found.append(person)
        }
        return found
    }

    /// A whole name before a first word, and of whole names the longest.
    private static func person(
        at text: Substring, among names: [(person: Person, name: String)]
    ) throws -> Person? {
        let whole = names.filter { begins(text, with: $0.name) }
        let length = whole.map(\.name.count).max()
        var meant = whole.filter { $0.name.count == length }
        if meant.isEmpty { meant = names.filter { begins(text, with: String($0.name.prefix { $0 != " " })) } }
        guard meant.count < 2 else {
            throw InboxFailure.ambiguous(.person, String(text.prefix { isPartOfWord($0) }))
        }
        return meant.first?.person
    }

    private static func begins(_ text: Substring, with name: String) -> Bool {
        guard !name.isEmpty, text.hasPrefix(name) else { return false }
        return text.dropFirst(name.count).first.map { !isPartOfWord($0) } ?? true
    }

    private static func isPartOfWord(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }

    private static func folded(_ text: String) -> String {
        text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
    }
}
