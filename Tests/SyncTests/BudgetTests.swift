import ChangeLog
import Replication
import Storage
import Sync
import TestSupport
import Testing

/// What a sync would move, and one that may move only so much.
struct BudgetTests {
    private let company = Company()
    private let now = Company.now

    private func settledTeam() throws -> (relay: MemoryRelay, team: [Replica]) {
        let (relay, team) = try company.team(2)
        for replica in team + team { try replica.sync(with: relay, now: now) }
        return (relay, team)
    }

    private func plan(of replica: Replica, with relay: MemoryRelay) throws -> SyncPlan {
        let request = try SyncPlan.request(of: replica)
        return try #require(try SyncPlan(relay.answer(request, now: now), for: request, of: replica))
    }

    @Test func `a plan tells what a sync then moves, and moves nothing itself`() throws {
        let (relay, team) = try settledTeam()
        #expect(try plan(of: team[0], with: relay).incoming == .init())
        #expect(try plan(of: team[0], with: relay).outgoing == .init())
        try company.write(30, to: team[1])
        try team[1].sync(with: relay, now: now)
        try company.write(20, to: team[0])
        let digests = try [team[0].digest(), relay.replica.digest()]
        let plan = try plan(of: team[0], with: relay)
        #expect(plan.outgoing.changes == 20)
        #expect(plan.incoming.changes == 30)
        #expect(try team[0].hasUnpublished(), "nothing was sealed")
        #expect(try [team[0].digest(), relay.replica.digest()] == digests)
        let report = try team[0].sync(with: relay, now: now, byteLimit: nil)
        #expect((report.sent, report.received, report.roundTrips) == (20, 30, plan.roundTrips))
    }

    @Test func `of a relay that was replaced a plan tells what it lacks`() throws {
        let (_, team) = try settledTeam()
        try company.write(20, to: team[0])
        let fresh = try company.relay("fresh", for: team[0].workspace, incarnation: 7)
        let first = try SyncPlan.request(of: team[0])
        #expect(try SyncPlan(fresh.answer(first, now: now), for: first, of: team[0]) == nil)
        let request = try SyncPlan.request(of: team[0], hasNoCursor: true)
        let plan = try #require(try SyncPlan(fresh.answer(request, now: now), for: request, of: team[0]))
        #expect(plan.outgoing.changes == (try team[0].counts().applied))
        #expect(plan.incoming.changes == 0)
    }

    @Test(arguments: [2_000, 5_000, 20_000, 1_000_000])
    func `a sync stays within its budget, and the next ones go on where it ended`(budget: Int) throws {
        let (relay, team) = try settledTeam()
        for _ in 0..<12 {
            for replica in team {
                try company.write(3, to: replica)
                try replica.publish()
            }
        }
        var reports: [SyncReport] = []
        for index in 0..<400 {
            let report = try team[index % 2].sync(with: relay, now: now, byteLimit: budget)
            #expect(report.bytesSent + report.bytesReceived <= budget)
            reports.append(report)
            if reports.suffix(4).count == 4, reports.suffix(4).allSatisfy({ !$0.isCutShort }) { break }
        }
        #expect(reports.contains(where: \.isCutShort) == (budget < 5_000), "the numbers above are chosen so")
        #expect(Set(try (team + [relay.replica]).map { try $0.digest() }).count == 1)
    }

    // MARK: Many chains, whose tips alone take more than a small budget

    private func manyChains() throws -> (relay: MemoryRelay, team: [Replica]) {
        let (relay, team) = try company.team(40)
        for replica in team {
            try company.write(40, to: replica)
            for _ in 1...2 { try replica.sync(with: relay, now: now) }
        }
        for replica in team { try replica.sync(with: relay, now: now) }
        return (relay, team)
    }

    /// Syncs until nothing is left to move, with twice as much each time that nothing was.
    ///
    /// - Returns: what each sync reported.
    private func syncs(_ replica: Replica, with relay: MemoryRelay, budget: Int) throws -> [SyncReport] {
        var (reports, budget): ([SyncReport], Int) = ([], budget)
        for _ in 0..<100 {
            let report = try replica.sync(with: relay, now: now, byteLimit: budget)
            #expect(report.bytesSent + report.bytesReceived <= budget)
            reports.append(report)
            if !report.isCutShort { return reports }
            if report.sent + report.received == 0 { budget *= 2 }
        }
        Issue.record("a hundred syncs, and no end")
        return reports
    }

    @Test func `who comes to a relay with many chains pulls them within any budget`() throws {
        let (relay, team) = try manyChains()
        let invitation = try company.invitation(by: team[0], oneTimeSeed: Array(repeating: 200, count: 32))
        try team[0].sync(with: relay, now: now)
        let newcomer = try Replica.join(
            at: company.directory.file("new"), invitation: invitation, person: "new", key: .of("new"), now: now,
            configuration: Company.configuration)
        let reports = try syncs(newcomer, with: relay, budget: 6_000)
        #expect(reports.allSatisfy { $0.sent + $0.received > 0 }, "none had to be larger")
        #expect(reports.count > 3)
        try newcomer.sync(with: relay, now: now)
        #expect(try newcomer.sync(with: relay, now: now) == Moved(roundTrips: 1))
        #expect(try newcomer.digest() == relay.replica.digest())
    }

    /// Every change has to go to the new relay, and what is held has to be said first.
    @Test func `what both sides hold is counted before it is said`() throws {
        let (_, team) = try manyChains()
        let fresh = try company.relay("fresh", for: team[0].workspace, incarnation: 7_000)
        let reports = try syncs(team[0], with: fresh, budget: 6_000)
        #expect(reports.first.map { $0.isCutShort && $0.sent == 0 } == true)
        try team[0].sync(with: fresh, now: now)
        #expect(try team[0].sync(with: fresh, now: now) == Moved(roundTrips: 1))
        #expect(try fresh.replica.digest() == team[0].digest())
    }

    @Test func `what is larger than the budget is left for another time, and told`() throws {
        let (relay, team) = try settledTeam()
        try company.write(250, to: team[0])
        let kept = try team[0].sync(with: relay, now: now, byteLimit: 2_000)
        #expect(kept.isCutShort && kept.sent == 0 && kept.roundTrips == 0)
        try team[0].sync(with: relay, now: now)
        let left = try team[1].sync(with: relay, now: now, byteLimit: 2_000)
        #expect(left.isCutShort && left.received == 0 && left.roundTrips == 1)
        #expect(try team[1].sync(with: relay, now: now) == Moved(received: 250, roundTrips: 1))
    }
}
