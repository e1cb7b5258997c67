import ChangeLog
import Inbox
import Replication
import Simulation
import Storage
import Sync
import TestSupport

import struct Foundation.Data
import class Foundation.FileManager
import struct Foundation.URL

/// The relay's files, as of some moment.
struct RelayPicture {
    let contents: [String: Data]
}

/// What happens to the relay, and to the workspace.
extension OutboxWorld {
    private static let ends = ["", "-wal", ".head"]

    func relayHasTrouble() throws {
        switch dice.number(0...3) {
        case 0, 1: takePicture()
        case 2 where troubles.contains(.restores): try restoreRelay()
        case 3 where troubles.contains(.gaps):
            tally.add(.relayGap)
            tell("relay: off")
            pass(dice.number(300_000...1_200_000))
            relay.steadySince = now
        default: break
        }
    }

    func takePicture() {
        tell("relay: backed up")
        var contents: [String: Data] = [:]
        for end in Self.ends { contents[end] = FileManager.default.contents(atPath: relayPath + end) }
        picture = RelayPicture(contents: contents)
    }

    private var relayPath: String { directory.file(witness.life == 0 ? "relay" : "relay \(witness.life)") }

    /// The machine is put back to an earlier moment, and counts anew.
    func restoreRelay() throws {
        isRestoreDue = false
        guard let picture else { return }
        tally.add(.relayRestored)
        tell("relay: put back")
        pass(dice.number(2_000...60_000))
        witness.life += 1
        witness.holder = nil
        for (end, data) in picture.contents { try data.write(to: URL(filePath: relayPath + end)) }
        let replica = try Replica.open(at: relayPath, key: .of("relay"), configuration: plain)
        _ = try replica.settle(now: now)
        let incarnation = UInt64(witness.life) << 32
        try replica.begin(incarnation, now: now)
        try replica.publish()
        relay.putBack(replica, incarnation: incarnation)
        knownRulings = []
        try forgetRulings()
    }

    /// What is in the picture was ruled before.
    private func forgetRulings() throws {
        let grants = witness.grants
        let before = tally
        try noteRulings()
        witness.grants = grants
        tally = before
    }

    // MARK: The workspace

    func govern() throws {
        let owner = people[dice.number(0...1)]
        if try owner.replica.read({ try ChannelReader($0).all().isEmpty }) { return try setChannel(by: owner) }
        switch dice.number(0...9) {
        case 0...3: try setTemplate(by: owner)
        case 4: try setChannel(by: owner)
        case 5...6 where troubles.contains(.revocations): try revoke(people[2], by: owner, .revoked)
        case 7...8 where troubles.contains(.revocations) && gateways.count > 1: try retire(gateways[1], by: owner)
        default: break
        }
    }

    private func setTemplate(by desk: Desk) throws {
        let status: TemplateStatus = dice.once(in: 2) ? .approved : TemplateStatus(rawValue: "PAUSED")
        _ = try write(desk) {
            try $0.setTemplate("hello_again", TemplateScope(), status: status, category: nil)
        }
    }

    private func setChannel(by desk: Desk) throws {
        let isRemoved = try desk.replica.read { try ChannelReader($0).all().isEmpty }
        _ = try write(desk) { [ids] in
            isRemoved ? try $0.setChannel("Shop", ChannelPatch(), ids: ids) : try $0.removeChannel("Shop")
        }
    }

    /// A gateway is cut off: by somebody who knows all that it was granted, or who has not heard of it.
    private func retire(_ gateway: GatewayDesk, by owner: Desk) throws {
        guard !gateway.isBusy else { return }
        let isAware = dice.once(in: 2) && owner.offlineUntil <= now
        if isAware { try sync(owner) }
        try revoke(gateway.desk, by: owner, isAware ? .gatewayRevoked : .gatewayRevokedUnheard)
        if isAware { try sync(owner) }
    }

    /// Somebody cuts a device off where they know its chains to end.
    func revoke(_ desk: Desk, by owner: Desk, _ rarity: Rarity) throws {
        guard !desk.isRevoked else { return }
        tally.add(rarity)
        tell("\(owner.name): cuts off \(desk.name)")
        desk.isRevoked = true
        let tips = try owner.replica.frontier().filter { $0.replica.device == desk.replica.id.device }.sorted()
        now += 1
        _ = try owner.replica.transact(now: owner.clock(now)) {
            try $0.commit(Draft(acts: [.revoke(device: desk.replica.id.device, upTo: tips)]))
        }
        let spot = try Spot(newestOf: owner.replica)
        witness.revocations[desk.name] = spot
        let number = tips.first { $0.replica == desk.replica.id }?.number ?? 0
        witness.cuts.append(Witness.Cut(replica: desk.replica.id, number: number, spot: spot))
    }
}
