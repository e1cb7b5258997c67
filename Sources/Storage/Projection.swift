public import CRDT
public import GRDB

/// A table made for reading, derived from the state, droppable and rebuildable. Storage does not know what is in it.
public protocol Projection: Sendable {
    /// The statements that make its tables.
    ///
    /// - Parameter name: the database to make them in: `main`, or `temp` for a second state beside the first.
    func definition(in name: String) -> String
    /// Brings the rows of everything touched up to date. Called once, at the end of each transaction.
    func refresh(_ touched: Touched, in database: Database) throws
    /// An element that was there before this transaction is about to be replaced by an earlier creation of the same id.
    func willReplace(_ row: Int64, of sequence: String, in database: Database) throws
    /// How to tell whether its tables are as a rebuild would make them; nil leaves them unchecked.
    ///
    /// - Parameter name: the database they are in, `main` or `temp`.
    func comparison(in name: String) -> ProjectionComparison?
}

extension Projection {
    /// Unchecked.
    public func comparison(in name: String) -> ProjectionComparison? { nil }
}

/// What a projection's tables say, in rows that hang on no local row number.
public struct ProjectionComparison: Sendable {
    /// Statements that make temporary tables to ask; empty where none are needed.
    public let preparation: String
    /// Queries, by the name of the table that they tell of. The order of their rows does not matter.
    public let queries: [(table: String, sql: String)]

    /// A comparison.
    public init(preparation: String = "", queries: [(table: String, sql: String)]) {
        (self.preparation, self.queries) = (preparation, queries)
    }
}

/// What one transaction changed, by local row.
public struct Touched: Sendable {
    /// Root name to the rows of that root's table.
    public internal(set) var roots: [String: Set<Int64>] = [:]
    /// Sequence table to the rows that are new or were replaced.
    public internal(set) var elements: [String: Set<Int64>] = [:]
    /// The elements that were bid for, where that was ruled on now.
    public internal(set) var ruled: Set<ElementID> = []

    mutating func root(_ row: Int64, of name: String) { roots[name, default: []].insert(row) }
    mutating func element(_ row: Int64, of table: String) { elements[table, default: []].insert(row) }
}
