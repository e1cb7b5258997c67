/// What a score of 0 to 100 says in a word.
public enum ScoreBand: String, CaseIterable, Sendable {
    /// 0 to 20.
    case veryLow = "very-low"
    /// 21 to 40.
    case mild
    /// 41 to 60.
    case moderate
    /// 61 to 80.
    case high
    /// 81 to 100.
    case veryHigh = "very-high"

    /// The band of a score; one outside 0 to 100 lies in the nearest.
    public init(_ score: Int64) {
        switch score {
        case ...20: self = .veryLow
        case ...40: self = .mild
        case ...60: self = .moderate
        case ...80: self = .high
        default: self = .veryHigh
        }
    }

    /// All scores in it. The first and the last band have those outside 0 to 100, too.
    public var scores: ClosedRange<Int64> {
        switch self {
        case .veryLow: .min...20
        case .mild: 21...40
        case .moderate: 41...60
        case .high: 61...80
        case .veryHigh: 81...(.max)
        }
    }
}
