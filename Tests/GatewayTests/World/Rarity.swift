import Inbox
import Storage

/// Something that has to happen now and then, or these worlds prove less than they seem to.
enum Rarity: String, CaseIterable, Hashable {
    // Customers and the phone.
    case toldTwice = "a customer's message told twice"
    case toldLate = "a customer's message told late"
    case echoed = "the business phone wrote"
    // The relay.
    case refusedLease = "bid refused: lease"
    case refusedMoved = "bid refused: moved"
    case leaseTaken = "lease held by the other gateway"
    case relayRestored = "relay put back from a backup"
    case relayGap = "relay off for long"
    // Gateways.
    case killedAtLease = "gateway killed when it asked for the lease"
    case killedAtSync = "gateway killed in a sync"
    case killedBeforeSend = "gateway killed before the provider was asked"
    case killedAfterSend = "gateway killed after the provider was asked"
    case killedWriting = "gateway killed within a transaction"
    case cutBefore = "request to the relay lost"
    case cutAfter = "the relay's answer lost"
    case paused = "gateway asleep in a round"
    case overtaken = "the other gateway's round within a round"
    case bothSent = "both gateways sent"
    case notAsked = "granted, and not asked for"
    // The provider.
    case acceptedTemplate = "template taken"
    case takenUnanswered = "taken without an answer"
    case refusedUnanswered = "not taken, without an answer"
    case retryLater = "provider asked for another try"
    case providerWindow = "provider says the window is closed"
    case providerTemplate = "provider says the template changed"
    case providerDown = "provider says the account is down"
    case providerFailed = "provider refused for good"
    case failedLater = "taken, and not delivered"
    case receiptTwice = "receipt told twice"
    case receiptLate = "receipt told late"
    // People.
    case sentAnyway = "sent whatever was said meanwhile"
    case releasedAndSent = "sent after a release"
    case retriedAndSent = "sent by order, after a refusal"
    case cancelTooLate = "cancelled, and had left"
    case scheduledSent = "sent at its time"
    case revoked = "agent cut off"
    case gatewayRevoked = "gateway cut off"
    case gatewayRevokedUnheard = "gateway cut off by somebody who had not heard of its latest"
    // States.
    case unknown = "noted as unknown"
    case abandoned = "noted as abandoned"
    case conversationMoved = "conversation-moved"
    case aiAnswered = "ai-answered"
    case collision = "collision"
    case windowClosed = "window-closed"
    case templateChanged = "template-changed"
    case stale = "stale"
    case channelDown = "channel-down"
    case unsupported = "unsupported"
    case authorRevoked = "author-revoked"
    case relayDoubt = "relay-restored"
    case expired = "expired"
    case personActed = "person-acted"

    init?(_ reason: OutboxReason) { self.init(rawValue: reason.rawValue) }
}

/// How often each of them happened, and how much else.
struct WorldTally: Hashable, CustomStringConvertible {
    private var counts: [Rarity: Int] = [:]
    var worlds = 0
    var events = 0
    var messages = 0
    var asked = 0
    var received = 0

    /// Faults and refusals of the provider's.
    var providerFaults: Int {
        [
            .takenUnanswered, .refusedUnanswered, .retryLater, .providerWindow, .providerTemplate, .providerDown,
            .providerFailed, .failedLater, .receiptTwice, .receiptLate,
        ].reduce(0) { $0 + self[$1] }
    }

    subscript(rarity: Rarity) -> Int { counts[rarity, default: 0] }

    var missing: [Rarity] { Rarity.allCases.filter { self[$0] == 0 } }

    mutating func add(_ rarity: Rarity, times: Int = 1) {
        if times > 0 { counts[rarity, default: 0] += times }
    }

    mutating func add(_ other: WorldTally) {
        counts.merge(other.counts, uniquingKeysWith: +)
        worlds += other.worlds
        events += other.events
        messages += other.messages
        asked += other.asked
        received += other.received
    }

    var description: String {
        let lines = Rarity.allCases.map { rarity in
            let count = String(self[rarity])
            return String(repeating: " ", count: max(0, 8 - count.count)) + count + "  " + rarity.rawValue
        }
        let sum =
            "\(worlds) worlds, \(events) events, \(messages) messages queued, \(asked) asked for, \(received) received, "
            + "\(providerFaults) faults of the provider's"
        return ([sum] + lines).joined(separator: "\n")
    }
}
