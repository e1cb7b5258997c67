import Assistant
import ChangeLog
import Dispatch
import Inbox
import RelayClient
import Storage
import Synchronization

/// `nexus assistant run`: a round whenever something has come in, and when a customer has been quiet for long enough.
final class AssistantLoop: Sendable {
    /// Also without news one looks so often, in milliseconds: pauses end by themselves.
    private static let longestSleep: Int64 = 10_000

    private let options: GlobalOptions
    private let rule: TurnRule
    private let news = DispatchSemaphore(value: 0)
    private let failure = Mutex<(any Error)?>(nil)

    init(_ options: GlobalOptions, rule: TurnRule) { (self.options, self.rule) = (options, rule) }

    /// Never returns, but for a failure that waiting does not mend.
    func run() throws {
        guard try options.home.open().localValue(.relay) != .null else { return try rounds() }
        let (_, key) = try options.home.openToPublish()
        let live = Following(options.home, key: key, isJSON: options.json).live { [news] in
            news.signal()
        }
        DispatchQueue(label: "nexus.assistant").async { [self] in
            do { try rounds() } catch { failure.withLock { $0 = error } }
            live.stop()
        }
        try live.run()
        if let failure = failure.withLock({ $0 }) { throw failure }
    }

    private func rounds() throws {
        let replica = try options.home.open()
        let round = try AssistantRound(replica, rule)
        while true {
            let outcomes = try round.take()
            for outcome in outcomes where outcome.change != nil { tell(outcome) }
            let now = try ScreenClock.now(of: replica)
            let wait = RoundReport(outcomes).next.map { $0 - now } ?? Self.longestSleep
            _ = news.wait(timeout: .now() + .milliseconds(Int(min(max(wait, 0), Self.longestSleep))))
        }
    }

    private func tell(_ outcome: AssistantRunner.Outcome) {
        Console.print(options.json ? AssistantText.event(outcome).text() : AssistantText.lines(outcome)[0])
    }
}
