import CRDT
import ChangeLog

/// A chain's tip as this replica holds it.
struct Chain {
    let id: Int64
    let replica: ReplicaID
    /// The last applied change; 0 when there is none.
    var number: UInt64
    var hash: ChangeHash
    var stamp: Stamp
    /// Whether some applied change of another chain names the tip as a cause.
    var isCited: Bool
    /// The last change that a stored seal vouches for.
    var sealed: UInt64

    var tip: LocalPlace { LocalPlace(chain: id, number: number) }
}
