import CRDT
import ChangeLog
import Storage

/// Whether what a change wrote into a field can be taken back, and what then takes its place: what would show had the
/// change never been made, but only where the change's word is the one that shows.
enum UndoRule {
    /// What to do about one field.
    enum Decision<Content: Hashable>: Hashable {
        /// It is as it would be.
        case nothing
        /// This takes its place.
        case restore(Content)
        /// Another write shows, at that place here.
        case keep(by: Int64)
    }

    /// Of a register.
    ///
    /// - Parameters:
    ///   - own: the place of the change.
    ///   - by: the place of the write that shows.
    ///   - present: what shows.
    ///   - before: what would show without the change.
    static func register(own: Int64, by: Int64, present: Value, before: Value) -> Decision<Value> {
        guard by == own else { return .keep(by: by) }
        return present == before ? .nothing : .restore(before)
    }

    /// Of a causal register: the write that would show, or nil where none would.
    ///
    /// - Parameters:
    ///   - present: the current writes, each field's in the order of (stamp, change id).
    ///   - before: those that would be current without the change.
    static func causal(
        own: Int64, present: [CurrentWrite], before: [CurrentWrite], of field: Schema.Field
    ) -> Decision<CurrentWrite?> {
        guard let shown = shown(among: present, of: field) else { return .nothing }
        guard shown.by == own else { return .keep(by: shown.by) }
        guard let next = self.shown(among: before, of: field) else { return .restore(nil) }
        // Somebody said the same without knowing of it: their word stands by itself.
        if present.contains(where: { $0.by == next.by }), next.write.value == shown.write.value {
            return .keep(by: next.by)
        }
        return .restore(next)
    }

    /// The write that decides what shows: of a status the one that asks for a person, else that which makes it active; of
    /// the assistant's control the strongest pause; of snoozes the earliest; of what people and the assistant share a
    /// person's; else the latest.
    static func shown(among writes: [CurrentWrite], of field: Schema.Field) -> CurrentWrite? {
        let candidates = field.yielding.isEmpty ? writes : speaking(writes, on: field)
        return candidates.enumerated().max { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }?.element

        func rank(_ write: CurrentWrite) -> Int64 {
            switch field.name {
            case "status" where field.yielding.isEmpty:
                Int64(
                    [ConversationStatus.closed, .active, .humanNeeded].firstIndex { $0.rawValue == write.text } ?? -1)
            case "ai": Int64([AIControl.on, .manual, .escalation].firstIndex { $0.rawValue == write.text } ?? -1)
            case "snooze": write.integer.map { -max($0, 0) } ?? 1
            default: 0
            }
        }
    }

    /// People's words, and where there is none the others'; that a lead is new, as a channel says, counts as nothing.
    private static func speaking(_ writes: [CurrentWrite], on field: Schema.Field) -> [CurrentWrite] {
        let people = writes.filter { !$0.write.yields }
        guard people.isEmpty else { return people }
        let silence: Set<Value> = field.name == "status" ? [.null, .text(LeadStatus.new.rawValue)] : [.null]
        return writes.filter { !silence.contains($0.write.value) }
    }
}
