import ChangeLog
import Foundation
import GRDB
import Simulation
import Storage
import TestSupport
import Testing

/// A replica that only listens, and what it should make of what it heard.
final class Witness {
    static let now = Crew.now + 3_600_000
    let replica: Replica
    private let source: String
    private var copies = 0
    /// What was delivered and not taken: of somebody whose grant had not come yet. It comes again.
    private var refused: [VerifiedDelta] = []
    private(set) var heard: [Change] = []

    init(of stage: Stage, in directory: TemporaryDirectory, _ name: String = "witness") throws {
        source = directory.file(name)
        replica = try Replica.create(
            at: source, workspace: stage.workspace, key: .of("witness"), epoch: 1,
            configuration: Ledger.configuration)
    }

    private init(_ replica: Replica, at source: String, heard: [Change]) {
        (self.replica, self.source, self.heard) = (replica, source, heard)
    }

    func hear(_ deltas: [VerifiedDelta]) throws {
        heard += deltas.flatMap(\.changes)
        refused += deltas
        while true {
            let verdicts = try replica.append(refused, now: Self.now, durability: .normal)
            let left = zip(refused, verdicts).filter { if case .refused = $0.1 { true } else { false } }.map(\.0)
            defer { refused = left }
            if left.isEmpty || left.count == refused.count { return }
        }
    }

    /// What the replica says, against the reckoning of what is in its log.
    func differences() throws -> [String] {
        let stored = try replica.verdicts()
        return try differences(
            from: Reckoning(
                heard.filter { stored[$0.hash] != nil }, workspace: replica.workspace, schema: Ledger.schema))
    }

    func differences(from reckoning: Reckoning) throws -> [String] {
        let stored = try replica.verdicts()
        let expected = reckoning.verdicts
        var found = heard.compactMap { change -> String? in
            guard let verdict = stored[change.hash], verdict != expected[change.hash] else { return nil }
            return "\(change.hash.bytes.prefix(3)) is \(verdict), not \(expected[change.hash].map { "\($0)" } ?? "-")"
        }
        let texts = try replica.texts()
        if texts != reckoning.texts { found.append("shows \(texts.sorted()), not \(reckoning.texts.sorted())") }
        for device in Set(reckoning.appointments.map(\.device)) {
            guard let role = reckoning.currentRole(device) else { continue }
            let member = try replica.member(device)
            if member?.role != role || member?.isRevoked != reckoning.isRevoked(device) {
                found.append("\(device.bytes.prefix(3)) is \(member.map { "\($0)" } ?? "nobody"), not \(role)")
            }
        }
        return found
    }
}

extension Reckoning {
    /// The texts added by segments that count (F13.6, F13.25).
    var texts: Set<String> {
        let verdicts = verdicts
        var texts: Set<String> = []
        for (index, change) in history.changes.enumerated() where verdicts[change.hash] == .counts {
            guard let right = role(at: index, of: device(index), by: appointments),
                let role = role(at: index, under: revocations)
            else { continue }
            for segment in change.segments where mayWrite(segment, right) && mayWrite(segment, role) {
                for case .add(.text(let text)) in segment.operations.map(\.action) { texts.insert(text) }
            }
        }
        return texts
    }
}

extension Witness {
    /// A second one that has heard the same.
    func copied(to path: String) throws -> Witness {
        if copies == 0 {
            try DatabaseQueue(path: source).writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        }
        copies += 1
        try FileManager.default.copyItem(atPath: source, toPath: path)
        return Witness(
            try Replica.open(at: path, key: .of("witness"), configuration: Ledger.configuration), at: path, heard: heard
        )
    }

    /// That the file is in order, and that deriving everything anew alters nothing.
    func check() throws {
        let problems = try replica.verify().problems
        #expect(problems.isEmpty)
        let (before, digest) = (try replica.membership(), try replica.digest())
        try replica.rebuild()
        let after = try replica.membership()
        #expect(after == before)
        #expect(try replica.digest() == digest)
    }
}
