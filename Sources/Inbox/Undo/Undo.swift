public import CRDT
public import ChangeLog

/// What became of a wish to take a change back: a change of its own that puts things where they would be without it, as
/// far as what it wrote is still what shows.
public struct Undo: Hashable, Sendable {
    /// The change that was to be taken back.
    public let target: ChangeID
    /// What was, or in a rehearsal would be, put back.
    public let restored: [Item]
    /// What was left alone, since it is somebody's later or concurrent word that shows.
    public let kept: [Kept]
    /// What nothing takes back.
    public let lasting: [Lasting]
    /// The change that does it; nil where there is nothing to put back, and in a rehearsal.
    public let change: ChangeID?
    /// What this device wrote before the target and did not take back yet; nil where there is nothing, and where the
    /// target was named.
    public let earlier: ChangeID?

    /// One thing that is put back.
    public struct Item: Hashable, Sendable {
        /// The name of the root's kind: conversation, lead and so on.
        public let kind: String
        /// Names the root.
        public let root: RootID
        /// The field.
        public let field: String
        /// What is made of it.
        public let outcome: Outcome
    }

    /// What is made of a field.
    public enum Outcome: Hashable, Sendable {
        /// It says so again; null where nobody had said anything.
        case value(Value)
        /// Likewise, but what the assistant had said is now the person's word, and pinned.
        case pinned(Value)
        /// It is in the set again.
        case added(Value)
        /// It is not in the set any more, as far as the change put it there.
        case removed(Value)
        /// A note is taken back.
        case takenBack(ElementID)
        /// A message is not sent.
        case dropped(ElementID)
        /// A message waits to be sent again.
        case queued(ElementID)
        /// What the change made is taken away.
        case gone
    }

    /// Something that is left as it is.
    public struct Kept: Hashable, Sendable {
        /// The name of the root's kind.
        public let kind: String
        /// Names the root.
        public let root: RootID
        /// The field.
        public let field: String
        /// Whose word shows; nil where that cannot be told.
        public let by: String?
    }

    /// What nothing takes back.
    public enum Lasting: Hashable, Sendable {
        /// A message that has left, or may have; how far it has come.
        case message(ElementID, DeliveryState)
        /// That something was read.
        case read
        /// Who belongs to the workspace.
        case membership
        /// A conversation or a lead came to be.
        case begun
        /// Something was imported.
        case imported
        /// What a channel or the sending told.
        case told
        /// A message was ordered to be sent.
        case ordered(ElementID)
        /// Something was taken back that stays so.
        case takenBack
        /// Somebody took note that a message had failed, or that nobody knows.
        case noted(ElementID)
        /// Something that this version does not know.
        case unknown
    }
}
