/// Deltas on their way from device to device.
///
/// It promises next to nothing: bytes come in any order, late, twice, mutilated, or not at all until they are sent
/// again. It does not invent bytes that verify.
struct Network {
    /// A delta on its way.
    struct Parcel {
        let receiver: Int
        let bytes: [UInt8]
    }

    /// What can happen to bytes on the way.
    enum Damage: CaseIterable {
        case cut
        case flippedBit
        case trailingByte
    }

    private var inFlight: [Parcel] = []
    private var lost: [Parcel] = []

    mutating func send(_ bytes: [UInt8], to receiver: Int) { inFlight.append(Parcel(receiver: receiver, bytes: bytes)) }

    /// Some of what is under way to one receiver, in any order; with `leaving`, it will come a second time.
    mutating func arrive(_ dice: inout Dice, leaving: Bool = false) -> [Parcel] {
        guard let first = take(&dice) else { return [] }
        var parcels = [first]
        let more = dice.once(in: 3) ? dice.number(1...5) : 0
        for _ in 0..<more {
            guard let index = inFlight.firstIndex(where: { $0.receiver == first.receiver }) else { break }
            parcels.append(inFlight.remove(at: index))
        }
        if leaving { inFlight += parcels }
        return dice.shuffled(parcels)
    }

    /// Everything still to come, lost things included, in any order, a few at a time.
    mutating func drain(_ dice: inout Dice) -> [[Parcel]] {
        inFlight += lost
        lost = []
        var batches: [[Parcel]] = []
        while !inFlight.isEmpty { batches.append(arrive(&dice, leaving: false)) }
        return batches
    }

    /// - Returns: whether there was anything to lose.
    mutating func lose(_ dice: inout Dice) -> Bool {
        guard let parcel = take(&dice) else { return false }
        lost.append(parcel)
        return true
    }

    /// Whoever misses something asks for it again, sooner or later.
    ///
    /// - Returns: how much was sent again.
    mutating func resend() -> Int {
        defer { (inFlight, lost) = (inFlight + lost, []) }
        return lost.count
    }

    /// A parcel under way, as it looks after an accident. The whole one is still to come.
    func damaged(_ dice: inout Dice) -> (parcel: Parcel, damage: Damage)? {
        guard !inFlight.isEmpty else { return nil }
        let parcel = dice.pick(inFlight)
        let damage = dice.pick(Damage.allCases)
        return (Parcel(receiver: parcel.receiver, bytes: damage.done(to: parcel.bytes, &dice)), damage)
    }

    private mutating func take(_ dice: inout Dice) -> Parcel? {
        inFlight.isEmpty ? nil : inFlight.remove(at: dice.number(0...inFlight.count - 1))
    }
}

extension Network.Damage {
    /// Never the same bytes.
    func done(to bytes: [UInt8], _ dice: inout Dice) -> [UInt8] {
        switch self {
        case .cut: return Array(bytes.prefix(dice.number(0...bytes.count - 1)))
        case .flippedBit:
            var bytes = bytes
            bytes[dice.number(0...bytes.count - 1)] ^= 1 << dice.number(0...7)
            return bytes
        case .trailingByte: return bytes + dice.bytes(1)
        }
    }
}
