/// Text from anywhere, made fit for a terminal: `safe` first, then measured, cut and broken into lines.
///
/// Columns are those of terminals that follow Unicode: 2 for East Asian wide characters and emoji, 0 for
/// combining marks, 1 for the rest. Everything takes time linear in its input, and no input traps.
enum TerminalText {
    /// The text without anything that could act on the terminal or on the words around it.
    ///
    /// - Controls (C0, DEL, C1) become visible: ␛ or \u{9b}; a tab becomes a space.
    /// - Line ends (LF, CRLF, U+2028, U+2029) remain if `multiline`, otherwise show as ⏎.
    /// - What has no look of its own is left out: bidirectional controls, tags, fillers, zero-width spaces, most
    ///   variation selectors. Joiners stay inside emoji and inside the scripts that are spelt with them.
    /// - A line with right-to-left letters is wrapped in FSI ... PDI, so that it cannot reorder what stands beside it.
    /// - Marks need a base: a first one gets ◌, and of a pile only `mostMarks` remain.
    ///
    /// Source: Unicode Standard Annex 9, 2.4 (isolates); Technical Report 36, 2 and 3 (visual spoofing).
    static func safe(_ text: String, multiline: Bool) -> String {
        guard text.utf8.contains(where: { !(0x20..<0x7F ~= $0 || multiline && $0 == 0x0A) }) else { return text }
        var scrubber = Scrubber(isMultiline: multiline)
        var scalars = text.unicodeScalars.makeIterator()
        var scalar = scalars.next()
        while let current = scalar {
            scalar = scalars.next()
            scrubber.take(current, before: scalar)
        }
        return scrubber.finished()
    }

    /// How many columns the text takes on one line. Line ends and other controls count as none.
    static func width(_ text: String) -> Int {
        if isPlain(text) { return text.utf8.count }
        return text.reduce(0) { $0 + Columns.of($1) }
    }

    /// The text if it fits, otherwise its beginning and "…", in at most `columns`. For text of one line.
    static func truncated(_ text: String, to columns: Int) -> String {
        if text.utf8.count <= columns, isPlain(text) { return text }
        guard columns > 0 else { return "" }
        var width = 0
        var index = text.startIndex
        // Where the text can be cut with room left for the sign.
        var cut = index
        while index < text.endIndex {
            width += Columns.of(text[index])
            text.formIndex(after: &index)
            if width > columns { return Line(text[..<cut]).closed(after: "…") }
            if width < columns { cut = index }
        }
        return text
    }

    /// The text with spaces after it up to `columns`, which is taken to be no more than `mostColumns`.
    static func padded(_ text: String, to columns: Int) -> String {
        let width = width(text)
        guard width < columns else { return text }
        return text + String(repeating: " ", count: max(0, min(columns, mostColumns) - width))
    }

    /// The text in lines of at most `width` columns, broken at spaces, around wide characters, and inside a word
    /// only where the word alone is too long.
    ///
    /// Spaces at a break and at a line's end are dropped, others kept. Empty lines stay; even no text is one line.
    /// A character wider than `width` gets a line of its own.
    static func wrapped(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var wrapper = Wrapper(width: width)
            for cluster in line { wrapper.take(cluster) }
            lines += wrapper.finished()
        }
        return lines
    }

    /// Hebrew with vowels and cantillation needs five, Tibetan stacks a few more.
    static let mostMarks = 10
    /// No terminal is wider, whatever the environment says.
    static let mostColumns = 4096

    /// Whether each byte is one column.
    private static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { 0x20..<0x7F ~= $0 } }
}

// MARK: Safety

/// Decides scalar by scalar, knowing what it kept last.
private struct Scrubber {
    let isMultiline: Bool
    private var output = ""
    private var line = String.UnicodeScalarView()
    private var isRightToLeft = false
    private var previous: Unicode.Scalar?
    private var markCount = 0

    init(isMultiline: Bool) { self.isMultiline = isMultiline }

    mutating func take(_ scalar: Unicode.Scalar, before next: Unicode.Scalar?) {
        switch scalar.value {
        case 0x20..<0x7F: keep(scalar)
        case 0x09: keep(" ")
        // Its line feed ends the line.
        case 0x0D where next == "\n": break
        case 0x0A, 0x2028, 0x2029: isMultiline ? endLine("\n") : keep("⏎")
        case 0..<0x20: keep(Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}")
        case 0x7F: keep("␡")
        case 0x80..<0xA0: for written in "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars { keep(written) }
        default: takeUncontrolled(scalar, before: next)
        }
    }

    mutating func finished() -> String {
        endLine("")
        return output
    }

