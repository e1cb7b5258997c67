/// What must hold of everything that is drawn, asked scalar by scalar.
enum NaiveScreen {
    /// What is wrong with a line on a terminal so many columns wide; nil for nothing.
    static func fault(in line: String, width: Int) -> String? {
        if line.utf8.allSatisfy({ 0x20..<0x7F ~= $0 }) {
            return line.utf8.count <= width ? nil : "\(line.utf8.count) columns: \(line)"
        }
        var (columns, isolates) = (0, 0)
        var isEmoji = false
        for scalar in line.unicodeScalars {
            switch scalar.value {
            case 0x2068: isolates += 1
            case 0x2069 where isolates > 0: isolates -= 1
            case 0x200E, 0x200F, 0x061C, 0x202A...0x202E, 0x2066...0x2069:
                return "direction control \(scalar.value): \(line.debugDescription)"
            default: break
            }
            if scalar.properties.generalCategory == .control { return "control: \(line.debugDescription)" }
            if isRightToLeft(scalar), isolates == 0 { return "right-to-left in the open: \(line.debugDescription)" }
            // A sequence is one emoji, of which this does not know.
            isEmoji = isEmoji || scalar.value == 0x200D || 0x1F3FB...0x1F3FF ~= scalar.value
            columns += self.columns(of: scalar)
        }
        if isolates != 0 { return "\(isolates) isolates open: \(line.debugDescription)" }
        return columns <= width || isEmoji ? nil : "\(columns) columns: \(line.debugDescription)"
    }

    /// The letters and digits of a text, in their order: all that a screen must not lose of it.
    static func letters(of text: some StringProtocol) -> [Unicode.Scalar] {
        var letters: [Unicode.Scalar] = []
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: letters.append(scalar)
            case ..<0x80: break
            // Shown by its number.
            case 0x80..<0xA0: letters += "u\(String(scalar.value, radix: 16))".unicodeScalars
            default: if isLetter(scalar) { letters.append(scalar) }
            }
        }
        return letters
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        guard !scalar.properties.isDefaultIgnorableCodePoint else { return false }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber:
            return true
        default: return false
        }
    }

    private static func columns(of scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0x20..<0x300: return 1
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
            return isMark(scalar) ? 0 : 2
        case 0x1160...0x11FF: return 0
        case 0x1F300...0x1FAFF: return scalar.properties.isEmojiPresentation ? 2 : 1
        default: return isMark(scalar) ? 0 : 1
        }
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: true
        default: scalar.properties.isDefaultIgnorableCodePoint
        }
    }

    private static func isRightToLeft(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0591...0x08FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFC, 0x10800...0x10FFF, 0x1E800...0x1EFFF: true
        default: false
        }
    }
}
