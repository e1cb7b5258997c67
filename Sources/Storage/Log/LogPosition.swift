import CRDT
import ChangeLog

/// How far somebody has looked through the changes that were applied here: of each branch, up to which number. Local, for
/// only this copy numbers its branches.
public struct LogPosition: Hashable, Sendable {
    private var numberByBranch: [Int64: UInt64] = [:]

    /// Before everything.
    public init() {}

    /// - Parameter bytes: what ``bytes`` gave; what is left over is not looked at.
    public init(_ bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        while let branch = try? reader.word(), let number = try? reader.word() {
            numberByBranch[Int64(clamping: branch)] = number
        }
    }

    /// Sixteen a branch.
    public var bytes: [UInt8] {
        var writer = ByteWriter()
        for (branch, number) in numberByBranch.sorted(by: { $0.key < $1.key }) {
            writer.word(UInt64(clamping: branch))
            writer.word(number)
        }
        return writer.bytes
    }

    /// Behind a change. Those before it in its branch have to be behind, too.
    public mutating func pass(_ change: ChangeContent) { raise(to: change.record.place) }

    mutating func raise(to place: LocalPlace) {
        numberByBranch[place.branch] = max(place.number, numberByBranch[place.branch] ?? 0)
    }

    func holds(_ place: LocalPlace) -> Bool { place.number <= numberByBranch[place.branch] ?? 0 }

    /// The last place that was looked at in a branch.
    func last(in branch: Branch) -> LocalPlace {
        LocalPlace(branch: branch.id, number: max(numberByBranch[branch.id] ?? 0, branch.fork))
    }
}

extension Replica {
    /// Behind everything that is applied here now.
    public func logPosition() throws(StorageFailure) -> LogPosition {
        try readLog { log in
            var position = LogPosition()
            for branch in try log.branches.all() { position.raise(to: branch.tip) }
            return position
        }
    }

    /// What was applied here beyond a position, in the order of the stamps, which is a causal one.
    ///
    /// - Parameter limit: at most so many; there may be more.
    public func changes(beyond position: LogPosition, limit: Int) throws(StorageFailure) -> [ChangeContent] {
        try readLog { log in
            let reader = HistoryReader(log, schema: self.configuration.schema)
            var places: [(at: UInt64, place: LocalPlace)] = []
            for branch in try log.branches.all() where position.last(in: branch) < branch.tip {
                places += try log.places(from: position.last(in: branch), through: branch.tip, limit: limit)
            }
            places.sort { ($0.at, $0.place) < ($1.at, $1.place) }
            return try places.prefix(limit).map { try reader.content(at: $0.place) }
        }
    }

    /// Whether a copy of a change lies before a position.
    public func isKnown(_ change: ChangeContent, before position: LogPosition) throws(StorageFailure) -> Bool {
        try readLog { log in
            try log.copies(of: change.record.id).contains {
                $0.place != change.record.place && position.holds($0.place)
            }
        }
    }
}

extension Log {
    /// Of one branch; void ones stand where the latest that they had seen does.
    fileprivate func places(
        from start: LocalPlace, through end: LocalPlace, limit: Int
    ) throws -> [(at: UInt64, place: LocalPlace)] {
        let read = try statements(
            "SELECT at, place FROM change WHERE place > ?1 AND place <= ?2 ORDER BY place LIMIT ?3")
        defer { read.reset() }
        read.bind(1, start.packed)
        read.bind(2, end.packed)
        read.bind(3, Int64(limit))
        var places: [(at: UInt64, place: LocalPlace)] = []
        while try read.step() { places.append((read.unsigned(0), LocalPlace(packed: read.unsigned(1)))) }
        return places
    }
}
