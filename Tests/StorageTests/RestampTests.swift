import CRDT
import ChangeLog
import Storage
import TestSupport
import Testing

/// A clock that was ahead: what has not left is stamped anew, and is the same otherwise.
struct RestampTests {
    private let directory = TemporaryDirectory()
    private let now = Crew.now
    /// How far the clock was ahead.
    private let ahead: UInt64 = 7_400_000

    @Test func `what has not left gets the stamps of a right clock, and keeps its ids, order and causes`() throws {
        let crew = try Crew(2, in: directory)
        let (founder, replica) = (crew.replicas[0], crew.replicas[1])
        try replica.write(Things.draft(Things.tag("published")), now: now + 1)
        try founder.write(Things.draft(Things.state("theirs")), now: now + 2)
        try Wire.carry(from: founder, to: replica, now: now + 3)
        let made = try replica.transact(now: now + ahead + 10) { transaction in
            let first = try transaction.commit(Things.draft(Things.tag("a"), Things.entry("one")))
            let second = try transaction.commit(
                Things.draft(Things.state("mine", basis: .heads([first.asCause])), Things.name("n")))
            return [first, second, try transaction.commit(Draft(acts: [.nameDevice("phone")]))]
        }
        let before = try State.lines(of: replica)
        #expect(try replica.restamp(ahead: ahead, now: now + 20) == 3)
        let again = try own(replica).suffix(3)
        #expect(again.map(\.id) == made.map(\.id) && again.map(\.number) == made.map(\.number))
        #expect(again.map(\.causes) == made.map(\.causes))
        #expect(again.map(\.stamp.milliseconds) == Array(repeating: now + 10, count: 3))
        #expect(zip(again, made).allSatisfy { $0.hash != $1.hash })
        guard case .set(_, let basis) = again[again.startIndex + 1].segments[0].operations[0].action else {
            throw StorageFailure.corrupt
        }
        #expect(basis == .heads([again[again.startIndex].asCause]))
        #expect(try State.lines(of: replica).count == before.count)
        #expect(try replica.verify().isClean)
        #expect(try replica.restamp(ahead: ahead, now: now + 20) == 0)
        try replica.write(Things.draft(Things.tag("later")), now: now + 30)
        try Wire.carry(from: replica, to: founder, now: now + 40)
        #expect(try founder.counts().waiting == 0)
        #expect(try founder.digest() == replica.digest())
    }

    @Test func `what was published is left as it is, whatever its stamp`() throws {
        let crew = try Crew(2, in: directory)
        let replica = crew.replicas[1]
        try replica.write(Things.draft(Things.tag("published ahead")), now: now + ahead)
        let tips = try replica.frontier()
        #expect(try replica.restamp(ahead: ahead, now: now) == 0)
        #expect(try replica.frontier() == tips)
        // What follows it lies above it.
        try replica.transact(now: now + ahead + 5) { _ = try $0.commit(Things.draft(Things.tag("next"))) }
        #expect(try replica.restamp(ahead: ahead, now: now + 6) == 1)
        let stamps = try own(replica).suffix(2).map(\.stamp)
        #expect(stamps[0].milliseconds == now + ahead && stamps[0] < stamps[1])
        #expect(try replica.verify().isClean)
    }

    @Test func `a joiner's very first change is stamped anew, and lies above its invitation`() throws {
        let crew = try Crew(1, in: directory)
        let (joiner, invitation) = try joiner(of: crew)
        try Wire.carry(from: crew.founder, to: joiner, now: now + ahead + 2)
        #expect(try joiner.restamp(ahead: ahead, now: now + 5) == 2)
        #expect(try own(joiner).allSatisfy { $0.stamp > invitation.stamp && $0.stamp.milliseconds <= now + 5 })
        try Wire.carry(from: joiner, to: crew.founder, now: now + 10)
        #expect(try crew.founder.admitJoiners(now: now + 11))
        try Wire.carry(from: crew.founder, to: joiner, now: now + 12)
        #expect(try crew.founder.digest() == joiner.digest())
        #expect(try joiner.verify().isClean)
    }

