import ChangeLog
import Simulation
import Storage
import TestSupport
import Testing

/// Acts of people who did not know of each other: in whatever order they come, everybody comes to one view, the one that
/// the rules say.
struct MembershipOrderTests {
    private let directory = TemporaryDirectory()

    @Test(arguments: Scenario.all)
    func `every order leads to the view that the rules say`(scenario: Scenario) throws {
        var stage = try scenario.before()
        let before = stage.labels
        try scenario.act(&stage)
        let acts = stage.labels.filter { !before.contains($0) }
        #expect(acts.count <= 5)
        let base = try Witness(of: stage, in: directory, "base")
        try base.hear(before.compactMap { stage.deltas[$0] })
        let reckoning = Reckoning(
            stage.labels.compactMap { stage.changes[$0] }, workspace: stage.workspace, schema: Ledger.schema)
        var digests: Set<[UInt8]> = []
        for (number, order) in Self.permutations(of: acts).enumerated() {
            let copy = try base.copied(to: directory.file("\(number)"))
            for label in order { try copy.hear([stage.deltas[label]].compactMap(\.self)) }
            // One digest tells one view; each view is held against the rules.
            if digests.insert(try copy.replica.digest()).inserted || number % 10 == 0 {
                let differences = try copy.differences(from: reckoning)
                #expect(differences == [], "in the order \(order)")
            }
            if number % 60 == 0 { try copy.check() }
        }
        #expect(digests.count == 1)
    }

    private static func permutations(of labels: [String]) -> [[String]] {
        guard !labels.isEmpty else { return [[]] }
        return labels.indices.flatMap { index in
            var rest = labels
            let label = rest.remove(at: index)
            return permutations(of: rest).map { [label] + $0 }
        }
    }
}
