import CRDT
import ChangeLog
import Inbox
import Storage
import TestSupport
import Testing

/// Conversations that are put out of sight for a while.
struct SnoozeTests {
    @Test func `a snoozed conversation is out of sight until its time, and then back by itself`() throws {
        let story = try Meanwhile(
            .by("leila") { try $0.snooze($1.id, until: minute(30), seen: nil) },
            .by("jonas") { try $0.note(on: $1.id, "a note") })
        try story.show(to: "leila")
        let everyone = try story.happen()
        try everyone.see(at: minute(30, plus: -1)) { detail, _ in detail.snoozedUntil == minute(30) }
        try everyone.see(at: minute(30)) { detail, _ in detail.snoozedUntil == nil }
        for (time, count) in [(minute(30, plus: -1), 0), (minute(30), story.tales.count)] {
            let inSight = try story.team["leila"].cards({ $0.isSnoozed = false }, now: time)
            let snoozed = try story.team["leila"].cards({ $0.isSnoozed = true }, now: time)
            #expect((inSight.count, snoozed.count) == (count, story.tales.count - count))
        }
    }

    @Test func `a customer's message that whoever snoozed had not seen wakes it`() throws {
        let story = try Meanwhile(
            .by("leila") { try $0.snooze($1.id, until: minute(30), seen: nil) }, .arrives("Hello?"))
        try story.show(to: "leila")
        try story.happen().see { detail, _ in detail.snoozedUntil == nil }
        // She snoozes it again, having seen that one, too.
        try story.show(to: "leila")
        try story.then("leila") { try $0.snooze($1.id, until: minute(30), seen: nil) }
        try story.sync().see { detail, _ in detail.snoozedUntil == minute(30) }
    }

    @Test func `a snooze counts what the screen showed, not what came in behind it`() throws {
        let story = try Meanwhile(.by("leila") { try $0.snooze($1.id, until: minute(30), seen: nil) })
        try story.show(to: "leila")
        try story.everyone { try $0.receive("Hello?", from: $1.customer) }
        try story.happen().see { detail, _ in detail.snoozedUntil == nil }
    }

    @Test func `what the team says wakes nothing`() throws {
        let story = try Meanwhile(
            .by("leila") { try $0.snooze($1.id, until: minute(30), seen: nil) },
            .by("jonas") { try $0.reply(to: $1.id, with: "Three are left.", seen: nil) },
            .by("maya") { try $0.assign($1.id, to: $0.person("leila")) })
        try story.show(to: "leila")
        try story.happen().see { detail, _ in detail.snoozedUntil == minute(30) }
    }

    @Test func `of two snoozes at once the earlier time counts, and whoever wants it back has it back`() throws {
        let story = try Meanwhile(
            .by("leila") { try $0.snooze($1.id, until: minute(30), seen: nil) },
            .by("jonas") { try $0.snooze($1.id, until: minute(90), seen: nil) },
            .by("maya") { writer, tale in
                guard tale.last == "maya" else { return }
                _ = try writer.snooze(tale.id, until: nil, seen: nil)
            })
        try story.show(to: "leila", "jonas", "maya")
        try story.then("maya") { try $0.snooze($1.id, until: minute(10), seen: nil) }
        try story.happen().see { detail, tale in
            detail.snoozedUntil == (tale.last == "maya" ? nil : minute(30))
        }
    }
}
