import ChangeLog
import Synchronization

/// The changes of a measurement, from the moment they leave: writers add to it, whoever follows looks them up.
final class WrittenChanges: Sendable {
    /// One that left.
    struct Written {
        /// They are numbered from 0 in the order in which they left.
        let index: Int
        /// By ``Ticks``.
        let sentAt: UInt64
    }

    private struct Name: Hashable {
        let replica: ReplicaID
        let number: UInt64
    }

    private struct State {
        var writtenByName: [Name: Written] = [:]
        var accepted = 0
        var lastAcceptance: UInt64 = 0
    }

    private let state = Mutex(State())

    /// To be called before the first byte of the request is sent.
    ///
    /// - Parameter number: of the change in its replica's chain.
    func add(_ replica: ReplicaID, _ number: UInt64, sentAt: UInt64) {
        state.withLock { state in
            let written = Written(index: state.writtenByName.count, sentAt: sentAt)
            state.writtenByName[Name(replica: replica, number: number)] = written
        }
    }

    /// Notes that the relay has taken one.
    func accept(at time: UInt64) {
        state.withLock { state in
            state.accepted += 1
            state.lastAcceptance = max(state.lastAcceptance, time)
        }
    }

    /// What of a run of changes was written here; others' changes are passed over.
    func find(_ replica: ReplicaID, from first: UInt64, count: Int) -> [Written] {
        state.withLock { state in
            (0..<UInt64(count)).compactMap { offset in
                state.writtenByName[Name(replica: replica, number: first + offset)]
            }
        }
    }

    /// How many the relay has taken, and when it took the last.
    var accepted: (count: Int, last: UInt64) { state.withLock { ($0.accepted, $0.lastAcceptance) } }
}
