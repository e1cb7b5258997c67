import Gateway
import Simulation
import Storage

extension OutboxWorld {
    /// Between any two steps of a gateway: nothing mostly; or it dies, or sleeps, or others act.
    func interject(on gateway: GatewayDesk, killing rarity: Rarity) throws {
        pass(dice.number(0...300))
        guard isTroubled else { return }
        if troubles.contains(.restores), dice.once(in: 12) { takePicture() }
        switch dice.number(0...79) {
        case 0 where troubles.contains(.kills):
            tally.add(rarity)
            throw Interruption.killed
        case 1 where troubles.contains(.kills):
            gateway.wire.arm()
        case 2 where troubles.contains(.cuts):
            throw Interruption.cut
        case 3, 4: sleep()
        case 5...11: try happenMeanwhile(besides: gateway)
        case 12...18: try speakMeanwhile(besides: gateway)
        default: break
        }
    }

    /// The machine sleeps, or is slow.
    func sleep() {
        guard troubles.contains(.sleeps) else { return }
        tally.add(.paused)
        pass(dice.number(500...45_000))
    }

    /// Others go on while a gateway is in the middle of something.
    func happenMeanwhile(besides gateway: GatewayDesk) throws {
        guard depth < 2 else { return }
        depth += 1
        defer { depth -= 1 }
        for _ in 0..<dice.number(1...4) {
            if dice.once(in: 3), let other = gateways.first(where: { $0 !== gateway && !$0.isBusy }) {
                tally.add(.overtaken)
                try round(other)
            } else {
                try happen()
            }
        }
    }

    /// Somebody speaks or acts, and the relay hears of it before the gateway does.
    private func speakMeanwhile(besides gateway: GatewayDesk) throws {
        let customer = dice.pick(Self.customers)
        if let other = gateways.first(where: { $0 !== gateway && !$0.isBusy && !$0.desk.isRevoked }), dice.once(in: 2) {
            writes(customer, isEcho: false)
            guard let last = pendingEvents.last else { return }
            try attempt { try take(last, on: other) }
            try trySync(other.desk)
        } else {
            let desk = dice.pick(Array(people.prefix(3)))
            try attempt { try order(by: desk, in: conversation(of: customer)) }
            try trySync(desk)
        }
    }

    // MARK: Rounds

    /// A gateway's round, whatever comes of it.
    func round(_ gateway: GatewayDesk) throws {
        guard !gateway.isBusy, let dispatcher = gateway.dispatcher else { return }
        gateway.isBusy = true
        defer { gateway.isBusy = false }
        tell("\(gateway.name): round {")
        defer { tell("\(gateway.name): }") }
        do {
            let report = try dispatcher.round()
            tell("\(gateway.name): \(report)")
            if dice.once(in: 8) { try dispatcher.giveBack() }
            gateway.wire.disarm()
        } catch GatewayFailure.leaseTaken {
            tally.add(.leaseTaken)
            gateway.wire.disarm()
        } catch Interruption.cut {
            gateway.wire.disarm()
        } catch is MembershipFailure {
            gateway.wire.disarm()
        } catch Interruption.killed {
            try restart(gateway)
        } catch  where gateway.wire.disarm() {
            tally.add(.killedWriting)
            try restart(gateway)
        }
    }
}
