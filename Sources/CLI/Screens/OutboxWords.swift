import Inbox

/// What has become of an outgoing message, in words.
enum OutboxWords {
    /// A few words, as behind a message's author.
    static func state(_ state: DeliveryState, _ outbox: OutboxState?) -> String {
        let why = outbox?.code ?? outbox?.reason.map { words($0) }
        let late = outbox?.isCancelTooLate == true ? ", cancel too late" : ""
        return state.rawValue + (why.map { " (\($0))" } ?? "") + late
    }

    /// Why a message is held or dropped, as half a sentence.
    static func words(_ reason: OutboxReason) -> String {
        switch reason {
        case .conversationMoved: "the customer wrote meanwhile"
        case .aiAnswered: "the assistant has answered meanwhile"
        case .collision: "somebody else has answered meanwhile"
        case .windowClosed: "the window is closed"
        case .templateChanged: "the template was changed, or may not be sent"
        case .stale: "it waited too long"
        case .channelDown: "the channel does not work"
        case .unsupported: "the channel cannot carry it"
        case .authorRevoked: "its author was cut off"
        case .relayRestored: "the relay may have forgotten that it was sent"
        case .expired: "its time was over"
        case .personActed: "a person acted"
        }
    }
}

extension OutboxWords {
    /// What does not add up about a message.
    static func words(_ problem: OutboxAudit.Problem.Kind) -> String {
        switch problem {
        case .withoutGrant: "the gateway noted an attempt that the relay never granted"
        case .sentTwice: "the provider took two attempts"
        case .retriedInDoubt: "it was tried again though the attempt before may have been taken"
        case .misfiled: "the outbox files it in another state; nexus rebuild mends that"
        }
    }

    /// Why a provider did not take a message.
    static func failure(_ code: String) -> String { "the provider says \(code)" }
}

extension OutboxWords {
    /// What wants somebody's eye.
    private static let stuck: [DeliveryState] = [.held, .failed, .unknown]

    /// How many replies there are of each kind; nil where there is none.
    static func counts(_ counts: OutboxCounts) -> String? {
        let words = words(for: DeliveryState.allCases, counts)
        guard !words.isEmpty else { return nil }
        return words.joined(separator: ", ") + (attention(counts) == nil ? "" : "; see nexus outbox")
    }

    /// That somebody has to look at replies; nil where nobody has to.
    static func attention(_ counts: OutboxCounts) -> String? {
        let words = words(for: stuck, counts)
        return words.isEmpty ? nil : "Replies that want an eye: \(words.joined(separator: ", ")). See nexus outbox."
    }

    private static func words(for states: [DeliveryState], _ counts: OutboxCounts) -> [String] {
        states.compactMap { state in counts.countByState[state].map { "\($0) \(state.rawValue)" } }
    }
}
