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
    /// no revocation covers it, unless it was adopted. A demotion covers it unless the role that it left may do all of it.
    ///
    /// - Parameter isAdopted: whether it was adopted from all of these revocations.
    static func counts(
        _ standing: Standing, isAdopted: ([LocalPlace]) throws -> Bool, may: (Role) throws -> Bool
    ) throws -> Bool {
        guard standing.role != nil else { return false }
        let demotions = try standing.demotions.filter { try !may($0.role) }
        let covering = standing.cuts + demotions.map(\.place)
        return try covering.isEmpty || isAdopted(covering)
    }
}
