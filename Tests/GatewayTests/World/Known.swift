import ChangeLog
import Storage

/// Where one change stands: in whose chain, at which number.
struct Spot: Hashable {
    let replica: ReplicaID
    let number: UInt64

    init(replica: ReplicaID, number: UInt64) { (self.replica, self.number) = (replica, number) }

    /// Of what a copy has just written.
    init(newestOf replica: Replica) throws {
        let tips = try replica.frontier().filter { $0.replica == replica.id }
        self.init(replica: replica.id, number: tips.map(\.number).max() ?? 0)
    }
}

/// All that a copy held at one moment, by how far each chain had come. What the rules make of it is not asked.
struct Known {
    private let reach: [ReplicaID: UInt64]

    init(_ replica: Replica) throws {
        reach = Dictionary(try replica.frontier().map { ($0.replica, $0.number) }, uniquingKeysWith: max)
    }

    func holds(_ spot: Spot) -> Bool { reach[spot.replica, default: 0] >= spot.number }

    func holds(anyOf spots: some Sequence<Spot>) -> Bool { spots.contains(where: holds) }
}
