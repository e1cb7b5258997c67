/// Something rare that has to happen now and then, or the simulation proves less than it seems to.
///
/// Antithesis calls these sometimes assertions; FoundationDB's simulator counts the same with `CODE_PROBE`.
package enum Sometimes: String, CaseIterable, Hashable, Sendable {
    // On the way.
    case duplicateDelivered = "delta delivered again"
    case resent = "lost delta sent again"
    case broughtBack = "lost for good, brought back by frontiers"
    case corruptionRefused = "corrupted delta refused"
    case truncationRefused = "truncated delta refused"
    case foreignRefused = "delta of another workspace refused"
    case strangerRefused = "delta of a stranger refused"
    // Syncs.
    case synced = "sync done"
    case syncGivenUp = "sync given up"
    case requestLost = "request lost"
    case requestRepeated = "request repeated"
    case answerLost = "answer lost"
    case answerUnheard = "answer to a request that was given up"
    case packetDamaged = "packet damaged"
    case pagedAnswer = "answer in pages"
    case notLetInYet = "refused by a relay that had not heard of the grant"
    case restamped = "stamped anew, the clock being ahead"
    case relayPutBack = "relay put back from a backup"
    case startedOver = "told to start over"
    // Waiting.
    case waitedForGap = "waited for a gap to close"
    case waitedForCause = "waited for a cause"
    case waitedForTime = "waited until due"
    case partlyApplied = "applied in part, the rest waited"
    case releasedByArrival = "released by an arrival"
    case releasedByTime = "released when due"
    // Conflicts.
    case concurrentRegister = "register written concurrently"
    case equalStamps = "register written under one stamp"
    case concurrentCausalRegister = "causal register written concurrently"
    case addAndRemove = "add concurrent with remove"
    case doubleCreation = "element created twice"
    case readOfPart = "read with a basis short of everything"
    // What only a changed program writes.
    case craftedRemove = "remove named an add it had not seen"
    case craftedBasis = "basis named a change it had not seen"
    case forbiddenWrite = "write without the right"
    // Devices.
    case wroteBeforeGrant = "joiner wrote before its grant arrived"
    case admitted = "joiner admitted"
    case wroteInThePast = "wrote with a clock years behind"
    case reopened = "closed and opened again"
    case killedAfterCommit = "killed after a commit"
    case killedInTransaction = "killed within a transaction"
}

/// How often each of them happened.
package struct Tally: Hashable, Sendable {
    private var counts: [Sometimes: Int] = [:]

    /// Nothing happened yet.
    package init() {}

    /// How often that happened.
    package subscript(event: Sometimes) -> Int { counts[event, default: 0] }

    /// What never happened.
    package var missing: [Sometimes] { Sometimes.allCases.filter { self[$0] == 0 } }

    /// Counts what happened, so many times.
    package mutating func add(_ event: Sometimes, times: Int = 1) {
        if times > 0 { counts[event, default: 0] += times }
    }

    /// Adds what happened in another run.
    package mutating func add(_ other: Tally) { counts.merge(other.counts, uniquingKeysWith: +) }
}

extension Tally: CustomStringConvertible {
    /// A line for each, also for what never happened.
    package var description: String {
        Sometimes.allCases.map { event in
            let count = String(self[event])
            return String(repeating: " ", count: max(0, 8 - count.count)) + count + "  " + event.rawValue
        }.joined(separator: "\n")
    }
}
