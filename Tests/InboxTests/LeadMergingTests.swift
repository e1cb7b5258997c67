import ChangeLog
import Foundation
import TestSupport
import Testing

@testable import Inbox

/// The laws of merging leads, over all small worlds of one kind and random larger ones.
struct LeadMergingTests {
    private typealias Pair = LeadMerging.Pair

    @Test func `those with an equal key are one person, and those that others join`() {
        let world: [RootID: Set<IdentityKey>] = [
            lead(1): [key("a")], lead(2): [key("a"), key("b")], lead(3): [key("b")], lead(4): [key("c")], lead(5): [],
        ]
        #expect(
            LeadMerging.groups(of: world, apart: []) == [[lead(1), lead(2), lead(3)], [lead(4)], [lead(5)]])
    }

    @Test func `equal values of different kinds are different keys`() {
        let world: [RootID: Set<IdentityKey>] = [
            lead(1): [IdentityKey(.phone, "x")], lead(2): [IdentityKey(.email, "x")],
        ]
        #expect(LeadMerging.groups(of: world, apart: []).count == 2)
    }

    @Test func `two that are kept apart are never together, and who stands between goes with the surer key`() {
        let world: [RootID: Set<IdentityKey>] = [
            lead(1): [IdentityKey(.email, "a")], lead(2): [IdentityKey(.email, "a"), IdentityKey(.phone, "1")],
            lead(3): [IdentityKey(.phone, "1")],
        ]
        let groups = LeadMerging.groups(of: world, apart: [Pair(lead(1), lead(3))])
        #expect(groups == [[lead(1)], [lead(2), lead(3)]])
    }

    @Test func `a key of more than fifty leads joins nobody, and one of fifty joins all`() {
        for count in [50, 51] {
            let world = Dictionary(uniqueKeysWithValues: (1...count).map { (lead($0), [key("0000")] as Set) })
            #expect(LeadMerging.groups(of: world, apart: []).count == (count == 50 ? 1 : 51))
        }
    }

    @Test func `a pair of one lead, or with a lead that is not there, means nothing`() {
        let world: [RootID: Set<IdentityKey>] = [lead(1): [key("a")], lead(2): [key("a")]]
        let pairs: Set<Pair> = [Pair(lead(1), lead(1)), Pair(lead(1), lead(9))]
        #expect(LeadMerging.groups(of: world, apart: pairs) == [[lead(1), lead(2)]])
    }

    @Test(arguments: Seed.several(20, environment: ProcessInfo.processInfo.environment))
    func `the laws hold in random worlds`(seed: Seed) {
        var dice = Dice(seed)
        for _ in 0..<200 {
            let world = World(&dice)
            let groups = LeadMerging.groups(of: world.keysByLead, apart: world.apart)
            // Every lead once, the lowest id first.
            #expect(groups.flatMap(\.self).sorted() == world.keysByLead.keys.sorted())
            #expect(groups.allSatisfy { $0 == $0.sorted() } && groups.map { $0[0] } == groups.map { $0[0] }.sorted())
            // Nobody with whom they are kept apart from.
            for pair in world.apart {
                #expect(!groups.contains { $0.contains(pair.lower) && $0.contains(pair.higher) })
            }
            // A group hangs together by keys.
            let whole = world.components
            #expect(groups.allSatisfy { group in whole.contains { Set(group).isSubset(of: $0) } })
            // Keeping nobody apart leaves exactly what hangs together; so taking the last word back restores it.
            #expect(Set(LeadMerging.groups(of: world.keysByLead, apart: []).map(Set.init)) == whole)
            // The order in which things were put in does not matter.
            let again = LeadMerging.groups(of: world.shuffled(&dice), apart: Set(dice.shuffled(Array(world.apart))))
            #expect(again == groups)
            // What hangs together nowhere with the rest does not matter to it.
            for part in whole {
                let some = world.keysByLead.filter { part.contains($0.key) }
                #expect(
                    LeadMerging.groups(of: some, apart: world.apart) == groups.filter { part.isSuperset(of: $0) })
            }
        }
    }

    @Test func `groups of ten thousand leads in a chain are found at once`() {
        let world = Dictionary(
            uniqueKeysWithValues: (0..<10_000).map { number in
                (lead(number), [key(String(number)), key(String(number + 1))] as Set)
            })
        #expect(LeadMerging.groups(of: world, apart: [Pair(lead(0), lead(9_999))]).count == 2)
    }

    private func lead(_ number: Int) -> RootID { World.lead(number) }
    private func key(_ value: String) -> IdentityKey { IdentityKey(.identity, value) }
}

/// Some leads, with keys that a few of them share.
private struct World {
    let keysByLead: [RootID: Set<IdentityKey>]
    let apart: Set<LeadMerging.Pair>

    static func lead(_ number: Int) -> RootID { RootID(high: 1, low: UInt64(number)) }

    init(_ dice: inout Dice) {
        let leads = (0..<dice.number(1...12)).map(Self.lead)
        var keysByLead: [RootID: Set<IdentityKey>] = [:]
        for lead in leads {
            let keys = (0..<dice.number(0...3)).map { _ in
                IdentityKey(dice.pick([.identity, .phone, .email]), String(dice.number(0...5)))
            }
            keysByLead[lead] = Set(keys)
        }
        self.keysByLead = keysByLead
        apart = Set(
            (0..<dice.number(0...5)).map { _ in LeadMerging.Pair(dice.pick(leads), dice.pick(leads)) }
                .filter { $0.lower != $0.higher })
    }

    /// What hangs together, found by spreading one mark after another: another way than the rule's.
    var components: Set<Set<RootID>> {
        var markByLead = Dictionary(uniqueKeysWithValues: keysByLead.keys.map { ($0, $0) })
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            for (one, keys) in keysByLead {
                for (other, others) in keysByLead where !keys.isDisjoint(with: others) {
                    guard let mine = markByLead[one], let theirs = markByLead[other], theirs < mine else { continue }
                    markByLead[one] = theirs
                    hasChanged = true
                }
            }
        }
        return Set(Dictionary(grouping: keysByLead.keys) { markByLead[$0] }.values.map(Set.init))
    }

    func shuffled(_ dice: inout Dice) -> [RootID: Set<IdentityKey>] {
        var shuffled: [RootID: Set<IdentityKey>] = [:]
        for (lead, keys) in dice.shuffled(Array(keysByLead)) { shuffled[lead] = keys }
        return shuffled
    }
}