    /// First met in a simulated life.
    @Test func `a joiner whose grant is not here yet sees what it wrote, before and after that is stamped anew`() throws
    {
        let crew = try Crew(1, in: directory)
        let joiner = try joiner(of: crew).replica
        let before = try State.lines(of: joiner)
        #expect(try joiner.restamp(ahead: ahead, now: now + 5) == 2)
        #expect(try State.lines(of: joiner).count == before.count)
        try joiner.transact(now: now + 6) { _ = try $0.commit(Things.draft(Things.tag("y"))) }
        #expect(try State.lines(of: joiner).count == before.count + 1)
    }

    /// Somebody who came in and wrote a tag, with a clock that is ahead, and has heard of nothing yet.
    private func joiner(of crew: Crew) throws -> (replica: Replica, invitation: Invitation) {
        let invitation = try crew.founder.invitation(
            .agent, oneTimeSeed: Array(repeating: 3, count: 32), secret: Array(repeating: 1, count: 32), now: now)
        let replica = try Replica.join(
            at: directory.file("joiner"), invitation: invitation, person: "j", key: .of("joiner"), now: now + ahead,
            configuration: Things.configuration)
        try replica.transact(now: now + ahead + 1) { _ = try $0.commit(Things.draft(Things.tag("x"))) }
        return (replica, invitation)
    }

    @Test func `a founding change names its workspace, and keeps its stamp`() throws {
        let founder = try Replica.found(
            at: directory.file("f"), name: "F", person: "f", secret: Array(repeating: 1, count: 32), key: .of("f"),
            now: now + ahead, configuration: Things.configuration)
        try founder.transact(now: now + ahead + 1) { _ = try $0.commit(Things.draft(Things.tag("x"))) }
        #expect(try founder.restamp(ahead: ahead, now: now + 5) == 1)
        let stamps = try own(founder).map(\.stamp)
        #expect(stamps[0].milliseconds == now + ahead && stamps[0] < stamps[1])
        #expect(try founder.verify().isClean)
    }

    @Test(arguments: Seed.several(8))
    func `whatever was written, by whomever, all hold the same afterwards`(seed: Seed) throws {
        var dice = Dice(seed)
        let crew = try Crew(3, in: directory, seed: seed)
        var time = now
        for _ in 0..<dice.number(2...6) {
            for (index, replica) in crew.replicas.enumerated() {
                let isAhead = index == 1
                for _ in 0..<dice.number(0...4) {
                    time += UInt64(dice.number(1...1000))
                    let draft = try draft(at: replica, &dice)
                    try replica.transact(now: isAhead ? time + ahead : time) { _ = try $0.commit(draft) }
                }
                if isAhead { try replica.restamp(ahead: ahead, now: time) }
            }
            try Wire.carry(from: crew.replicas[dice.number(0...2)], to: crew.replicas[dice.number(0...1)], now: time)
        }
        for _ in 0..<2 { try Wire.join(crew.replicas, now: time) }
        #expect(Set(try crew.replicas.map { try $0.digest() }).count == 1)
        for replica in crew.replicas {
            #expect(try replica.counts().waiting == 0)
            #expect(try replica.verify().problems == [])
        }
    }

    private func draft(at replica: Replica, _ dice: inout Dice) throws -> Draft {
        let root = UInt64(dice.number(1...3))
        switch dice.number(0...5) {
        case 0: return Things.draft(Things.name("\(dice.number(0...9))"), on: root)
        case 1: return Things.draft(Things.tag("\(dice.number(0...3))"), Things.read(), on: root)
        case 2: return Things.draft(Things.entry("\(dice.number(0...9))", sender: Int64(dice.number(0...1))), on: root)
        case 3:
            return Things.draft(Things.state("\(dice.number(0...9))", basis: .heads(try replica.frontier())), on: root)
        case 4: return Draft(acts: [.rename(person: "\(dice.number(0...9))")])
        default: return Draft()
        }
    }

    private func own(_ replica: Replica) throws -> [Change] {
        try replica.publish()
        return try replica.outgoing(after: 0, byteLimit: .max).deltas.flatMap {
            try ReceivedDelta($0[...]).verified(in: replica.workspace).changes
        }
    }
}
