import CRDT
import ChangeLog
import Storage
import TestSupport

/// Replicas of one workspace and their relay, in files.
struct Company {
    /// Milliseconds since 1970.
    static let now: UInt64 = 1_800_000_000_000
    let directory = TemporaryDirectory()

    static let configuration = Replica.Configuration(schema: Schema(version: 1, roots: []), projections: [])

    func team(_ count: Int) throws -> (relay: MemoryRelay, team: [Replica]) {
        let founder = try Replica.found(
            at: directory.file("0"), name: "Team", person: "0", secret: Array(repeating: 1, count: 32), key: .of("0"),
            now: Self.now, configuration: Self.configuration)
        let relay = try relay("relay", for: founder.workspace, incarnation: 1)
        let team = try (1..<count).map { number in
            let oneTimeSeed = [UInt8](repeating: UInt8(number), count: 32)
            return try Replica.join(
                at: directory.file("\(number)"), invitation: invitation(by: founder, oneTimeSeed: oneTimeSeed),
                person: "\(number)", key: .of("\(number)"), now: Self.now, configuration: Self.configuration)
        }
        try founder.sync(with: relay, now: Self.now)
        return (relay, [founder] + team)
    }

    func relay(_ name: String, for workspace: WorkspaceID, incarnation: UInt64) throws -> MemoryRelay {
        let replica = try Replica.create(
            at: directory.file(name), workspace: workspace, key: .of("relay"), epoch: incarnation,
            configuration: Self.configuration)
        return MemoryRelay(replica, incarnation: incarnation)
    }

    func invitation(by founder: Replica, oneTimeSeed: [UInt8]) throws -> Invitation {
        try founder.invitation(.agent, oneTimeSeed: oneTimeSeed, secret: Array(repeating: 1, count: 32), now: Self.now)
    }

    func write(_ count: Int, to replica: Replica) throws {
        try replica.transact(now: Self.now) { transaction in
            for number in 0..<count {
                let operation = Operation(field: 1, action: .write(.text("number \(number)")))
                let segment = Segment(kind: 1, root: RootID(high: 1, low: 1), operations: [operation])
                try transaction.commit(Draft(segments: [segment]))
            }
        }
    }
}
