import CRDT
import ChangeLog
import Foundation
import GRDB
import Storage
import TestSupport
import Testing

/// "Had x seen y", against the definition, over histories long enough to have stored vectors.
struct CausalPastTests {
    private let directory = TemporaryDirectory()

    @Test(arguments: Seed.several(3))
    func `the answer is that of the definition, for any two changes of a long history`(seed: Seed) throws {
        var dice = Dice(seed)
        let authors = 6
        let crew = try Crew(1, guests: (0..<authors).map { "author \($0)" }, in: directory, seed: seed)
        let history = History(authors: authors, events: 1_500, dice: &dice)
        let log = try write(history, by: authors, in: crew, dice: &dice)
        try crew.founder.read { database in
            #expect(try Int.fetchOne(database, sql: "SELECT count(*) FROM vector") ?? 0 > 3)
            let past = CausalPast(database)
            let places = try log.map { change in
                try #require(
                    try Int64.fetchOne(
                        database, sql: "SELECT place FROM change WHERE hash=?", arguments: [Data(change.hash.bytes)]))
            }
            for _ in 0..<3_000 {
                let (x, y) = (dice.number(0...places.count - 1), dice.number(0...places.count - 1))
                var head = ByteWriter()
                head.word(UInt64(places[x]))
                let expected = x == y || history.events[x].past.contains(y)
                #expect(try past.holds(places[y], in: head.bytes) == expected, "\(y) in the past of \(x)")
            }
        }
    }

    /// Each event becomes a change that cites the newest event of each other author in its past.
    private func write(_ history: History, by authors: Int, in crew: Crew, dice: inout Dice) throws -> [Change] {
        var hands = (0..<authors).map { Hand(key: .of("author \($0)"), workspace: crew.workspace) }
        var changes: [Change] = []
        var authorOf: [Int] = []
        let grants = try crew.founder.frontier()
        for event in history.events {
            let author = history.authors[event.number]
            authorOf.append(author)
            var newest: [Int: Int] = [:]
            for other in event.past where authorOf[other] != author {
                newest[authorOf[other]] = max(newest[authorOf[other]] ?? 0, other)
            }
            let causes = newest.values.map { changes[$0].asCause } + (hands[author].changes.isEmpty ? grants : [])
            let stamp = Stamp(milliseconds: Crew.now + UInt64(event.number), counter: 0) ?? .last
            changes.append(
                try hands[author].write(
                    Things.draft(Things.tag("\(event.number)")), stamp: stamp, causes: causes, seed: dice.bytes(16)))
        }
        for verdict in try crew.founder.append(hands.map { try $0.delta() }, now: Crew.now) {
            guard case .stored = verdict else {
                Issue.record("\(verdict)")
                continue
            }
        }
        return changes
    }
}
