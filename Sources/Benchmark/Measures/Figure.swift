/// One number of a benchmark.
public struct Figure: Hashable, Sendable {
    /// For programs: camel case, with the unit last.
    public let key: String
    /// For people.
    public let title: String
    /// In the unit.
    public let value: Double
    /// For instance `s`, `bytes`; empty for a count.
    public let unit: String

    /// A number.
    public init(_ key: String, _ title: String, _ value: Double, _ unit: String = "") {
        (self.key, self.title, self.value, self.unit) = (key, title, value, unit)
    }

    /// A count, or a number of bytes.
    public init(_ key: String, _ title: String, _ value: Int, _ unit: String = "") {
        self.init(key, title, Double(value), unit)
    }
}
