import CRDT
import ChangeLog
import Testing

@testable import Inbox

struct LeadRuleTests {
    @Test func `an e-mail address is compared without the blanks around it, in lower case`() {
        #expect(EmailAddress(" Anna.Weber@Example.COM\n")?.normalized == "anna.weber@example.com")
        #expect(EmailAddress(" Anna@Example.com ")?.written == "Anna@Example.com")
        #expect(EmailAddress("ÄNNE@example.com")?.normalized == "änne@example.com")
    }

    @Test func `nothing is taken out of an address: providers differ`() {
        #expect(EmailAddress("a.b+shop@gmail.com")?.normalized == "a.b+shop@gmail.com")
    }

    @Test(arguments: [
        "", " ", "anna", "@example.com", "anna@", "@", "a@b@c", "anna weber@example.com", "a@b\u{A0}c", "a\u{0}@b.c",
        "a@\u{7F}b", String(repeating: "a", count: 320) + "@b",
    ])
    func `what has no one @ between two sides without blanks is no address`(text: String) {
        #expect(EmailAddress(text) == nil)
    }

    @Test func `every score lies in one band, and those outside 0 to 100 in the nearest`() {
        for score in Int64(-5)...105 {
            #expect(ScoreBand.allCases.filter { $0.scores.contains(score) } == [ScoreBand(score)])
        }
        let ends: [Int64] = [0, 20, 21, 40, 41, 60, 61, 80, 81, 100]
        #expect(
            ends.map { ScoreBand($0).rawValue } == [
                "very-low", "very-low", "mild", "mild", "moderate", "moderate", "high", "high", "very-high",
                "very-high",
            ])
    }

    @Test func `that a channel calls somebody new does not undo what the assistant found`() {
        let found = write("interested", at: 1, yields: true)
        let new = write("new", at: 2, yields: true)
        #expect(LeadStatusRule.status(LeadStatusRule.shown([found, new])) == "interested")
        #expect(LeadStatusRule.status(LeadStatusRule.shown([new])) == "new")
        #expect(LeadStatusRule.status(LeadStatusRule.shown([])) == "new")
    }

    @Test func `a person who says new is heard`() {
        let shown = LeadStatusRule.shown([write("interested", at: 1, yields: true), write("new", at: 2)])
        #expect(LeadStatusRule.status(shown) == "new" && shown.isPinned)
    }

    private func write(_ status: String, at time: UInt64, yields: Bool = false) -> SharedField.Write {
        SharedField.Write(
            .text(status), stamp: Stamp(milliseconds: time, counter: 0) ?? .zero,
            change: ChangeID(high: 0, low: time), yields: yields)
    }
}
