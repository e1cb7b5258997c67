import CRDT
import ChangeLog
import Inbox
import Testing

/// Who holds back whom in one conversation.
struct DispatchQueueTests {
    private typealias Item = DispatchRule.Item
    private typealias Decision = DispatchRule.Decision

    private static let now: Int64 = 1_800_000_000_000

    private static func item(
        _ number: UInt64, by author: UInt64, _ state: DeliveryState = .queued, _ change: (inout Item) -> Void = { _ in }
    ) -> Item {
        var item = Item(
            id: ElementID(change: ChangeID(high: 0, low: number), body: 0, operation: 0),
            author: ChangeID(high: author, low: 0), isAssistants: false, state: state, queuedAt: now - 1_000)
        change(&item)
        return item
    }

    private static func decisions(on items: [Item]) -> [Decision] {
        DispatchRule.decisions(on: items, .init(now: now, window: .unlimited)).map(\.decision)
    }

    /// One that was looked at before, then one of the same author's, one of another's, and one of nobody's of the team.
    @Test
    func `what may be on its way holds back everybody, what is held or failed its author, what is settled nobody`() {
        for state in DeliveryState.allCases where state != .queued {
            let others = Self.decisions(on: [Self.item(1, by: 1, state), Self.item(2, by: 1)])
            let own = Self.decisions(on: [Self.item(1, by: 1, state), Self.item(2, by: 2)])
            switch state {
            case .dispatching, .unknown: #expect(others == [.wait(until: nil)] && own == [.wait(until: nil)])
            case .held, .failed: #expect(others == [.wait(until: nil)] && own == [.send])
            default: #expect(others == [.send] && own == [.send])
            }
        }
    }

    @Test func `one goes out at a time, and what follows waits, whoever wrote it`() {
        let items = [Self.item(1, by: 1), Self.item(2, by: 1), Self.item(3, by: 2)]
        #expect(Self.decisions(on: items) == [.send, .wait(until: nil), .wait(until: nil)])
    }

    @Test func `what is held now holds back what its author wrote after it, and what is dropped holds back nothing`() {
        let held = Self.item(1, by: 1) { $0.objection = .conversationMoved }
        let following = [Self.item(2, by: 1), Self.item(3, by: 2)]
        #expect(
            Self.decisions(on: [held] + following) == [.hold(.conversationMoved), .wait(until: nil), .send])
        let dropped = Self.item(1, by: 1) { $0.terms.notAfter = 0 }
        #expect(Self.decisions(on: [dropped] + following) == [.drop(.expired), .send, .wait(until: nil)])
    }

    @Test(arguments: [DeliveryState.held, .failed, .unknown, .dispatching])
    func `what runs out while it is held back is let go, not kept for its turn`(state: DeliveryState) {
        let expired = Self.item(2, by: 1) { $0.terms.notAfter = Self.now }
        #expect(Self.decisions(on: [Self.item(1, by: 1, state), expired]) == [.drop(.expired)])
    }

    @Test
    func `what is scheduled for another time holds back nothing, a moment to think better of it the author's next`() {
        let terms = { (isScheduled: Bool) in SendingTerms(notBefore: Self.now + 9, isScheduled: isScheduled) }
        for (isScheduled, second) in [(true, Decision.send), (false, .wait(until: nil))] {
            let first = Self.item(1, by: 1) { $0.terms = terms(isScheduled) }
            #expect(Self.decisions(on: [first, Self.item(2, by: 1)]) == [.wait(until: Self.now + 9), second])
            #expect(Self.decisions(on: [first, Self.item(2, by: 2)]) == [.wait(until: Self.now + 9), .send])
        }
    }

    /// Every queue of three, of two authors, in five kinds each.
    @Test func `never two at once, never one before what may be on its way, never one before its author's held one`() {
        let kinds: [(state: DeliveryState, objection: OutboxReason?)] = [
            (.queued, nil), (.queued, .conversationMoved), (.held, nil), (.unknown, nil), (.sent, nil),
        ]
        let choices = Array(0..<kinds.count * 2)
        for chosen in choices.tuples(upTo: 3) {
            let items = chosen.enumerated().map { number, choice in
                let kind = kinds[choice / 2]
                return Self.item(UInt64(number), by: UInt64(choice % 2), kind.state) { $0.objection = kind.objection }
            }
            let decided = DispatchRule.decisions(on: items, .init(now: Self.now, window: .unlimited))
            #expect(decided.map(\.id) == items.filter { $0.state == .queued }.map(\.id))
            let sent = decided.filter { $0.decision == .send }
            #expect(sent.count <= 1)
            for item in items where sent.contains(where: { $0.id == item.id }) {
                let before = items.prefix { $0.id != item.id }
                #expect(!before.contains { $0.state == .unknown })
                let isBehindOwn = before.contains { other in
                    other.author == item.author && (other.state == .held || other.state == .queued)
                }
                #expect(!isBehindOwn)
            }
        }
    }
}
