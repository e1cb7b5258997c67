import CRDT
import ChangeLog
import GRDB
import Gateway
import Inbox
import Simulation
import Storage
import Synchronization

/// A member of the team with their copy: a person, the assistant, or a gateway.
final class Desk {
    let name: String
    let path: String
    let configuration: Replica.Configuration
    /// How far its clock is off, in milliseconds.
    let skew: Int64
    var replica: Replica
    /// For how long no sync goes through, in milliseconds since 1970.
    var offlineUntil: UInt64 = 0
    var isRevoked = false
    /// By conversation: what its copy held when its screen was last drawn.
    var shown: [RootID: Known] = [:]

    init(_ name: String, path: String, configuration: Replica.Configuration, skew: Int64, replica: Replica) {
        (self.name, self.path, self.configuration) = (name, path, configuration)
        (self.skew, self.replica) = (skew, replica)
    }

    func clock(_ now: UInt64) -> UInt64 { UInt64(Int64(now) + skew) }
}

/// A gateway's process, on its copy. A new one begins when it was killed.
final class GatewayDesk {
    let desk: Desk
    let wire: Tripwire
    var dispatcher: Dispatcher?
    /// Whether it is in a round.
    var isBusy = false

    init(_ desk: Desk, wire: Tripwire) { (self.desk, self.wire) = (desk, wire) }

    var name: String { desk.name }
}

/// Ends the next transaction of a copy before it is committed, as sudden death does.
final class Tripwire: Projection {
    private let isArmed = Mutex(false)

    struct Death: Error {}

    var willFire: Bool { isArmed.withLock(\.self) }

    func arm() { isArmed.withLock { $0 = true } }

    /// - Returns: whether it was armed.
    @discardableResult
    func disarm() -> Bool {
        isArmed.withLock { armed in
            defer { armed = false }
            return armed
        }
    }

    func definition(in name: String) -> String { "" }

    func refresh(_ touched: Touched, in database: Database) throws {
        if willFire { throw Death() }
    }

    func willReplace(_ row: Int64, of sequence: String, in database: Database) throws {}
}

/// How a round ends before its end.
enum Interruption: Error {
    /// The relay cannot be reached, or its answer is lost. The process goes on.
    case cut
    /// The process is gone.
    case killed
}
