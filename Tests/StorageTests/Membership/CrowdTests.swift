import ChangeLog
import Foundation
import Simulation
import Storage
import TestSupport
import Testing

/// A workspace that many join: each joiner costs what the one before did.
struct CrowdTests {
    private let directory = TemporaryDirectory()

    @Test(arguments: [false, true])
    func `four times the joiners take about four times as long, some of them cut off`(isOneByOne: Bool) throws {
        let few = try secondsToHear(100, isOneByOne: isOneByOne)
        let many = try secondsToHear(400, isOneByOne: isOneByOne)
        #expect(many < 8 * few, "\(few) s, then \(many) s")
    }

    /// How long a thread computes: whatever else the machine does meanwhile is not counted.
    private func secondsToHear(_ joiners: Int, isOneByOne: Bool) throws -> Double {
        let stage = try crowd(of: joiners)
        let deltas = stage.labels.compactMap { stage.deltas[$0] }
        let replica = try Replica.create(
            at: directory.file("\(joiners)"), workspace: stage.workspace, key: .of("witness"), epoch: 1,
            configuration: Ledger.configuration)
        let start = Self.threadSeconds()
        for batch in isOneByOne ? deltas.map({ [$0] }) : [deltas] {
            _ = try replica.append(batch, now: Witness.now, durability: .normal)
        }
        let seconds = Self.threadSeconds() - start
        #expect(try replica.member(Stage.device("j\(joiners - 1)"))?.admitted != nil)
        #expect(try replica.member(Stage.device("j\(joiners - 2)"))?.isRevoked == true)
        return seconds
    }

    /// Each joins, is admitted, and writes; of every hundred one is cut off.
    private func crowd(of joiners: Int) throws -> Stage {
        var stage = try Stage([("r", .relay)])
        try stage.say("invite", "f", [.invite(.agent, key: "k")])
        var last = "grant r"
        for number in 0..<joiners {
            let name = "j\(number)"
            let acts = [stage.join(name, by: "invite", key: "k"), .nameDevice("phone")]
            try stage.say("join \(name)", name, seeing: ["invite", last], acts, writing: [])
            last = "admit \(name)"
            let admission = stage.admit(name, under: "invite")
            try stage.say(last, "r", seeing: ["join \(name)"], [admission], writing: [])
            try stage.say(
                "\(name) writes", name, seeing: [last], writing: [Ledger.segment("a", on: UInt64(number))])
            if number % 100 == 98 {
                try stage.say(
                    "end of \(name)", "f", seeing: [last], [stage.revoke(name, upTo: "join \(name)")], writing: [])
            }
        }
        return stage
    }

    private static func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
