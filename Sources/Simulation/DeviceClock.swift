/// What a device believes the time is: the world's time, and an error of its own.
///
/// Times are in milliseconds since 1970.
struct DeviceClock {
    private static let minute: Int64 = 60_000
    private static let year: Int64 = 365 * 24 * 60 * minute

    /// Added to the world's time.
    private let error: Int64

    /// A clock that is right.
    static let right = DeviceClock(error: 0)

    /// Most are right, so that devices often write in one and the same millisecond; some are minutes off, also so far
    /// ahead that others make their changes wait; few have lost years.
    static func any(_ dice: inout Dice) -> DeviceClock {
        switch dice.number(0...11) {
        case 0, 1: DeviceClock(error: dice.number(-3 * minute...3 * minute))
        case 2, 3: DeviceClock(error: dice.number(4 * minute...30 * minute))
        case 4: DeviceClock(error: -dice.number(1...60) * year)
        default: .right
        }
    }

    /// What it shows; a clock that would stand before 1970 shows 1970.
    func reading(at time: UInt64) -> UInt64 { UInt64(clamping: Int64(clamping: time) + error) }

    /// Whether it has lost years.
    var isYearsBehind: Bool { error <= -Self.year }
}
