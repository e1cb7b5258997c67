import ChangeLog
import Inbox
import Storage
import Sync
import TestSupport
import Testing

/// A relay that gives only beginnings, or forgets: it gets back what it lacks from those who have it, and nobody loses
/// anything.
struct ForgetfulRelayTests {
    private let directory = TemporaryDirectory()
    private let team: Team
    private let conversation: RootID

    init() throws {
        team = try Team(in: directory)
        conversation = try team.receive("Hello?")
        try team.syncAll()
    }

    private static let names = ["maya", "jonas", "leila"]
    private var texts: [String] { ["Hello?"] + (1...2).flatMap { round in Self.names.map { "\(round) \($0)" } } }

    /// Everybody writes, in turns, and syncs each time.
    private func write(_ round: Int) throws {
        for name in Self.names {
            try team.write(name) { try $0.note(on: conversation.text, "\(round) \(name)") }
            try team.sync(name)
        }
    }

    @Test func `from a relay that gives one run at a time and says that it was all, the rest comes in time`() throws {
        team.relay.pageByteCount = 1
        var truncated = 0
        team.relay.tamper = { answer, _ in
            if answer.hasMore { truncated += 1 }
            answer.hasMore = false
        }
        try write(1)
        try write(2)
        try team.syncAll()
        #expect(truncated > 0)
        team.relay.tamper = { _, _ in }
        try team.syncAll()
        try team.expect(texts, in: conversation)
        try team.expectAgreement()
    }

    /// Two sides that have said all compare what stands for their frontiers.
    @Test func `what a relay left out once is noticed at the next sync, though nothing builds on it`() throws {
        try leaveOutNotes()
        try team.sync("leila")
        #expect(try team["leila"].digest() == team.relay.replica.digest())
        #expect(try team.sync("leila") == Moved(roundTrips: 1))
        try team.syncAll()
        try team.expect(["Hello?", "1 maya", "1 jonas"], in: conversation)
        try team.expectAgreement()
    }

    @Test func `a relay whose digest is another each time does not keep a sync going`() throws {
        var lie: UInt64 = 0
        team.relay.tamper = { answer, _ in
            lie += 1
            if answer.digest != nil { answer.digest = lie }
        }
        for _ in 1...3 { #expect(try team.sync("leila").roundTrips <= 3) }
    }

    /// It could withhold anything; but what is missing is told wherever something builds on it, and comes by another way.
    @Test func `of a relay that keeps leaving out, what is missing is named, and a file from a colleague brings it`()
        throws
    {
        try leaveOutNotes()
        team.relay.tamper = { answer, _ in answer.digest = nil }
        try team.write("maya") { try $0.note(on: conversation.text, "2 maya") }
        try team.syncAll()
        let waiting = try team["leila"].waiting()
        #expect(Set(waiting.map(\.replica)) == [team["maya"].id])
        #expect(waiting.allSatisfy { $0.reason == .gap || $0.reason == .cause })
        _ = try team["jonas"].exportBundle(to: directory.file("bundle"))
        _ = try team["leila"].importBundle(from: directory.file("bundle"), now: team.now)
        try team.expect(["Hello?", "1 maya", "1 jonas", "2 maya"], in: conversation)
        try team.expectAgreement()
    }

    /// Leila is told that she has everything, and gets none of it.
    private func leaveOutNotes() throws {
        let leila = team["leila"].id
        for name in ["maya", "jonas"] {
            try team.write(name) { try $0.note(on: conversation.text, "1 \(name)") }
            try team.sync(name)
        }
        team.relay.tamper = { answer, asker in if asker == leila { (answer.deltas, answer.digest) = ([], nil) } }
        try team.sync("leila")
        team.relay.tamper = { _, _ in }
    }

    @Test func `a relay that forgets an author, or everything, between two syncs is given it back`() throws {
        let leila = team["leila"].id.device
        try write(1)
        try forget { $0 == leila }
        try write(2)
        try team.syncAll()
        try team.expectAgreement()
        try forget { _ in true }
        try team.syncAll()
        try team.expect(texts, in: conversation)
        try team.expectAgreement()
    }

    /// The relay goes on, as if nothing had been, with a copy that lacks these authors.
    private func forget(_ isForgotten: (DeviceID) -> Bool) throws {
        let kept = try Wire.everything(of: team.relay.replica).filter { delta in
            delta.changes.allSatisfy { !isForgotten($0.replica.device) }
        }
        let standIn = try team.stranger("relay", file: "stand-in for \(kept.count)")
        _ = try standIn.append(kept, now: team.now)
        team.relay.putBack(standIn, incarnation: team.relay.incarnation)
    }
}
