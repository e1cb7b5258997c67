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
