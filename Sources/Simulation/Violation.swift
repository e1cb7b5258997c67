package import CRDT
package import ChangeLog

/// A promise that a run saw broken. Facts only; the words are made where it is printed.
package enum Violation: Error, Hashable, Sendable {
    // At any time.
    /// A device does not see what it has just written itself.
    case ownWriteNotSeen(node: String, change: ChangeID, operation: Int)
    /// A replica holds fewer changes than it held.
    case countFell(node: String, from: UInt64, to: UInt64)
    /// A change took effect that is stamped too far ahead of every clock reading its receiver ever had.
    case appliedTooEarly(node: String, Cause)
    /// Bytes that an accident made were believed.
    case damageBelieved(node: String)
    /// Something that nobody here wrote was taken in.
    case foreignTaken(node: String, Verdict)
    /// What a member wrote was refused.
    case honestRefused(node: String, RefusalReason)
    /// What was refused, or a restart, left something behind.
    case stateChanged(node: String, by: String)
    // After everything has arrived everywhere.
    /// Something waits although everything is there.
    case stillWaiting(node: String, UInt64)
    /// A replica lacks a change that was acknowledged to its author, or cannot hand it on.
    case lost(node: String, Cause)
    /// A replica hands on a change that nobody was told is safe.
    case fromNowhere(node: String, Cause)
    /// Two replicas that hold the same changes say different things.
    case diverged(node: String, from: String, [String])
    /// The tables (`+`) do not say what the changes mean (`-`).
    case differsFromModel(node: String, [String])
    /// Two replicas in the same state show different inboxes: the tables made for reading were not kept up.
    case showsOtherwise(node: String, from: String)
    /// A further round of syncing moved something.
    case notSettled(from: String, to: String)
}
