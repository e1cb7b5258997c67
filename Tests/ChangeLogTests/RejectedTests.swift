import TestSupport
import Testing

@testable import ChangeLog

/// Whether everything is refused that has to be, for the one reason that is wrong with it: `Fixtures/rejected`.
struct RejectedTests {
    @Test func `every rejected file has its description, and every description its file`() throws {
        #expect(try Rejected.folder.get().names() == Rejected.all.map(\.name).sorted())
    }

    @Test(arguments: Rejected.all)
    func `a rejected file is what its description makes`(rejected: Rejected) throws {
        #expect(try Rejected.folder.get().text(rejected.name) == rejected.fixture.text)
    }

    @Test(arguments: Rejected.all)
    func `a rejected file is refused, for the reason it names`(rejected: Rejected) throws {
        let fixture = try Rejected.folder.get().read(rejected.name)
        let fact = try #require(fixture.facts.first?.split(separator: " ").last.flatMap { [UInt8](hex: $0) })
        let workspace = try #require(WorkspaceID(fact))
        var reason: String?
        do {
            _ = try ReceivedDelta(fixture.bytes[...]).verified(in: workspace)
        } catch {
            reason = "rejection: \(error.fact)"
        }
        #expect(fixture.about.contains { $0 == reason }, "\(reason ?? "taken")")
    }

    /// Otherwise a file could be refused for another fault than the one it is there for.
    @Test func `with nothing wrong, what the rejected files are made of is taken`() throws {
        let workspace = Golden.all[0].workspace
        var change = RawChange()
        change.causes = [1] + Dice.oneCause.bytes
        change.acts = [1] + act(5, [0])
        change.bodies = [body([operation(1, [0])]), body([])]
        for withheld in [nil, [0], [1], [0, 1]] as [Set<Int>?] {
            change.withheld = withheld
            let bytes = RawDelta(change, in: workspace).bytes
            #expect(try ReceivedDelta(bytes[...]).verified(in: workspace).changes.count == 1)
        }
        let golden = try Golden.named("run-of-three")
        let run = RawDelta(golden, changes: golden.changes, seal: Array(golden.bytes.suffix(64)))
        #expect(run.bytes == golden.bytes)
    }
}

extension Cause {
    fileprivate var bytes: [UInt8] { written { $0.cause(self) } }
}
