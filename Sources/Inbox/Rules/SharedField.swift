public import CRDT
public import ChangeLog

/// What shows of a field that people and the assistant write: the current writes of a causal register with roles that
/// yield, of one root or of several that are shown as one.
///
/// What a person has set is *pinned*: nothing the assistant writes, then or later, takes its place. A person who writes
/// null hands the field back: then what the assistant has said shows, as far as no person knew of it when writing. For a
/// person's write ends all that its author knew of, and one of the assistant's ends only the assistant's.
public struct SharedField: Hashable, Sendable {
    /// One current write.
    public typealias Write = CausalRegister<Value>.Write

    /// Whose word shows.
    public enum Source: String, Hashable, Sendable {
        /// A person's: it is pinned.
        case person
        /// The assistant's, or what a channel brought.
        case assistant
    }

    /// The write that shows; its value is not null. Nil where nobody says anything.
    public let shown: Write?

    /// Of the writes that do not yield, the one with the highest (stamp, change id), if its value is not null; else the
    /// highest of those that yield and are not null.
    ///
    /// - Parameter writes: in any order; no two by one change.
    public init(_ writes: some Sequence<Write>) {
        var person: Write?
        var assistant: Write?
        for write in writes {
            if !write.yields {
                if write.outranks(person) { person = write }
            } else if write.value != .null, write.outranks(assistant) {
                assistant = write
            }
        }
        shown = person?.value ?? .null == .null ? assistant : person
    }

    /// What shows; null where nobody says anything.
    public var value: Value { shown?.value ?? .null }
    /// Whose word it is; nil where nobody says anything.
    public var source: Source? { shown.map { $0.yields ? .assistant : .person } }
    /// Whether a person has set it, so that the assistant's word waits.
    public var isPinned: Bool { source == .person }
}

extension CausalRegister.Write {
    fileprivate func outranks(_ other: Self?) -> Bool {
        guard let other else { return true }
        return (stamp, change) > (other.stamp, other.change)
    }
}
