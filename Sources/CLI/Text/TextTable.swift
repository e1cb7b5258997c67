/// Lines in columns, cut to fit; the last one takes what room is left.
struct TextTable {
    /// A column: its heading and how many places it takes, the space after it included.
    struct Column {
        let heading: String
        let width: Int

        init(_ heading: String, _ width: Int) { (self.heading, self.width) = (heading, width) }
    }

    let columns: [Column]
    let width: Int

    func lines(_ rows: [[String]]) -> [String] { [line(columns.map(\.heading))] + rows.map(line) }

    private func line(_ cells: [String]) -> String {
        var line = ""
        var left = width
        for (column, cell) in zip(columns, cells).dropLast() {
            let safe = TerminalText.safe(cell, multiline: false)
            line += TerminalText.padded(TerminalText.truncated(safe, to: column.width - 1), to: column.width)
            left -= column.width
        }
        line += TerminalText.truncated(TerminalText.safe(cells.last ?? "", multiline: false), to: max(left, 8))
        return TerminalText.truncated(line, to: width)
    }
}
