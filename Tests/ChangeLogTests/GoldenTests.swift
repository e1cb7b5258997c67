import TestSupport
import Testing

@testable import ChangeLog

/// Whether yesterday's bytes are still read, and today's writer still makes them: `Fixtures/changes/v1`.
///
/// `NEXUS_WRITE_FIXTURES=1` in the environment writes the files anew; look at what git says then.
struct GoldenTests {
    @Test func `every golden file has its description, and every description its file`() throws {
        #expect(try Golden.folder.get().names() == Golden.all.map(\.name).sorted())
    }

    @Test(arguments: Golden.all)
    func `today's writer makes the golden file byte for byte`(golden: Golden) throws {
        #expect(try Golden.folder.get().text(golden.name) == golden.fixture().text)
    }

    @Test(arguments: Golden.all)
    func `a golden file says what it was made to say`(golden: Golden) throws {
        let fixture = try Golden.folder.get().read(golden.name)
        let delta = try ReceivedDelta(fixture.bytes[...]).verified(in: golden.workspace)
        #expect(delta.changes == golden.changes)
        #expect(try Facts(delta.changes, in: golden.workspace).lines == fixture.facts)
        // `==` of Swift's strings takes two Unicode forms of one text for the same; the bytes tell.
        #expect(delta.changes.map(\.wire) == golden.changes.map(\.wire))
    }

    @Test(arguments: Golden.all)
    func `what was read from a golden file and written again is the same bytes`(golden: Golden) throws {
        for change in golden.changes where change.isWhole { #expect(try rewritten(change).wire == change.wire) }
        guard let first = golden.changes.first, let last = golden.changes.last else { return }
        let fixture = try Golden.folder.get().read(golden.name)
        let delta = try ReceivedDelta(fixture.bytes[...]).verified(in: golden.workspace)
        #expect(last.hash == delta.changes.last?.hash)
        let bytes = DeltaWriter.bytes(
            replica: first.replica, first: first.number, previous: first.place.previous,
            wires: delta.changes.map(\.wire), seal: delta.seal)
        #expect(bytes == fixture.bytes)
    }

    @Test(arguments: Golden.all)
    func `a golden file cut short at any byte is refused`(golden: Golden) throws {
        for length in golden.bytes.indices {
            #expect(isRefused(golden.bytes[..<length], in: golden.workspace), "\(length) bytes")
        }
    }

    /// The long files say what others say, only more often: of those, every byte has one of its bits flipped.
    @Test(arguments: Golden.all)
    func `a golden file with any one bit flipped is refused`(golden: Golden) throws {
        let isLong = golden.bytes.count > 700
        for index in golden.bytes.indices {
            for bit in 0..<8 where !isLong || bit == index % 8 {
                var altered = golden.bytes
                altered[index] ^= 1 << UInt8(bit)
                #expect(isRefused(altered[...], in: golden.workspace), "byte \(index), bit \(bit)")
            }
        }
    }

    // MARK: What the files are to each other

    @Test func `a workspace's id is the hash of its founding change`() throws {
        let founding = try Golden.named("act-found")
        #expect(founding.workspace.bytes == (try founding.change(1)).hash.bytes)
        #expect(try founding.change(1).place.previous == .none)
        #expect(try Golden.named("run-from-founding").change(1) == founding.change(1))
    }

    @Test func `a change keeps hash and id whichever of its bodies are withheld`() throws {
        let whole = try Golden.named("bodies-whole").change(1)
        #expect(whole.isWhole)
        for name in ["bodies-first-withheld", "bodies-second-withheld", "bodies-all-withheld", "run-over-withheld"] {
            let partial = try Golden.named(name).change(1)
            #expect(!partial.isWhole)
            #expect(partial.hash == whole.hash)
            #expect(partial.id == whole.id)
            #expect(partial.acts == whole.acts)
        }
    }

    @Test func `branches continue one predecessor with one number`() throws {
        let places = try ["run-of-three", "branch-left", "branch-right"].map { try Golden.named($0).change(3) }
        #expect(Set(places.map(\.place)).count == 1)
        #expect(Set(places.map(\.hash)).count == 3)
        let second = try Golden.named("run-of-three").change(2)
        #expect(places.allSatisfy { $0.place.previous == second.hash })
    }

    @Test func `copies have one id, and differ in stamp, place and hash`() throws {
        let (low, high) = (try Golden.named("copy-low").change(1), try Golden.named("copy-high").change(1))
        #expect(low.id == high.id)
        #expect(low.stamp < high.stamp)
        #expect(low.hash != high.hash)
        #expect(low.replica != high.replica)
    }

    @Test func `a join's proof is the one-time key's, over workspace and replica`() throws {
        let change = try Golden.named("act-join").change(1)
        guard case .join(let grant, let proof, _) = try #require(change.acts.first),
            case .grant(let given) = try #require(Golden.named("act-grant-invitation").change(2).acts.first)
        else {
            Issue.record("the golden changes are not what their names say")
            return
        }
        #expect(change.causes == [grant])
        let message = Act.joinProof(workspace: Golden.all[0].workspace, replica: change.replica)
        #expect(given.key.verifies(proof, of: message))
    }
}

/// Whether bytes are no delta of a workspace.
private func isRefused(_ bytes: ArraySlice<UInt8>, in workspace: WorkspaceID) -> Bool {
    do {
        _ = try ReceivedDelta(bytes).verified(in: workspace)
        return false
    } catch {
        return true
    }
}
