import CRDT
import ChangeLog
import Testing

@testable import Inbox

struct SharedFieldTests {
    private typealias Write = SharedField.Write

    @Test func `where nobody has written, nothing shows`() {
        let field = SharedField([])
        #expect(field.value == .null && field.source == nil && !field.isPinned && field.shown == nil)
    }

    @Test func `a person's word stands before the assistant's, whichever is later`() {
        for (person, assistant) in [(1, 2), (2, 1)] {
            let field = SharedField([write(80, at: person), write(20, at: assistant, yields: true)])
            #expect(field.value == .integer(80) && field.source == .person && field.isPinned)
        }
    }

    @Test func `of several people's words the highest shows, by stamp and then by change id`() {
        #expect(SharedField([write(1, at: 2), write(2, at: 1)]).value == .integer(1))
        #expect(SharedField([write(1, at: 1, by: 7), write(2, at: 1, by: 9)]).value == .integer(2))
        #expect(SharedField([write(1, at: 1, by: 9), write(2, at: 1, by: 7)]).value == .integer(1))
    }

    @Test func `a person's null hands the field back to the assistant, whose word may be older or newer`() {
        for time in [1, 3] {
            let field = SharedField([write(nil, at: 2), write(40, at: time, yields: true)])
            #expect(field.value == .integer(40) && field.source == .assistant && !field.isPinned)
        }
        #expect(SharedField([write(nil, at: 2)]).value == .null)
    }

    @Test func `one person's later null outranks another's value, and an earlier one does not`() {
        let assistant = write(40, at: 1, yields: true)
        #expect(SharedField([write(80, at: 2), write(nil, at: 3), assistant]).value == .integer(40))
        #expect(SharedField([write(80, at: 3), write(nil, at: 2), assistant]).value == .integer(80))
    }

    @Test func `the assistant's null takes nothing away from what it says elsewhere`() {
        let field = SharedField([write(40, at: 1, yields: true), write(nil, at: 2, yields: true)])
        #expect(field.value == .integer(40) && field.source == .assistant)
    }

    /// All sets of up to four writes out of a small world, each in all orders.
    @Test func `the order of the writes does not matter`() {
        let writes = [
            write(1, at: 1), write(2, at: 2), write(nil, at: 3), write(3, at: 2, yields: true),
            write(nil, at: 4, yields: true), write(4, at: 1, yields: true),
        ]
        for mask in 0..<(1 << writes.count) {
            let some = writes.indices.filter { mask & 1 << $0 != 0 }.map { writes[$0] }
            let shown = SharedField(some)
            #expect(SharedField(some.reversed()) == shown)
            for turn in some.indices { #expect(SharedField(some[turn...] + some[..<turn]) == shown) }
        }
    }

    private func write(_ value: Int64?, at time: Int, by change: Int? = nil, yields: Bool = false) -> Write {
        Write(
            value.map(Value.integer) ?? .null, stamp: Stamp(milliseconds: UInt64(time), counter: 0) ?? .zero,
            change: ChangeID(high: 0, low: UInt64(change ?? time * 2 + (yields ? 1 : 0))), yields: yields)
    }
}
