import CRDT
import ChangeLog
import Inbox
import Storage
import TestSupport
import Testing

/// What a person has not read yet.
struct UnreadTests {
    @Test func `reading is each person's own`() throws {
        let story = try Meanwhile(
            .by("jonas") { try $0.read($1.id, seen: nil) }, .by("maya") { try $0.read($1.id, seen: nil) })
        let everyone = try story.happen()
        try everyone.unread(for: "jonas") { _ in 0 }
        try everyone.unread(for: "maya") { _ in 0 }
        try everyone.unread(for: "leila") { _ in 1 }
    }

    @Test func `what the customer writes while somebody reads stays unread for them`() throws {
        let story = try Meanwhile(.by("jonas") { try $0.read($1.id, seen: nil) }, .arrives("Hello?"))
        let everyone = try story.happen()
        try everyone.unread(for: "jonas") { _ in 1 }
        try everyone.unread(for: "leila") { _ in 2 }
        try story.then("jonas") { try $0.read($1.id, seen: nil) }
        try story.sync().unread(for: "jonas") { _ in 0 }
    }

    @Test func `a message that comes late, dated before what was read, is unread`() throws {
        let story = try Meanwhile(
            .gateway { team, tale in
                try team.receive("I wrote this yesterday", from: tale.customer, at: UInt64(minute(-24 * 60)))
            }, .by("jonas") { try $0.read($1.id, seen: nil) })
        try story.happen().unread(for: "jonas") { _ in 1 }
        try story.sync().see { detail, _ in detail.messages.first?.text == "I wrote this yesterday" }
    }

    @Test func `notes and the team's own replies are never unread`() throws {
        let story = try Meanwhile(
            .by("maya") { try $0.reply(to: $1.id, with: "Three are left.", seen: nil) },
            .by("leila") { try $0.note(on: $1.id, "a note") })
        let everyone = try story.happen()
        try everyone.unread(for: "jonas") { _ in 1 }
        try everyone.unread(for: "leila") { _ in 1 }
    }

    @Test func `a message that two gateways took in without knowing of each other is there once, and unread once`()
        throws
    {
        let story = try Meanwhile(
            .gateway { try $0.bring("text", "Hello?", from: $1.customer, providerID: "twice " + $1.customer) },
            Meanwhile.Deed(name: "second") { team, tale in
                try team.bring(
                    "text", "Hello?", from: tale.customer, providerID: "twice " + tale.customer, by: "second")
            }, newcomers: [("second", .gateway)])
        try story.team.write("second") { [ids = story.team.ids] in
            try $0.openChannel(.whatsapp, name: "Shop", account: "15550100", ids: ids)
        }
        let everyone = try story.happen()
        try everyone.see { detail, _ in detail.messages.map(\.text) == ["Is the lamp in stock?", "Hello?"] }
        try everyone.unread(for: "jonas") { _ in 2 }
        try story.then("jonas") { try $0.read($1.id, seen: nil) }
        try story.sync().unread(for: "jonas") { _ in 0 }
    }
}
