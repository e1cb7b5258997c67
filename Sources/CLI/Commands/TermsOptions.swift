import ArgumentParser
import Inbox

/// How a reply is to be sent, as its author says beforehand.
struct TermsOptions: ParsableArguments {
    @Flag(help: "Send it whatever is said meanwhile.") var sendAnyway = false
    @Flag(help: "Send it only if nobody writes meanwhile; otherwise drop it, without asking.") var ifNoReply = false
    @Option(help: "Not after that: a time, or 30m, 4h, 2d from now.") var expires: String?
    @Option(help: "Not before that: a time, or 30m, 4h, 2d from now. What you write later may go out first.")
    var schedule: String?
    @Option(help: "Wait so many seconds, in which nexus outbox drop takes it back.") var undoSeconds: Int?

    func validate() throws {
        guard !sendAnyway || !ifNoReply else { throw ValidationError("Give --send-anyway or --if-no-reply, not both.") }
        guard schedule == nil || undoSeconds == nil else {
            throw ValidationError("Give --schedule or --undo-seconds, not both.")
        }
        if let undoSeconds, !(1...3_600).contains(undoSeconds) {
            throw ValidationError("--undo-seconds is 1 to 3600.")
        }
    }

    /// - Parameter now: milliseconds since 1970.
    func terms(now: Int64) throws -> SendingTerms {
        var terms = SendingTerms(sendsAnyway: sendAnyway, dropsIfMoved: ifNoReply)
        terms.notAfter = try expires.map { try TimeOption.moment($0, after: now) }
        terms.notBefore = try schedule.map { try TimeOption.moment($0, after: now) }
        terms.isScheduled = schedule != nil
        if let undoSeconds { terms.notBefore = now + Int64(undoSeconds) * 1_000 }
        if let end = terms.notAfter, end <= max(now, terms.notBefore ?? now) {
            throw ValidationError("--expires has to lie ahead, and after --schedule.")
        }
        return terms
    }
}
