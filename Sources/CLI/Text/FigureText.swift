import Benchmark
import Foundation

/// Figures, drawn.
enum FigureText {
    static func table(_ figures: [Figure]) -> String {
        let width = figures.map(\.title.count).max() ?? 0
        return figures.map { figure in
            let title = figure.title + String(repeating: " ", count: width - figure.title.count)
            let value = number(figure)
            return title + String(repeating: " ", count: max(2, 16 - value.count)) + value + " " + figure.unit
        }.joined(separator: "\n")
    }

    static func json(_ figures: [Figure]) -> JSONOutput {
        .object(
            figures.map { figure in
                (figure.key, figure.unit == "s" ? .number(figure.value) : .integer(Int64(figure.value)))
            })
    }

    private static func number(_ figure: Figure) -> String {
        guard figure.unit != "s" else { return String(format: "%.5f", figure.value) }
        var digits = Array(String(Int64(figure.value)))
        for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
        return String(digits)
    }
}
