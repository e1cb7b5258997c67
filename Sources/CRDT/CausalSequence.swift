/// A list that only grows, in an order stored with each element.
///
/// Nobody moves or deletes an element, so merging is a union, and every replica shows it in the order of
/// (position, element id). If two replicas created one element (a natural id, for instance a provider's), the
/// creation with the lowest (stamp, change id) shows.
public struct CausalSequence<Content: Hashable & Sendable>: Hashable, Sendable {
    /// One creation of an element.
    public struct Element: Hashable, Sendable {
        /// Names the element.
        public let id: ElementID
        /// Where it stands: the stamp of its change, or the time at which the outside world says it happened.
        public let position: Stamp
        /// When the creating change was made.
        public let stamp: Stamp
        /// The creating change.
        public let change: ChangeID
        /// What it holds.
        public let content: Content

        /// One creation of an element.
        public init(id: ElementID, position: Stamp, stamp: Stamp, change: ChangeID, content: Content) {
            (self.id, self.position, self.stamp, self.change, self.content) = (id, position, stamp, change, content)
        }
    }

    private var elementsByID: [ElementID: Element] = [:]

    /// The empty sequence.
    public init() {}

    /// Takes up an element; of two creations of one id the lower (stamp, change id) stays.
    public mutating func append(_ element: Element) {
        if let held = elementsByID[element.id], (held.stamp, held.change) <= (element.stamp, element.change) { return }
        elementsByID[element.id] = element
    }

    /// All elements by (position, id).
    public var elements: [Element] {
        elementsByID.values.sorted { ($0.position, $0.id) < ($1.position, $1.id) }
    }
}
