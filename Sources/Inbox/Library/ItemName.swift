import ChangeLog

/// What can be the name of a channel, a saved reply or a view, or the title of an article: one line that can be seen.
public enum ItemName {
    /// Characters of a name.
    public static let lengths = 1...100
    /// Characters of a title: questions are sentences.
    public static let titleLengths = 1...500

    /// - Returns: whether `name` is such a line, of a length within `lengths`.
    public static func isValid(_ name: String, _ lengths: ClosedRange<Int> = lengths) -> Bool {
        // A character can have any number of marks, hence the bytes.
        lengths.contains(name.count) && name.utf8.count <= lengths.upperBound * 16
            && name.contains { !$0.isWhitespace }
            && !name.unicodeScalars.contains { $0.properties.generalCategory == .control || $0.isLineBreak }
    }

    /// - Throws: `.badName`.
    static func check(_ name: String, _ lengths: ClosedRange<Int> = lengths) throws {
        guard isValid(name, lengths) else { throw LibraryFailure.badName(name) }
    }
}

extension Unicode.Scalar {
    /// Line and paragraph separators, which are no control characters.
    fileprivate var isLineBreak: Bool { value == 0x2028 || value == 0x2029 }
}
