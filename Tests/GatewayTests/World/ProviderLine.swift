import Channels
import Gateway
import Inbox
import Simulation

/// Something that the provider is going to tell.
struct PendingEvent {
    let due: UInt64
    let event: ProviderEvent
    /// Of a customer's message, and of what the phone wrote: its id with the provider.
    let messageID: String?
    let customer: String
    let kind: Witness.Deed.Kind
}

/// The provider as a gateway reaches it. Each of its answers is thrown with dice; what it takes, it takes.
///
/// `@unchecked` because a world is one thread's.
final class ProviderLine: Provider, @unchecked Sendable {
    private unowned let world: OutboxWorld
    private unowned let gateway: GatewayDesk

    init(_ world: OutboxWorld, _ gateway: GatewayDesk) { (self.world, self.gateway) = (world, gateway) }

    func send(_ message: OutgoingMessage) -> SendingOutcome {
        if dies(.killedBeforeSend) { return .unknown(Doubt(.cut, evidence: "")) }
        world.tally.asked += 1
        world.witness.noteAsk(message.reference, by: gateway.name, now: world.now)
        let outcome = world.answer(message, gateway.name)
        if world.isTroubled, world.troubles.contains(.restores), world.dice.once(in: 20) { world.isRestoreDue = true }
        world.tell("\(gateway.name): asked for \(message.reference): \(outcome)")
        if case .unknown = outcome { world.witness.doubtful.insert(message.reference) }
        if case .refused = outcome { world.witness.refused.insert(message.reference) }
        if dies(.killedAfterSend) {
            world.witness.doubtful.insert(message.reference)
        } else if world.isTroubled, world.dice.once(in: 12) {
            world.sleep()
        }
        return outcome
    }

    /// Nothing that it would write from now on is written.
    private func dies(_ rarity: Rarity) -> Bool {
        guard world.isTroubled, world.troubles.contains(.kills), world.dice.once(in: 20) else { return false }
        world.tally.add(rarity)
        gateway.wire.arm()
        return true
    }
}

extension OutboxWorld {
    func answer(_ message: OutgoingMessage, _ gateway: String) -> SendingOutcome {
        pass(dice.number(20...900))
        guard isTroubled else { return take(message, gateway) }
        switch dice.number(0...19) {
        case 0 where troubles.contains(.doubts):
            tally.add(.takenUnanswered)
            _ = take(message, gateway)
            return .unknown(Doubt(.timedOut, evidence: "No answer in time."))
        case 1 where troubles.contains(.doubts):
            tally.add(.refusedUnanswered)
            return .unknown(Doubt(.cut, evidence: "The connection ended."))
        case 2...6 where troubles.contains(.refusals): return refusal()
        default: return take(message, gateway)
        }
    }

    private func refusal() -> SendingOutcome {
        func refused(_ code: String, _ consequence: Consequence, _ rarity: Rarity) -> SendingOutcome {
            tally.add(rarity)
            return .refused(Refusal(code: code, consequence: consequence, evidence: ""))
        }
        switch dice.number(0...8) {
        case 0, 1: return refused("131056", .retry(after: .seconds(6)), .retryLater)
        case 2, 3: return refused("131047", .windowClosed, .providerWindow)
        case 4, 5: return refused("132001", .templateChanged, .providerTemplate)
        case 6: return refused("190", .channelDown, .providerDown)
        default: return refused("131026", .fail, .providerFailed)
        }
    }

    private func take(_ message: OutgoingMessage, _ gateway: String) -> SendingOutcome {
        providerMessages += 1
        let id = "wamid.\(providerMessages)"
        tally.received += 1
        if case .template = message.content { tally.add(.acceptedTemplate) }
        witness.noteReception(message.reference, by: gateway, now: now, time: providerTime)
        noteHow(message.reference)
        scheduleReceipts(of: message, id: id)
        return .accepted(providerID: id)
    }

    private func noteHow(_ id: String) {
        guard let order = witness.orders[id] else { return }
        if order.terms.isScheduled { tally.add(.scheduledSent) }
        if order.terms.sendsAnyway { tally.add(.sentAnyway) }
        if !order.releases.isEmpty { tally.add(.releasedAndSent) }
        if !order.releases.isEmpty, witness.refused.contains(id) { tally.add(.retriedAndSent) }
    }

    private func scheduleReceipts(of message: OutgoingMessage, id: String) {
        let isLost = isTroubled && dice.once(in: 15)
        if isLost { tally.add(.failedLater) }
        let told: [DeliveryEvent] = isLost ? [.failed] : [.sent, .delivered, .read]
        for event in told where !dice.once(in: 5) {
            let isLate = dice.once(in: 4)
            if isLate { tally.add(.receiptLate) }
            let isRepeated = dice.once(in: 6)
            if isRepeated { tally.add(.receiptTwice) }
            let receipt = ProviderReceipt(
                providerID: id, reference: dice.once(in: 5) ? nil : message.reference, customer: message.to,
                event: event, at: providerTime, code: isLost ? "131026" : nil)
            for _ in 0..<(isRepeated ? 2 : 1) {
                pendingEvents.append(
                    PendingEvent(
                        due: now + dice.number(200...(isLate ? 600_000 : 5_000)), event: .receipt(receipt),
                        messageID: nil, customer: message.to, kind: .act))
            }
        }
    }
}
