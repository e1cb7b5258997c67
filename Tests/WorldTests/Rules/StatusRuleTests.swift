import CRDT
import ChangeLog
import Inbox
import Storage
import TestSupport
import Testing

/// Who is to deal with a conversation, when several have said so without knowing of each other.
struct StatusRuleTests {
    @Test func `a close never hides a customer's message that whoever closed had not seen`() throws {
        let story = try Meanwhile(
            .arrives("Hello? Anybody there?"), .by("leila") { try $0.close($1.id, seen: nil) },
            .by("jonas") { try $0.note(on: $1.id, "Leila is on it") })
        try story.show(to: "leila")
        let everyone = try story.happen()
        try everyone.see { detail, _ in detail.status == .active && detail.obstacle == .unseen }
        try story.everyone { team, tale in
            try team.show(tale.conversation, to: "leila")
            try team.write("leila") { try $0.close(tale.id, seen: nil) }
        }
        try story.sync().see { detail, _ in detail.status == .closed && detail.obstacle == nil }
    }

    @Test func `a close never hides a colleague's reply that left and that whoever closed had not seen`() throws {
        let story = try Meanwhile(
            .by("jonas") { try $0.reply(to: $1.id, with: "Three are left.", seen: nil) },
            .by("leila") { try $0.close($1.id, seen: nil) })
        try story.show(to: "leila")
        // As long as it is only written down, it is nobody's business but Jonas's.
        try story.happen().see { detail, _ in detail.status == .closed }
        try story.everyone { try $0.tell(.sent, of: "Three are left.", in: $1.conversation, at: UInt64(minute(1))) }
        let everyone = try story.sync()
        // It pauses the assistant like any reply that left; then nobody in particular has to deal with it.
        try everyone.see(at: minute(60)) { detail, _ in detail.status == .humanNeeded && detail.obstacle == .unseen }
        try everyone.see(at: minute(61)) { detail, _ in detail.status == .active && detail.obstacle == .unseen }
    }

    @Test func `of a close that had seen all and one that had not, the first closes`() throws {
        let story = try Meanwhile(
            .by("jonas") { try $0.close($1.id, seen: nil) }, .by("leila") { try $0.close($1.id, seen: nil) })
        try story.show(to: "jonas")
        try story.everyone { try $0.receive("One more thing", from: $1.customer) }
        try story.show(to: "leila")
        try story.happen().see { detail, _ in detail.status == .closed }
    }

    @Test func `an escalation survives a concurrent close and a concurrent resume`() throws {
        let story = try Meanwhile(
            .by("maya") { try $0.escalate($1.id) }, .by("jonas") { try $0.close($1.id, seen: nil) },
            .by("leila") { try $0.resumeAI($1.id) })
        try story.then("maya") { try $0.pauseAI($1.id) }
        try story.show(to: "jonas")
        // Maya paused it by hand before, so her escalation is a second word on the assistant.
        let everyone = try story.happen()
        try everyone.see { detail, _ in detail.status == .humanNeeded && detail.pause?.reason == .escalation }
    }

    @Test func `whoever knows of an escalation and closes or resumes ends it`() throws {
        let story = try Meanwhile(.by("leila") { try $0.note(on: $1.id, "a note") })
        try story.then("maya") { try $0.escalate($1.id) }
        try story.then("leila") { try $0.close($1.id, seen: nil) }
        try story.happen().see { detail, _ in detail.status == .closed && detail.pause == nil }
        try story.then("maya") { try $0.escalate($1.id) }
        try story.then("jonas") { try $0.resumeAI($1.id) }
        try story.sync().see { detail, _ in detail.status == .active && detail.pause == nil }
    }

    @Test func `a reopening wins over a concurrent close, whoever is later`() throws {
        let story = try Meanwhile(
            .by("jonas") { try $0.reopen($1.id) }, .by("leila") { try $0.close($1.id, seen: nil) },
            .by("maya") { try $0.addLabels(["vip"], to: $1.id) })
        try story.then("maya") { try $0.escalate($1.id) }
        try story.show(to: "leila")
        try story.happen().see { detail, _ in detail.status == .active && detail.labels == ["vip"] }
        try story.then("maya") { try $0.close($1.id, seen: nil) }
        try story.sync().see { detail, _ in detail.status == .closed }
    }

