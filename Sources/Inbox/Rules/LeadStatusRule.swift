public import CRDT
import ChangeLog

/// How far a lead has come, when several have said something about it: a ``SharedField``, with one thing besides.
public enum LeadStatusRule {
    /// That a lead is new is what a channel says of everybody it brings. Of a customer who writes on a second channel, it
    /// would undo what the assistant had found on the first: so from whoever yields it counts as nothing said.
    public static func shown(_ writes: some Sequence<SharedField.Write>) -> SharedField {
        SharedField(writes.filter { !$0.yields || $0.value != .text(LeadStatus.new.rawValue) })
    }

    /// What shows where nobody says anything.
    public static func status(_ field: SharedField) -> String { field.value.text ?? LeadStatus.new.rawValue }
}
