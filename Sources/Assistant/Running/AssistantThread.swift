import ChangeLog
import Inbox

/// A thread as the assistant reads it: what was said, and what of it waits for an answer.
struct AssistantThread {
    /// What was said, in order. Notes among the team and what only says something of another message are left out, and so
    /// is what nobody will ever see.
    private let said: [MessageDetail]
    /// The customer's newest message.
    let newest: MessageDetail?
    /// Where it stands among what was said.
    private let place: Int

    init(_ messages: [MessageDetail]) {
        said = messages.filter { $0.kind.isSaid && $0.kind != .note && $0.sender != .system && !Self.isVoid($0) }
        place = said.lastIndex { $0.sender == .customer } ?? said.endIndex
        newest = place < said.endIndex ? said[place] : nil
    }

    var messages: [ConversationSituation.Message] {
        said.map { message in
            let spoken = message.text.isEmpty ? message.transcript ?? "" : message.text
            return .init(id: message.id, sender: message.sender, kind: message.kind, text: spoken, at: message.at)
        }
    }

    /// How many of the customer's messages wait.
    var waitingCount: Int { waiting.count }

    /// What the messages alone tell.
    var facts: TurnFacts {
        var facts = TurnFacts()
        facts.waiting = waiting.map { $0.at ?? 0 }
        facts.response = response
        facts.isLate = (newest?.isLate ?? false) && !below.isEmpty
        return facts
    }

    /// Whether a summary knows of the customer's newest message.
    func isCovered(by summary: ConversationSummary?) -> Bool {
        guard let summary, newest != nil else { return false }
        return !said.suffix(summary.missing).contains { $0.sender == .customer }
    }

    // MARK: Who has dealt with it

    /// What stands below the customer's newest message.
    private var below: ArraySlice<MessageDetail> { said[min(place + 1, said.endIndex)...] }

    /// The customer's messages since somebody answered, the newest last. What the assistant has answered does not wait,
    /// also where the customer's next message came to stand above that answer.
    private var waiting: [MessageDetail] {
        guard newest != nil else { return [] }
        let start = said[..<place].lastIndex { $0.sender != .customer }
        let answers = below.filter { $0.sender == .assistant }
        return said[(start.map { $0 + 1 } ?? 0)...place].filter { message in
            message.sender == .customer && !answers.contains { !$0.unseen.contains(message.id) }
        }
    }

    private var response: TurnFacts.Response? {
        let people = below.filter { $0.sender == .agent || $0.sender == .phone }
        if let left = people.first(where: { $0.sender == .phone || $0.state?.hasLeft == true }) {
            return .person(left.sender)
        }
        if !people.isEmpty { return .draft }
        let answers = below.filter(hasSeenNewest)
        if answers.contains(where: isOverruled) { return .overruled }
        if !answers.isEmpty { return .assistant }
        return said.contains(where: isPending) ? .overtaken : nil
    }

    /// What the assistant had seen it has answered, whatever became of that: a message is never answered twice.
    private func hasSeenNewest(_ message: MessageDetail) -> Bool {
        guard message.sender == .assistant, let newest else { return false }
        return !message.unseen.contains(newest.id)
    }

    /// An answer that a person has kept from going out, by dropping it or by acting in time.
    private func isOverruled(_ message: MessageDetail) -> Bool {
        guard message.state == .cancelled else { return false }
        return message.outbox?.reason == nil || message.outbox?.reason == .personActed
    }

    /// The assistant's own words that have not gone out yet, and may.
    private func isPending(_ message: MessageDetail) -> Bool {
        message.sender == .assistant && (message.state == .queued || message.state == .held)
    }

    /// Whether a message of the team answers nothing: a person's that did not go out, or the assistant's that was let go
    /// because the customer went on writing. What it answered waits again, together with the rest.
    private static func isVoid(_ message: MessageDetail) -> Bool {
        switch message.sender {
        case .agent: message.state == .failed || message.state == .cancelled
        case .assistant: message.state == .cancelled && message.outbox?.reason == .conversationMoved
        default: false
        }
    }
}