    @Test func `an escalation, a reopening, a close and a new message at once: a person is needed`() throws {
        let story = try Meanwhile(
            .by("maya") { try $0.reopen($1.id) }, .by("jonas") { try $0.escalate($1.id) },
            .by("leila") { try $0.takeOver($1.id) }, .arrives("Hello?"))
        try story.show(to: "leila", "maya")
        try story.then("leila") { try $0.close($1.id, seen: nil) }
        try story.happen().see { detail, _ in
            detail.status == .humanNeeded && detail.pause?.reason == .escalation && detail.assignee?.name == "leila"
        }
    }

    @Test func `labels, notes, an assignment and a snooze by others keep nothing from closing`() throws {
        let story = try Meanwhile(
            .by("leila") { try $0.close($1.id, seen: nil) },
            .by("jonas") { try $0.note(on: $1.id, "regular customer") },
            .by("maya") { writer, tale in
                _ = try writer.assign(tale.id, to: writer.person(nil))
                _ = try writer.addLabels(["vip"], to: tale.id)
                _ = try writer.snooze(tale.id, until: minute(30), seen: nil)
            })
        try story.show(to: "leila")
        try story.happen().see { detail, _ in
            detail.status == .closed && detail.snoozedUntil == minute(30) && detail.assignee?.name == "maya"
                && detail.labels == ["vip"]
        }
    }

    // MARK: A close and a reply of one's own

    @Test func `a close after one's own queued reply closes once the reply has left`() throws {
        let story = try Self.replyAndClose()
        try story.happen().see { detail, _ in detail.status == .active && detail.obstacle == .ownReply }
        try story.everyone { try $0.tell(.sent, of: "Three are left.", in: $1.conversation) }
        try story.sync().see { detail, _ in detail.status == .closed && detail.obstacle == nil }
    }

    @Test(arguments: [DeliveryEvent.failed, .unknown])
    func `a close after one's own reply waits while that has failed or nobody knows, and closes when it arrived`(
        event: DeliveryEvent
    ) throws {
        let story = try Self.replyAndClose()
        _ = try story.happen()
        try story.everyone { try $0.tell(event, of: "Three are left.", in: $1.conversation) }
        try story.sync().see { detail, _ in detail.status == .active && detail.obstacle == .ownReply }
        try story.everyone { try $0.tell(.delivered, of: "Three are left.", in: $1.conversation) }
        try story.sync().see { detail, _ in detail.status == .closed }
    }

    @Test func `a reply that was sent and then could not be delivered opens what its author had closed`() throws {
        let story = try Self.replyAndClose()
        _ = try story.happen()
        try story.everyone { try $0.tell(.sent, of: "Three are left.", in: $1.conversation, at: UInt64(minute(1))) }
        try story.sync().see { detail, _ in detail.status == .closed }
        try story.everyone { try $0.tell(.failed, of: "Three are left.", in: $1.conversation, code: "131026") }
        let everyone = try story.sync()
        try everyone.see(at: minute(61)) { detail, _ in
            detail.status == .active && detail.obstacle == .ownReply
                && detail.messages.contains { $0.outbox?.code == "131026" }
        }
        try story.everyone { try $0.tell(.delivered, of: "Three are left.", in: $1.conversation) }
        try story.sync().see { detail, _ in detail.status == .closed }
    }

    @Test func `a colleague's queued reply keeps nobody from closing, whether it was seen or not`() throws {
        let story = try Meanwhile(
            .by("leila") { try $0.close($1.id, seen: nil) },
            .by("maya") { try $0.reply(to: $1.id, with: "I look into it.", seen: nil) })
        try story.then("jonas") { try $0.reply(to: $1.id, with: "Three are left.", seen: nil) }
        try story.show(to: "leila")
        try story.happen().see { detail, _ in detail.status == .closed && detail.obstacle == nil }
    }

    @Test func `a reply that is written after the close holds nothing back`() throws {
        let story = try Meanwhile(
            .by("leila") { writer, tale in
                _ = try writer.close(tale.id, seen: nil)
                _ = try writer.reply(to: tale.id, with: "Good-bye!", seen: nil)
            }, .by("jonas") { try $0.note(on: $1.id, "a note") })
        try story.show(to: "leila")
        try story.happen().see { detail, _ in detail.status == .closed }
    }

    /// Leila answers and closes, while Jonas leaves a note.
    private static func replyAndClose() throws -> Meanwhile {
        let story = try Meanwhile(
            .by("leila") { writer, tale in
                _ = try writer.reply(to: tale.id, with: "Three are left.", seen: nil)
                _ = try writer.close(tale.id, seen: nil)
            }, .by("jonas") { try $0.note(on: $1.id, "a note") })
        try story.show(to: "leila")
        return story
    }
}
