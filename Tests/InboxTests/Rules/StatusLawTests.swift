import Inbox
import Testing

/// All that up to three people can have said of a conversation, and a model that says what it comes to.
struct StatusLawTests {
    private static let writes: [StatusRule.Write] = [
        .init(.active), .init(.humanNeeded), .init(.closed), .init(.closed, obstacle: .unseen),
        .init(.closed, obstacle: .ownReply),
    ]

    @Test func `what shows does not hang on the order of the writes`() {
        for writes in Self.writes.tuples(upTo: 3) {
            for isPaused in [true, false] {
                let shown = StatusRule.shown(writes, isPausedByReply: isPaused)
                #expect(shown == StatusRule.shown(writes.reversed(), isPausedByReply: isPaused))
                #expect(shown == StatusRule.shown(writes + writes, isPausedByReply: isPaused))
            }
        }
    }

    @Test func `one word for a person is enough, and only a close that nothing holds, against no reopening, closes`() {
        for writes in Self.writes.tuples(upTo: 3) {
            for isPaused in [true, false] {
                let shown = StatusRule.shown(writes, isPausedByReply: isPaused)
                let asksForPerson = writes.contains { $0.status == .humanNeeded }
                let closes = writes.contains { $0.status == .closed && $0.obstacle == nil }
                let reopens = writes.contains { $0.status == .active }
                if asksForPerson { #expect(shown == .humanNeeded) }
                #expect((shown == .closed) == (closes && !reopens && !asksForPerson))
                if !asksForPerson, shown != .closed { #expect((shown == .humanNeeded) == isPaused) }
            }
        }
    }

    @Test func `another word never makes a conversation that needs a person need none`() {
        for writes in Self.writes.tuples(upTo: 2) {
            for write in Self.writes {
                let before = StatusRule.shown(writes, isPausedByReply: false)
                let after = StatusRule.shown(writes + [write], isPausedByReply: false)
                if before == .humanNeeded { #expect(after == .humanNeeded) }
                // Only a close can make an active one closed; a blind one can not.
                if before == .active, write.status != .closed || write.obstacle != nil { #expect(after != .closed) }
            }
        }
    }
}

extension Array {
    /// Every sequence of these, of up to so many, the empty one among them.
    func tuples(upTo length: Int) -> [[Element]] {
        guard length > 0 else { return [[]] }
        let shorter = tuples(upTo: length - 1)
        return [[]] + shorter.flatMap { tuple in map { tuple + [$0] } }
    }
}