    private mutating func takeUncontrolled(_ scalar: Unicode.Scalar, before next: Unicode.Scalar?) {
        let properties = scalar.properties
        if properties.isDefaultIgnorableCodePoint {
            // Not a new base: marks on both sides of a joiner are one pile.
            if joins(scalar, to: next) { append(scalar) }
        } else if properties.generalCategory.isMark {
            keepMark(scalar)
        } else if properties.generalCategory == .format {
            if scalar.isVisibleFormat { keep(scalar) }
        } else {
            keep(properties.isNoncharacterCodePoint ? "\u{FFFD}" : scalar)
        }
    }

    private mutating func keep(_ scalar: Unicode.Scalar) {
        append(scalar)
        markCount = 0
    }

    private mutating func keepMark(_ mark: Unicode.Scalar) {
        if previous == nil { keep("◌") }
        guard markCount < TerminalText.mostMarks else { return }
        append(mark)
        markCount += 1
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        line.append(scalar)
        isRightToLeft = isRightToLeft || scalar.isRightToLeft
        previous = scalar
    }

    /// Whether an invisible scalar does something good between what was kept last and what comes next.
    private func joins(_ scalar: Unicode.Scalar, to next: Unicode.Scalar?) -> Bool {
        guard let previous else { return false }
        switch scalar {
        case "\u{FE0E}", "\u{FE0F}":
            return previous.properties.isEmoji
        case .zeroWidthJoiner where previous.isPartOfEmoji:
            return next.map(\.isPictograph) ?? false
        case .zeroWidthJoiner, "\u{200C}":
            return previous.isOfJoiningScript && (next?.isOfJoiningScript ?? false)
        default:
            return false
        }
    }

    private mutating func endLine(_ end: String) {
        if isRightToLeft { output.unicodeScalars.append(.firstStrongIsolate) }
        output.unicodeScalars.append(contentsOf: line)
        if isRightToLeft { output.unicodeScalars.append(.popDirectionalIsolate) }
        output += end
        line = .init()
        isRightToLeft = false
        previous = nil
        markCount = 0
    }
}

// MARK: Lines

/// A part of a line that is being built, with its isolates still open.
private struct Line {
    private(set) var text = ""
    private(set) var columns = 0
    private var openIsolates = 0

    init() {}

    /// Without its columns, for a line that nothing is added to.
    init(_ finished: Substring) {
        for cluster in finished { append(cluster, 0) }
    }

    mutating func append(_ cluster: Character, _ width: Int) {
        text.append(cluster)
        columns += width
        if cluster == Self.opening { openIsolates = min(openIsolates + 1, Self.mostIsolates) }
        if cluster == Self.closing { openIsolates = max(openIsolates - 1, 0) }
    }

    mutating func append(_ other: Line) {
        for cluster in other.text { append(cluster, 0) }
        columns += other.columns
    }

    /// The text and `end`, with what it opened closed: a cut isolate would reorder the rest of the screen's line.
    func closed(after end: String = "") -> String {
        text + end + String(repeating: Self.closing, count: openIsolates)
    }

    /// An empty line inside the isolates that this one leaves open.
    func continued() -> Line {
        Line(Substring(String(repeating: Self.opening, count: openIsolates)))
    }

    private static let opening = Character(.firstStrongIsolate)
    private static let closing = Character(.popDirectionalIsolate)
    /// `safe` opens one. A bound keeps text that was never made safe from repeating thousands on every line.
    private static let mostIsolates = 4
}

/// Fills lines with words, first come first served.
private struct Wrapper {
    let width: Int
    private var lines: [String] = []
    private var line = Line()
    /// Between the line and the word.
    private var gap = Line()
    private var word = Line()

    init(width: Int) { self.width = max(1, width) }

    mutating func take(_ cluster: Character) {
        let columns = Columns.of(cluster)
        if cluster == " " {
            endWord()
            gap.append(cluster, columns)
        } else if Columns.isWide(cluster) {
            endWord()
            grow(cluster, columns)
            endWord()
        } else {
            grow(cluster, columns)
        }
    }

    mutating func finished() -> [String] {
        endWord()
        return lines + [line.closed()]
    }

    /// Starts a line inside the word where the word is a line already.
    private mutating func grow(_ cluster: Character, _ columns: Int) {
        if word.columns > 0, word.columns + columns > width {
            endWord()
            breakLine()
        }
        word.append(cluster, columns)
    }

    private mutating func endWord() {
        guard !word.text.isEmpty else { return }
        if line.columns + gap.columns + word.columns > width {
            if line.columns > 0 { breakLine() }
        } else {
            line.append(gap)
        }
        line.append(word)
        (gap, word) = (Line(), Line())
    }

