import CRDT
import ChangeLog
import GRDB

/// What a new judgement of membership altered.
struct Reversal {
    /// Devices about which something else is true now, with what was.
    var tenures: [DeviceID: Tenure] = [:]
    /// Changes that were adopted, or are no longer.
    var adoptions: Set<ChangeID> = []

    /// With what a later one altered.
    mutating func merge(_ later: Reversal) {
        tenures.merge(later.tenures) { first, _ in first }
        adoptions.formUnion(later.adoptions)
    }
}

/// Takes acts in, and says what they alter.
extension Members {
    /// Notes a change's acts, and judges anew what they may alter.
    func take(_ change: Change, at place: LocalPlace) throws -> Reversal {
        let deeds = try note(change, at: place).filter { $0.rank != nil }
        if deeds.isEmpty { return Reversal() }
        if let addition = try Addition(deeds, to: self) { return try addition.write() }
        return try judge()
    }

    private func note(_ change: Change, at place: LocalPlace) throws -> [Deed] {
        var noting = try Noting(change, at: place, in: log, after: self)
        let deeds = try noting.deeds()
        try roll.add(deeds)
        return deeds
    }

    /// Every act judged anew, by nothing but the log.
    func deedsAnew() throws -> [Deed] {
        var precedence = Precedence(self)
        var deeds: [Deed] = []
        for place in Self.places(of: try roll.read()) {
            let change = try log.change(at: place)
            var noting = try Noting(change, at: place, in: log, after: precedence)
            for deed in try noting.deeds() {
                try precedence.add(deed, by: change.replica)
                deeds.append(deed)
            }
        }
        return deeds
    }

    /// Judges a device's acts anew, once the grant has come that it came in under.
    func takeAgain(device: DeviceID) throws -> Reversal {
        let deeds = try roll.read().filter { $0.device == device }
        var reversal = Reversal()
        for place in Self.places(of: deeds) {
            _ = try note(log.change(at: place), at: place)
            // What was noted before stands otherwise now.
            roll.forget()
            reversal.merge(try judge())
        }
        return reversal
    }

    /// Notes every act anew, and writes what counts.
    func takeAll() throws {
        let deeds = try deedsAnew()
        try log.database.execute(sql: "DELETE FROM act")
        try roll.add(deeds)
        try deriveAll()
    }

    /// Writes what counts of the acts noted, to tables that are empty.
    func deriveAll() throws {
        forget()
        roll.forget()
        _ = try judge()
    }

    private static func places(of deeds: [Deed]) -> [LocalPlace] {
        deeds.map(\.place).reduce(into: []) { places, place in if places.last != place { places.append(place) } }
    }

    /// Judges all acts anew.
    private func judge() throws -> Reversal {
        let judgement = try Judgement(of: roll.deeds(), in: log, own: own().device, promise: promise(to: own()))
        var reversal = Reversal()
        for device in judgement.devices {
            let (old, new) = (try tenure(of: device), try judgement.tenure(of: device))
            guard old.isOther(than: new) else { continue }
            reversal.tenures[device] = old
            try write(new, of: device)
        }
        reversal.adoptions = try writeAdoptions(of: judgement)
        try writeInvitations(of: judgement)
        try MemberTable(self).write(judgement.devices)
        return reversal
    }
}

extension Tenure {
    /// Whether something else is said, in whatever order.
    func isOther(than other: Tenure) -> Bool {
        Set(appointments) != Set(other.appointments) || Set(cuts) != Set(other.cuts)
    }
}
