import GRDB

import struct Foundation.Data

/// One line of a message: the start of its text, with the kind in brackets where it is not just text.
struct Preview {
    /// The longest preview, in Unicode scalars; it ends between characters.
    static let length = 120
    let text: String

    init(kind: Int64?, text: String?) {
        let kind = MessageKind(rawValue: kind ?? 0) ?? .unsupported
        let line = text.map(Self.line) ?? ""
        let label = kind == .text ? "" : "[\(kind.name)]"
        self.text = label.isEmpty || line.isEmpty ? label + line : "\(label) \(line)"
    }

    /// As the customer left it: corrected, or taken back.
    ///
    /// - Parameter amendments: nil where nothing was said of any earlier message.
    init(of message: LastMessage.Message, _ amendments: Amendments?) throws {
        let amendment = try amendments.flatMap { try $0.amendment(of: message.key, among: $0.remarks(on: message.key)) }
        switch amendment {
        case .revoked: self.init(kind: MessageKind.revocation.rawValue, text: nil)
        case .edited(let text): self.init(kind: message.kind, text: text)
        case nil: self.init(kind: message.kind, text: message.text)
        }
    }

    private static func line(_ text: String) -> String {
        if let line = plainLine(text) { return line }
        var line = ""
        var count = 0
        var isGap = false
        // Long texts are not walked to their end.
        for character in text.prefix(4 * length) {
            if character.isWhitespace || character.isNewline {
                isGap = !line.isEmpty
                continue
            }
            count += character.unicodeScalars.count + (isGap ? 1 : 0)
            guard count <= length else { break }
            if isGap { line.append(" ") }
            isGap = false
            line.append(character)
        }
        return line
    }

    /// The same for printable ASCII and its blanks, which most texts are: there each byte is a character.
    ///
    /// - Returns: nil for any other text.
    private static func plainLine(_ text: String) -> String? {
        var line: [UInt8] = []
        line.reserveCapacity(length)
        var isGap = false
        for byte in text.utf8 {
            switch byte {
            case 0x09...0x0D, 0x20: isGap = !line.isEmpty
            case 0x21...0x7E:
                guard line.count + (isGap ? 2 : 1) <= length else {
                    return String(decoding: line, as: UTF8.self)
                }
                if isGap { line.append(0x20) }
                isGap = false
                line.append(byte)
            default: return nil
            }
        }
        return String(decoding: line, as: UTF8.self)
    }
}
