import CRDT
import ChangeLog
import Simulation
import Storage

/// What the state tables say, line by line; that a root is there is not worth one.
enum State {
    static func tag(_ root: RootID, _ value: Value, _ dot: ChangeID) -> String {
        Fact.member(FieldName("thing", root, "tags"), value, dot: dot).description
    }

    /// As the tables have it, sorted.
    static func lines(of replica: Replica) throws -> [String] {
        try replica.facts(Things.schema).filter { if case .root = $0 { false } else { true } }.map(\.description)
            .sorted()
    }
}
