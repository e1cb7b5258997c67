import CRDT
import ChangeLog
import Inbox

/// What is promised of each message at the moment in which a provider is asked, and in which it takes it.
extension Witness {
    /// How long leave to send lasts, in milliseconds.
    private static let grace: UInt64 = 10_000
    /// How much later than the end of a message's time the provider may be asked, in milliseconds: leave lasts a while, and
    /// the relay's time has been under way to the gateway for a while.
    private static let latest: Int64 = 20_000

    mutating func noteAsk(_ id: String, by gateway: String, now: UInt64) {
        let before = asked[id, default: []]
        asked[id, default: []].append(gateway)
        if doubtful.contains(id) { note(.againInDoubt(id)) }
        let leave = grants[id, default: []]
        guard let grant = leave.last, grant.gateway == gateway, before.count < leave.count else {
            return note(.withoutLeave(id, by: gateway))
        }
        if now - grant.at >= Self.grace { note(.late(id, now - grant.at)) }
        if grant.life == life, let holder, holder != gateway {
            note(.withoutLease(id, by: gateway, holder: holder))
        }
    }

    /// The provider takes a message.
    ///
    /// - Parameter time: by the provider's clock, in milliseconds since 1970.
    mutating func noteReception(_ id: String, by gateway: String, now: UInt64, time: Int64) {
        if received(id) { note(.twice(id)) }
        defer {
            received.append(
                Reception(id: id, gateway: gateway, at: now, life: life, hadFailed: refused.contains(id)))
        }
        guard let order = orders[id], let grant = grants[id]?.last else { return }
        checkTime(of: order, now: now, time: time)
        checkOrders(about: order, grant)
        checkSequence(of: order)
        if order.isAssistants { checkActs(before: order, grant) }
        if order.isAssistants || !order.terms.sendsAnyway { checkNews(for: order, grant, gateway) }
    }

    private mutating func checkTime(of order: Order, now: UInt64, time: Int64) {
        if let end = order.terms.notAfter, Int64(now) >= end + Self.latest { note(.untimely(order.id)) }
        if let start = order.terms.notBefore, Int64(now) < start { note(.untimely(order.id)) }
        if !order.isTemplate, let written = lastWritten[order.conversation], time >= written + 86_400_000 {
            note(.windowClosed(order.id))
        }
    }

    /// A cancel stands unless somebody who knew of it ordered the message to be sent.
    private mutating func checkOrders(about order: Order, _ grant: Grant) {
        if let revocation = revocations[order.author], grant.known.holds(revocation) { note(.revoked(order.id)) }
        let releases = order.releases.filter { counts($0.spot, to: grant.known) }
        let standing = order.cancels.filter { cancel in
            counts(cancel.spot, to: grant.known) && !releases.contains { $0.known.holds(cancel.spot) }
        }
        if !standing.isEmpty { note(.cancelled(order.id)) }
    }

    /// What is ordered anew, or for its own time, may come later.
    private mutating func checkSequence(of order: Order) {
        guard !order.terms.isScheduled, order.releases.isEmpty else { return }
        let later = received.compactMap { orders[$0.id] }.first { other in
            other.conversation == order.conversation && other.spot.replica == order.spot.replica
                && other.spot.number > order.spot.number
        }
        if let later { note(.order(order.id, after: later.id)) }
    }

    private mutating func checkActs(before order: Order, _ grant: Grant) {
        for deed in deeds where deed.conversation == order.conversation {
            guard deed.kind == .act || deed.kind == .team, deed.author != order.author,
                deed.spots.contains(where: { counts($0, to: grant.known) }), !order.known.holds(anyOf: deed.spots)
            else { continue }
            note(.afterPerson(order.id, by: deed.author))
        }
    }

    private mutating func checkNews(for order: Order, _ grant: Grant, _ gateway: String) {
        let releases = order.releases.filter { counts($0.spot, to: grant.known) }
        let shown = ([order.shown] + releases.map(\.shown)).compactMap(\.self)
        for deed in deeds where deed.conversation == order.conversation && deed.author != order.author {
            guard deed.spots.contains(where: { counts($0, to: grant.known) }),
                !shown.contains(where: { $0.holds(anyOf: deed.spots) }),
                hasSpoken(deed, gateway)
            else { continue }
            note(.stale(order.id, by: order.author, beyond: deed.message ?? ""))
        }
    }

    /// Of the team's messages only those that had reached the customer; of what another gateway sent before the relay was
    /// put back, nobody here need know.
    private func hasSpoken(_ deed: Deed, _ gateway: String) -> Bool {
        switch deed.kind {
        case .customer, .phone: true
        case .act: false
        case .team: received.contains { $0.id == deed.message && ($0.life == life || $0.gateway == gateway) }
        }
    }
}
