import CRDT
import ChangeLog
import Inbox

/// What really happened, as the test itself saw it: who said what, who had been shown what, what the relay held when it
/// gave leave, and what the provider did. It knows the promises, and none of the rules by which they are kept.
struct Witness {
    /// Something that somebody said, or a person did, in a conversation.
    struct Deed {
        enum Kind {
            case customer, phone, team, act
        }
        let kind: Kind
        let conversation: RootID
        /// Who, by name; empty for those outside.
        let author: String
        /// The message's id, of one of the team's.
        let message: String?
        /// The changes that tell it: a customer's message may have been taken in by two gateways.
        var spots: [Spot]
    }

    /// A message of the team's.
    struct Order {
        let id: String
        let conversation: RootID
        let author: String
        let isAssistants: Bool
        let isTemplate: Bool
        let terms: SendingTerms
        let spot: Spot
        /// What its author had been shown of the conversation; nil for nothing.
        let shown: Known?
        /// All that its author's device held.
        let known: Known
        var releases: [Directive] = []
        var cancels: [Directive] = []
    }

    /// A later order about a message.
    struct Directive {
        let spot: Spot
        let shown: Known?
        let known: Known
    }

    /// Leave to send.
    struct Grant {
        let gateway: String
        /// What the relay held then.
        let known: Known
        let at: UInt64
        /// How often the relay had been put back before.
        let life: Int
    }

    /// What a device that was cut off wrote after a number does not count, and is nobody's news.
    struct Cut {
        let replica: ReplicaID
        let number: UInt64
        /// Of the change that says so.
        let spot: Spot

        func covers(_ other: Spot) -> Bool { other.replica == replica && other.number > number }
    }

    /// Something that the provider took.
    struct Reception {
        let id: String
        let gateway: String
        let at: UInt64
        let life: Int
        let hadFailed: Bool
    }

    var deeds: [Deed] = []
    var orders: [String: Order] = [:]
    var grants: [String: [Grant]] = [:]
    var received: [Reception] = []
    /// By message: who asked.
    var asked: [String: [String]] = [:]
    /// Those of which the provider gave no answer.
    var doubtful: Set<String> = []
    /// Those that it refused.
    var refused: Set<String> = []
    /// When the provider last heard of each customer, in milliseconds since 1970 by its clock.
    var lastWritten: [RootID: Int64] = [:]
    var cuts: [Cut] = []
    /// By name: when somebody was cut off.
    var revocations: [String: Spot] = [:]
    /// Who was last given the lease; nil where nobody can have it.
    var holder: String?
    /// How often the relay was put back.
    var life = 0

    private(set) var breaches: [Breach] = []

    mutating func note(_ breach: Breach) { breaches.append(breach) }

    func received(_ id: String) -> Bool { received.contains { $0.id == id } }

    // MARK: Notes

    mutating func note(_ deed: Deed) { deeds.append(deed) }

    /// A customer's message was taken in, perhaps by a second gateway.
    mutating func noteCustomer(_ kind: Deed.Kind, _ provider: String, in conversation: RootID, at spot: Spot) {
        if let index = deeds.firstIndex(where: { $0.message == provider }) {
            deeds[index].spots.append(spot)
        } else {
            note(Deed(kind: kind, conversation: conversation, author: "", message: provider, spots: [spot]))
        }
    }

    mutating func note(_ order: Order) {
        orders[order.id] = order
        note(
            Deed(
                kind: .team, conversation: order.conversation, author: order.author, message: order.id,
                spots: [order.spot]))
    }

    /// Whether something counted for somebody who knew so much: it had come, and nobody was known to have cut it off.
    func counts(_ spot: Spot, to known: Known) -> Bool {
        known.holds(spot) && !cuts.contains { $0.covers(spot) && known.holds($0.spot) }
    }

    /// Whether it does not count any more, once everybody has heard of everything.
    func isCutOff(_ spot: Spot) -> Bool { cuts.contains { $0.covers(spot) } }
}

/// A promise that was broken.
enum Breach: Hashable, CustomStringConvertible {
    /// The provider took a message twice.
    case twice(String)
    /// It was asked without leave, by somebody else than had it, or more often than leave was given.
    case withoutLeave(String, by: String)
    /// It was asked while the lease was another gateway's.
    case withoutLease(String, by: String, holder: String)
    /// It was asked later than ten seconds after leave was given, in milliseconds.
    case late(String, UInt64)
    /// It was asked again, though it may have taken the message before.
    case againInDoubt(String)
    /// Somebody had spoken whom the author had not been shown.
    case stale(String, by: String, beyond: String)
    /// Somebody's message outside the window.
    case windowClosed(String)
    /// An assistant's message after a person had acted.
    case afterPerson(String, by: String)
    /// Before or after the time that its author named.
    case untimely(String)
    /// Its author, or an owner, had cancelled it.
    case cancelled(String)
    /// Its author had been cut off.
    case revoked(String)
    /// It was sent after one that its author wrote later.
    case order(String, after: String)
    /// A copy does not account for it, or says of it what is not so.
    case lost(String, on: String)
    case untrue(String, on: String, DeliveryState)
    /// Copies that hold the same say different things, or their own account does not add up.
    case disagreement(String)
    case audit(on: String, [String])

    var description: String {
        switch self {
        case .twice(let id): "\(id) sent twice"
        case .withoutLeave(let id, let name): "\(id) asked for by \(name) without leave"
        case .withoutLease(let id, let name, let holder): "\(id) asked for by \(name), the lease was \(holder)'s"
        case .late(let id, let delay): "\(id) asked for \(delay) ms after leave"
        case .againInDoubt(let id): "\(id) asked for again in doubt"
        case .stale(let id, let author, let beyond): "\(id) of \(author) sent, who had not seen \(beyond)"
        case .windowClosed(let id): "\(id) sent into a closed window"
        case .afterPerson(let id, let name): "\(id) of the assistant sent after \(name) had acted"
        case .untimely(let id): "\(id) sent at a time that its author had ruled out"
        case .cancelled(let id): "\(id) sent though cancelled"
        case .revoked(let id): "\(id) sent though its author was cut off"
        case .order(let id, let later): "\(id) sent after \(later), which was written later"
        case .lost(let id, let name): "\(id) is in no list of \(name)'s"
        case .untrue(let id, let name, let state): "\(id) is \(state) at \(name), which is not so"
        case .disagreement(let what): "not everywhere the same: \(what)"
        case .audit(let name, let problems): "account of \(name): \(problems.joined(separator: ", "))"
        }
    }
}
