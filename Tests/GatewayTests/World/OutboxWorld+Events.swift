import ChangeLog
import Channels
import Gateway
import Inbox
import Simulation
import Storage
import TestSupport

/// What happens by itself in these worlds.
extension OutboxWorld {
    func happen() throws {
        tally.events += 1
        try pickUpEvents()
        if isRestoreDue {
            try restoreRelay()
            if depth < 2 { try nestedRound(dice.pick(gateways)) }
        }
        switch dice.number(0...39) {
        case 0...3: passSome()
        case 4: customerWrites()
        case 5...12: try act(dice.pick(Array(people.prefix(3))))
        case 13...18: try work(dice.pick(Array(people.prefix(3))))
        case 19...21: try assist()
        case 22...27: try trySync(dice.pick(people))
        case 28...35: if depth < 2 { try nestedRound(dice.pick(gateways)) }
        case 36: goOffline(dice.pick(people))
        case 37: try relayHasTrouble()
        default: try govern()
        }
    }

    /// As people do who are online: look, answer, send.
    private func work(_ desk: Desk) throws {
        try trySync(desk)
        try act(desk)
        try act(desk)
        try trySync(desk)
        if depth < 2, dice.once(in: 2) { try nestedRound(dice.pick(gateways)) }
    }

    private func nestedRound(_ gateway: GatewayDesk) throws {
        depth += 1
        defer { depth -= 1 }
        try round(gateway)
    }

    private func passSome() {
        switch dice.number(0...29) {
        case 0 where troubles.contains(.nights): pass(dice.number(72_000_000...97_200_000))
        case 1...3: pass(dice.number(1_000_000...14_400_000))
        case 4...9: pass(dice.number(30_000...600_000))
        default: pass(dice.number(500...20_000))
        }
    }

    func trySync(_ desk: Desk) throws {
        do {
            try sync(desk, mayBeCut: true)
        } catch Interruption.cut {}
    }

    private func goOffline(_ desk: Desk) {
        if troubles.contains(.offline) { desk.offlineUntil = now + dice.number(20_000...3_600_000) }
    }

    // MARK: Customers

    private func customerWrites() { writes(dice.pick(Self.customers), isEcho: dice.once(in: 6)) }

    /// A customer, or somebody to a customer on the business phone.
    func writes(_ customer: String, isEcho: Bool) {
        providerMessages += 1
        let id = "wamid.in.\(providerMessages)"
        if !isEcho { witness.lastWritten[conversation(of: customer)] = providerTime }
        if isEcho { tally.add(.echoed) }
        let message = try? InboundMessage(
            channel: .whatsapp, from: .init(id: customer, name: customer), sender: isEcho ? .phone : .customer,
            providerID: id, at: providerTime, text: "message \(providerMessages)")
        guard let message else { preconditionFailure("such a message can be told") }
        let isLate = dice.once(in: 5)
        if isLate { tally.add(.toldLate) }
        let isRepeated = dice.once(in: 5)
        if isRepeated { tally.add(.toldTwice) }
        for _ in 0..<(isRepeated ? 2 : 1) {
            pendingEvents.append(
                PendingEvent(
                    due: now + (isLate ? dice.number(10_000...900_000) : dice.number(0...1_500)),
                    event: .message(message), messageID: id, customer: customer, kind: isEcho ? .phone : .customer))
        }
    }

    /// A gateway hears what the provider has to tell, in any order.
    func pickUpEvents() throws {
        let due = dice.shuffled(pendingEvents.filter { $0.due <= now })
        pendingEvents.removeAll { $0.due <= now }
        for event in due {
            let gateway = dice.pick(gateways)
            do {
                try take(event, on: gateway)
            } catch  where gateway.wire.willFire {
                // The process is about to die, and the provider will tell it again.
                pendingEvents.append(event)
            } catch is MembershipFailure {
                // A gateway that has learned that it was cut off takes nothing in any more.
                pendingEvents.append(event)
            }
        }
    }

    func take(_ pending: PendingEvent, on gateway: GatewayDesk) throws {
        let replica = gateway.desk.replica
        now += 1
        let report = try EventIntake(replica, clock: gatewayClock(of: gateway.desk)).take([pending.event])
        guard report.stored > 0, let id = pending.messageID, !gateway.desk.isRevoked else { return }
        witness.noteCustomer(
            pending.kind, id, in: conversation(of: pending.customer), at: try Spot(newestOf: replica))
    }

    // MARK: The assistant

    private func assist() throws {
        let desk = people[3]
        try trySync(desk)
        let conversation = conversation(of: dice.pick(Self.customers))
        if !dice.once(in: 6) { try show(conversation, to: desk) }
        if dice.once(in: 8) {
            try attempt { try write(desk) { _ = try $0.escalate(conversation.text) } }
        } else {
            try reply(in: conversation, by: desk, SendingTerms())
        }
        try trySync(desk)
        if dice.once(in: 8) { pass(1_000_000) }
        if depth < 2, dice.once(in: 2) { try nestedRound(dice.pick(gateways)) }
    }
}
