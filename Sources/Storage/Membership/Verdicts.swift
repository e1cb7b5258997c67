import CRDT
import ChangeLog

/// The three verdicts on a change, from the hardest to the softest.
///
/// *Refused* is judged from the bytes alone: ``ReceivedDelta/verified(in:)`` throws, and nothing is stored. What is
/// stored is *void*, or *counts*, or is *cut* for now.
enum Verdicts {
    /// Whether a change does nothing for ever: its stamp does not lie above everything it had seen, so it would come
    /// before its own reasons.
    static func isVoid(_ stamp: Stamp, above floor: Stamp) -> Bool { stamp <= floor }

    /// Whether a segment is void: its author had no role, by everything in the change's causal past, that may write all
    /// of it. So is one that no role which still counts may write.
    static func mayWrite(_ segment: Segment, _ standing: Standing, by may: (Role) -> Bool) -> Bool {
        guard let right = standing.right, let role = standing.role else { return false }
        return may(right) && (role == right || may(role))
    }

    /// Whether a change counts, by all acts that are held here: its author has a role that somebody gave who counts, and
    /// no revocation covers it, unless it was adopted. What a demotion covers counts if the new role may do all of it.
    static func counts(
        _ change: @autoclosure () throws -> Change, _ standing: Standing, isAdopted: () throws -> Bool,
        may: (Change, Role) -> Bool
    ) throws -> Bool {
        guard standing.role != nil else { return false }
        if try !standing.cuts.isEmpty && !isAdopted() { return false }
        guard let limit = standing.limit else { return true }
        return try may(change(), limit) || isAdopted()
    }
}
