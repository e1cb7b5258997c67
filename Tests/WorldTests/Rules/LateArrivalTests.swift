import CRDT
import ChangeLog
import Inbox
import Storage
import TestSupport
import Testing

/// Customers' messages that come in when something below them is there already.
struct LateArrivalTests {
    @Test func `a message is marked late if, when it came in, something below it was there already`() throws {
        let story = try Meanwhile(
            .gateway { team, tale in
                try team.receive("newer", from: tale.customer, at: UInt64(minute(1)))
                try team.receive("older", from: tale.customer, at: UInt64(minute(0)) - 1)
            }, .by("leila") { try $0.note(on: $1.id, "a note") })
        try story.happen().see { detail, _ in
            detail.messages.filter { $0.sender == .customer }.map(\.text) == [
                "older", "Is the lamp in stock?", "newer",
            ]
                && detail.messages.filter(\.isLate).map(\.text) == ["older"]
        }
    }

    @Test func `a message that crossed with a reply is not late`() throws {
        let story = try Meanwhile(
            .by("leila") { try $0.reply(to: $1.id, with: "Three are left.", seen: nil) },
            .gateway { try $0.receive("Hello?", from: $1.customer, at: UInt64(minute(1))) })
        try story.happen().see { detail, _ in
            detail.messages.map(\.text) == ["Is the lamp in stock?", "Hello?", "Three are left."]
                && !detail.messages.contains(where: \.isLate)
                && detail.messages[2].unseen.contains(detail.messages[1].id)
        }
    }

    @Test func `a message that comes in under a reply the gateway knew of is late, and a note makes none late`() throws
    {
        let story = try Meanwhile(
            .gateway { try $0.receive("Hello?", from: $1.customer, at: UInt64(minute(1))) },
            .by("jonas") { try $0.note(on: $1.id, "a note") })
        let first = try #require(story.tales.first)
        try story.everyone { team, tale in
            try team.write("leila") { writer in
                tale.conversation == first.conversation
                    ? try writer.reply(to: tale.id, with: "Three are left.", seen: nil)
                    : try writer.note(on: tale.id, "Three are left.")
            }
        }
        try story.happen().see { detail, tale in
            detail.messages[1].text == "Hello?"
                && detail.messages[1].isLate == (tale.conversation == first.conversation)
        }
    }

    @Test func `a reply that was sent counts from where it was sent`() throws {
        let story = try Meanwhile(
            .gateway { try $0.receive("Hello?", from: $1.customer, at: UInt64(minute(3))) },
            .by("jonas") { try $0.note(on: $1.id, "a note") })
        try story.then("leila") { try $0.reply(to: $1.id, with: "Three are left.", seen: nil) }
        story.team.pass(300_000)
        try story.everyone { try $0.tell(.sent, of: "Three are left.", in: $1.conversation, at: UInt64(minute(4))) }
        let everyone = try story.happen()
        // Written before the customer's second message, it was sent after it: there it stands.
        try everyone.see { detail, _ in
            detail.messages.filter { $0.kind == .text }.map(\.text) == [
                "Is the lamp in stock?", "Hello?", "Three are left.",
            ] && detail.messages.filter(\.isLate).map(\.text) == ["Hello?"]
        }
    }
}
