import ChangeLog
import Simulation
import TestSupport
import Testing

@testable import Storage

/// Most acts are judged by a few rows: what stands in the tables after each is what judging all acts anew says.
struct AdditionTests {
    private let directory = TemporaryDirectory()

    @Test(arguments: Seed.several(12))
    func `after every act of a crew that lies the tables say what deriving them from nothing says`(seed: Seed) throws {
        var dice = Dice(Seed(seed.value &* 104_729))
        try follow(try RandomCrew(steps: dice.number(15...45), seed: seed).stage, seed, &dice)
    }

    @Test(arguments: Seed.several(12))
    func `after every act of a crowd that comes and goes they do, too`(seed: Seed) throws {
        var dice = Dice(Seed(seed.value &* 15_485_863))
        try follow(try RandomCrowd(steps: dice.number(20...60), seed: seed).stage, seed, &dice)
    }

    /// In the order in which it was said or, every second time, in another one.
    private func follow(_ stage: Stage, _ seed: Seed, _ dice: inout Dice) throws {
        let deltas = stage.labels.compactMap { stage.deltas[$0] }
        let witness = try Witness(of: stage, in: directory)
        for delta in seed.value.isMultiple(of: 2) ? dice.shuffled(deltas) : deltas {
            try witness.hear([delta])
            let problems = try witness.replica.problemsOfState()
            #expect(problems.isEmpty)
            if !problems.isEmpty { return }
        }
        #expect(try witness.differences() == [])
    }
}

extension Replica {
    /// What is derived otherwise from nothing than it stands.
    fileprivate func problemsOfState() throws -> [Problem] {
        let shadow = try Shadow(of: self)
        var report = Verification()
        try shadow.read { try StateCheck(self, shadow: shadow, database: $0).run(&report) }
        return report.problems
    }
}
