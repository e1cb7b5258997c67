import CRDT
import TestSupport
import Testing

struct ObservedRemoveSetTests {
    @Test func `an add wins over a concurrent remove, whichever comes first`() {
        let (known, concurrent) = (ChangeID(high: 1, low: 0), ChangeID(high: 2, low: 0))
        var addFirst = ObservedRemoveSet<String>()
        addFirst.add("vip", dot: known)
        var removeFirst = addFirst
        addFirst.add("vip", dot: concurrent)
        addFirst.remove("vip", dots: [known])
        removeFirst.remove("vip", dots: [known])
        removeFirst.add("vip", dot: concurrent)
        #expect(addFirst == removeFirst)
        #expect(addFirst.contains("vip"))
        #expect(addFirst.dots(of: "vip") == [concurrent])
    }

    @Test func `a member whose adds are all removed leaves nothing behind`() {
        var set = ObservedRemoveSet<String>()
        set.add("vip", dot: ChangeID(high: 1, low: 0))
        set.add("vip", dot: ChangeID(high: 2, low: 0))
        set.remove("vip", dots: set.dots(of: "vip"))
        #expect(set == ObservedRemoveSet())
        #expect(set.members.isEmpty)
    }

    @Test func `removing what is not there does nothing`() {
        var set = ObservedRemoveSet<String>()
        set.remove("vip", dots: [ChangeID(high: 1, low: 0)])
        #expect(set == ObservedRemoveSet())
    }

    @Test(arguments: 1...4)
    func `every causal order of every small history gives the same set`(count: Int) {
        for history in History.all(of: count) {
            let orders = history.causalOrders()
            for kinds in 0..<1 << count {
                let story = Story(history, adds: { kinds >> $0.number & 1 == 1 }, member: { _ in 0 })
                for order in orders { #expect(story.set(order) == story.expected) }
            }
        }
    }

    @Test(arguments: Seed.several(20))
    func `any causal order of a long history gives the same set`(seed: Seed) {
        var dice = Dice(seed)
        let history = History(authors: 5, events: 120, dice: &dice)
        let (kinds, members) = (dice.bytes(120), dice.bytes(120))
        let story = Story(
            history, adds: { kinds[$0.number] % 3 > 0 }, member: { Int(members[$0.number]) % 4 })
        #expect(story.set(history.events) == story.expected)
        for _ in 0..<5 { #expect(story.set(history.causalOrder(&dice)) == story.expected) }
    }
}

/// A history in which each event adds or removes a member.
private struct Story {
    private enum Step {
        case add(Int)
        case remove(Int, dots: Set<ChangeID>)
    }

    private var steps: [Step] = []
    /// From the definition: what stands is each add that no remove of its member had seen.
    private(set) var expected = ObservedRemoveSet<Int>()

    init(_ history: History, adds: (History.Event) -> Bool, member: (History.Event) -> Int) {
        func addsOf(_ wanted: Int, in events: [History.Event]) -> [History.Event] {
            events.filter { adds($0) && member($0) == wanted }
        }
        for event in history.events {
            let wanted = member(event)
            let seen = history.events.filter { event.past.contains($0.number) }
            let removes = seen.filter { !adds($0) && member($0) == wanted }
            let standing = addsOf(wanted, in: seen).filter { add in !removes.contains { $0.past.contains(add.number) } }
            steps.append(adds(event) ? .add(wanted) : .remove(wanted, dots: Set(standing.map(\.id))))
        }
        for add in history.events where adds(add) {
            let isRemoved = history.events.contains {
                !adds($0) && member($0) == member(add) && $0.past.contains(add.number)
            }
            if !isRemoved { expected.add(member(add), dot: add.id) }
        }
    }

    func set(_ order: [History.Event]) -> ObservedRemoveSet<Int> {
        var set = ObservedRemoveSet<Int>()
        for event in order {
            switch steps[event.number] {
            case .add(let member): set.add(member, dot: event.id)
            case .remove(let member, let dots): set.remove(member, dots: dots)
            }
        }
        return set
    }
}
