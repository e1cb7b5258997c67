/// Why a measurement came to nothing.
public enum BenchmarkFailure: Error, Hashable, Sendable {
    /// A line of the file is no line of a trace; lines count from 1.
    case notATrace(line: Int)
    /// The prepared directory is of another version of this program, or damaged.
    case badDirectory
    /// The engine did not do what is being measured: a figure of it would be worth nothing.
    case wrongOutcome(Outcome)
    /// The program to be measured did not become a relay.
    case relayDidNotStart
    /// Nobody answers any more, or not in time.
    case relayIsGone
    /// What answers does not speak as a relay does.
    case notARelay
    /// The relay did not take a request, and will not take it later.
    case relayAnswered(status: Int)
    /// So many replicas could follow in time, but not all.
    case tooFewFollow(count: Int)
    /// The system allows fewer open files than there are replicas to follow.
    case tooFewOpenFiles(limit: Int)

    /// What was not as it has to be.
    public enum Outcome: String, Hashable, Sendable {
        /// Changes were refused, or wait.
        case notMerged
        /// Two replicas that hold the same changes show different things.
        case differentDigests
        /// A sync moved more or less than was new.
        case wrongSync
    }
}
