import ChangeLog

/// One operation of a trace, as its line says.
enum TraceOperation {
    case newLead(lead: String, name: String, locale: String?, email: String?, phone: String?)
    case newConversation(conversation: String, lead: String, channel: String, subject: String?)
    case message(conversation: String, TraceMessage)
    case set(TraceObject, field: String, Value)
    case read(conversation: String)
    case add(TraceObject, label: String)
    case remove(TraceObject, label: String)
}

/// A message of a trace.
struct TraceMessage {
    let id: String
    let from: String
    let author: String?
    let text: String
}

/// What a trace names by a key of its own.
enum TraceObject: Hashable {
    case lead(String)
    case conversation(String)
}

/// Who acts in a trace: the gateway, or an agent's device.
struct TraceActor: Hashable, Comparable {
    /// The gateway is 0, agent `aN` is N + 1.
    let index: Int

    static let gateway = TraceActor(index: 0)

    init(index: Int) { self.index = index }

    /// - Returns: nil for a name that is no actor's.
    init?(name: String) {
        if name == "gw" {
            index = 0
        } else if name.hasPrefix("a"), let number = Int(name.dropFirst()), (0..<1000).contains(number) {
            index = number + 1
        } else {
            return nil
        }
    }

    static func < (left: Self, right: Self) -> Bool { left.index < right.index }
}

/// One user action: what becomes one signed change.
struct TraceBatch {
    /// Milliseconds since 1970.
    let at: UInt64
    let actor: TraceActor
    var operations: [TraceOperation]
    /// The stretch of ten thousand operations in which it begins.
    let stretch: Int

    /// Whether later batches may need what this one makes.
    var makesConversation: Bool {
        operations.contains { if case .newConversation = $0 { true } else { false } }
    }

    /// Whether its actor counts as offline in its stretch: agents take turns, the gateway never is.
    var isOffline: Bool { actor != .gateway && (stretch + actor.index - 1) % 2 == 1 }
}