    private mutating func breakLine() {
        lines.append(line.closed())
        line = line.continued()
        gap = Line()
    }
}

// MARK: Columns

private enum Columns {
    /// Of one grapheme cluster, 0 or more: an emoji sequence is as wide as its first part.
    static func of(_ cluster: Character) -> Int {
        var columns = 0
        var previous: Unicode.Scalar?
        for scalar in cluster.unicodeScalars {
            if scalar == "\u{FE0F}" {
                // Asks for the emoji instead of the sign, ☁️ for ☁.
                if columns == 1, previous?.properties.isEmoji ?? false { columns = 2 }
            } else if !isAbsorbed(scalar, after: previous) {
                columns += of(scalar)
            }
            previous = scalar
        }
        return columns
    }

    /// Whether lines may break on both sides of it, as around ideographs and emoji.
    static func isWide(_ cluster: Character) -> Bool {
        cluster.unicodeScalars.first.map { of($0) == 2 } ?? false
    }

    /// Whether the scalar changes the emoji before it instead of standing beside it.
    private static func isAbsorbed(_ scalar: Unicode.Scalar, after previous: Unicode.Scalar?) -> Bool {
        guard let previous else { return false }
        if previous == .zeroWidthJoiner { return scalar.isPictograph }
        return scalar.properties.isEmojiModifier && previous.properties.isEmojiModifierBase
    }

    private static func of(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0x20..<0x7F: 1
        case 0..<0xA0, 0xAD: 0
        case 0..<0x300: 1
        case 0x4E00...0x9FFF, 0xAC00...0xD7A3: 2
        default: isInvisible(scalar) ? 0 : isWide(scalar) ? 2 : 1
        }
    }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: true
        case .format: !scalar.isVisibleFormat
        // Vowels and finals of Hangul join the wide consonant before them.
        default: 0x1160...0x11FF ~= scalar.value || 0xD7B0...0xD7FB ~= scalar.value || isIgnorable(scalar)
        }
    }

    private static func isIgnorable(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isDefaultIgnorableCodePoint }

    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.value >= 0x1100 else { return false }
        // A flag is two of the letters 1F1E6 ... 1F1FF, each one column.
        if scalar.properties.isEmojiPresentation { return !(0x1F1E6...0x1F1FF ~= scalar.value) }
        return wide.contains { $0 ~= scalar.value }
    }

    /// Wide and fullwidth in Unicode 17, besides what is shown as emoji anyway. The ranges run over scalars that
    /// are invisible or not assigned.
    ///
    /// Source: Unicode Standard Annex 11, EastAsianWidth.txt.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2329...0x232A, 0x2630...0x2637, 0x268A...0x268F, 0x2E80...0x303E,
        0x3041...0x3247, 0x3250...0xA4C6, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE6B,
        0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x1B2FB, 0x1D300...0x1D376,
        0x1F200...0x1F265, 0x20000...0x2FFFD, 0x30000...0x3FFFD,
    ]
}

// MARK: Scalars

extension Unicode.Scalar {
    fileprivate static let zeroWidthJoiner: Self = "\u{200D}"
    fileprivate static let firstStrongIsolate: Self = "\u{2068}"
    fileprivate static let popDirectionalIsolate: Self = "\u{2069}"

    /// What can stand after a joiner inside an emoji: not a digit, though it can be one's base.
    fileprivate var isPictograph: Bool { value >= 0xA9 && properties.isEmoji }

    /// What can stand before a joiner inside an emoji.
    fileprivate var isPartOfEmoji: Bool { self == "\u{FE0F}" || isPictograph }

    /// In the blocks that Unicode keeps for right-to-left scripts, Arabic digits included.
    fileprivate var isRightToLeft: Bool {
        switch value {
        case 0x0590...0x08FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFF, 0x10800...0x10FFF, 0x1E800...0x1EFFF: true
        default: false
        }
    }

    /// Arabic and its relatives, the scripts of South and Southeast Asia, Mongolian.
    fileprivate var isOfJoiningScript: Bool {
        switch value {
        case 0x0600...0x109F, 0x1780...0x18AF, 0xA800...0xABFF: true
        default: false
        }
    }

    /// Format characters with a look of their own: Arabic and Syriac signs that span a number, and Kaithi's.
    fileprivate var isVisibleFormat: Bool {
        switch value {
        case 0x0600...0x0605, 0x06DD, 0x070F, 0x0890...0x0891, 0x08E2, 0x110BD, 0x110CD: true
        default: false
        }
    }
}

extension Unicode.GeneralCategory {
    fileprivate var isMark: Bool { self == .nonspacingMark || self == .enclosingMark || self == .spacingMark }
}
