import CRDT
import ChangeLog
import Inbox
import Storage
import TestSupport
import Testing

/// Whether the assistant may answer, when people pause it, answer themselves, and resume it.
struct PauseTests {
    @Test func `a resume ends the pauses it has seen, and a concurrent pause stays`() throws {
        // Jonas resumes, and thinks better of it: a pause that Leila does not know of.
        let story = try Meanwhile(
            .by("leila") { try $0.resumeAI($1.id) },
            .by("jonas") { writer, tale in
                _ = try writer.resumeAI(tale.id)
                _ = try writer.pauseAI(tale.id)
            }, .by("maya") { try $0.note(on: $1.id, "a note") })
        try story.then("maya") { try $0.pauseAI($1.id) }
        try story.happen().see { detail, _ in detail.pause?.reason == .manual }
        try story.then("leila") { try $0.resumeAI($1.id) }
        try story.sync().see { detail, _ in detail.pause == nil && detail.status == .active }
    }

    @Test func `a resume does not end the pause of a reply that left without its author knowing`() throws {
        let story = try Meanwhile(
            .by("leila") { try $0.resumeAI($1.id) },
            .gateway { try $0.tell(.sent, of: "Three are left.", in: $1.conversation, at: UInt64(minute(0))) })
        try story.everyone { team, tale in
            try team.write("maya") { try $0.pauseAI(tale.id) }
            try team.write("jonas") { try $0.reply(to: tale.id, with: "Three are left.", seen: nil) }
        }
        let everyone = try story.happen()
        try everyone.see(at: minute(60, plus: -1)) { detail, _ in
            detail.pause == Pause.reply(until: minute(60)) && detail.status == .humanNeeded
        }
        try everyone.see(at: minute(60)) { detail, _ in detail.pause == nil && detail.status == .active }
        // Now she knows.
        try story.then("leila") { try $0.resumeAI($1.id) }
        try story.sync().see(at: minute(1)) { detail, _ in detail.pause == nil && detail.status == .active }
    }

    @Test func `a close ends the pauses that its author had seen, and a concurrent one stays`() throws {
        let story = try Meanwhile(
            .by("leila") { try $0.close($1.id, seen: nil) },
            .by("jonas") { writer, tale in
                guard tale.customer != "customer 1" else { return }
                _ = try writer.resumeAI(tale.id)
                _ = try writer.pauseAI(tale.id)
            })
        try story.then("maya") { try $0.pauseAI($1.id) }
        try story.show(to: "leila")
        try story.happen().see { detail, tale in
            detail.status == .closed && (detail.pause == nil) == (tale.customer == "customer 1")
        }
    }

    @Test func `a person's reply pauses the assistant from when it left until the channel's timer is over`() throws {
        let story = try Meanwhile(
            .by("leila") { try $0.reply(to: $1.id, with: "Three are left.", seen: nil) },
            .by("jonas") { try $0.note(on: $1.id, "a note") })
        // As long as it is queued it pauses nothing.
        try story.happen().see { detail, _ in detail.pause == nil && detail.status == .active }
        story.team.pass(600_000)
        try story.everyone { try $0.tell(.sent, of: "Three are left.", in: $1.conversation, at: UInt64(minute(7))) }
        let everyone = try story.sync()
        for time in [minute(7), minute(67, plus: -1)] {
            try everyone.see(at: time) { detail, _ in
                detail.status == .humanNeeded && detail.pause == Pause.reply(until: minute(67))
            }
        }
        for time in [minute(67), minute(67, plus: 1)] {
            try everyone.see(at: time) { detail, _ in detail.status == .active && detail.pause == nil }
        }
    }

    @Test func `the timer counts as the gateway knew it when the reply left, whatever it is set to later`() throws {
        let story = try Meanwhile(
            .gateway { try $0.tell(.sent, of: "Three are left.", in: $1.conversation, at: UInt64(minute(0))) },
            Meanwhile.Deed(name: "maya") { team, _ in try team.setPolicy { $0.timer = .own(5) } })
        try story.then("leila") { try $0.reply(to: $1.id, with: "Three are left.", seen: nil) }
        try story.happen().see(at: minute(59)) { detail, _ in detail.pause == Pause.reply(until: minute(60)) }
        try story.then("leila") { try $0.reply(to: $1.id, with: "And one in red.", seen: nil) }
        try story.everyone { try $0.tell(.sent, of: "And one in red.", in: $1.conversation, at: UInt64(minute(0))) }
        // Of several replies the last to end counts; the second alone would be over after five minutes.
        try story.sync().see(at: minute(59)) { detail, _ in detail.pause == Pause.reply(until: minute(60)) }
        try story.then("leila") { try $0.resumeAI($1.id) }
        try story.then("leila") { try $0.reply(to: $1.id, with: "Or in blue.", seen: nil) }
        try story.everyone { try $0.tell(.sent, of: "Or in blue.", in: $1.conversation, at: UInt64(minute(0))) }
        try story.sync().see { detail, _ in detail.pause == Pause.reply(until: minute(5)) }
    }

    @Test func `a timer of 0 pauses until somebody resumes`() throws {
        let story = try Meanwhile(
            .gateway { try $0.tell(.sent, of: "Three are left.", in: $1.conversation) },
            .by("jonas") { try $0.note(on: $1.id, "a note") })
        try story.team.setPolicy { $0.timer = .own(0) }
        try story.then("leila") { try $0.reply(to: $1.id, with: "Three are left.", seen: nil) }
        let everyone = try story.happen()
        for time in [minute(0), minute(60 * 24 * 365 * 50)] {
            try everyone.see(at: time) { detail, _ in
                detail.status == .humanNeeded && detail.pause == Pause.reply(until: nil)
            }
        }
        try story.then("jonas") { try $0.resumeAI($1.id) }
        try story.sync().see { detail, _ in detail.pause == nil && detail.status == .active }
    }

    @Test func `a pause by hand, and that of an escalation, last until a person ends them`() throws {
        let story = try Meanwhile(
            .by("leila") { try $0.pauseAI($1.id) },
            .by("jonas") { writer, tale in
                if tale.customer == "customer 1" { _ = try writer.escalate(tale.id) }
            })
        let everyone = try story.happen()
        for time in [minute(0), minute(60 * 24 * 365 * 50)] {
            try everyone.see(at: time) { detail, tale in
                detail.pause?.reason == (tale.customer == "customer 1" ? .escalation : .manual)
                    && detail.pause?.until == nil
                    && detail.status == (tale.customer == "customer 1" ? .humanNeeded : .active)
            }
        }
    }

    @Test func `a reply on the business phone pauses the assistant too, and no close hides it`() throws {
        let story = try Meanwhile(
            .gateway { team, tale in
                try team.bring(
                    "text", "Call me.", from: tale.customer, sender: "phone", providerID: "phone " + tale.customer,
                    at: UInt64(minute(1)))
            }, .by("leila") { try $0.close($1.id, seen: nil) })
        try story.show(to: "leila")
        let everyone = try story.happen()
        try everyone.see(at: minute(60)) { detail, _ in
            detail.status == .humanNeeded && detail.pause == Pause.reply(until: minute(61))
                && detail.obstacle == .unseen && detail.messages.last?.sender == .phone
        }
        try everyone.see(at: minute(61)) { detail, _ in detail.status == .active && detail.pause == nil }
    }

    @Test func `the assistant's own replies pause nothing`() throws {
        let story = try Meanwhile(
            .gateway { try $0.tell(.sent, of: "Three are left.", in: $1.conversation) },
            .by("leila") { try $0.note(on: $1.id, "well answered") }, newcomers: [("bot", .assistant)])
        try story.then("bot") { try $0.reply(to: $1.id, with: "Three are left.", seen: nil) }
        try story.happen().see { detail, _ in
            detail.pause == nil && detail.status == .active && detail.messages.contains { $0.state == .sent }
        }
    }

    @Test func `whoever takes over while another resumes has it, and the assistant is silent`() throws {
        let story = try Meanwhile(
            .by("leila") { try $0.takeOver($1.id) }, .by("jonas") { try $0.resumeAI($1.id) },
            .by("maya") { try $0.note(on: $1.id, "a note") })
        try story.then("maya") { try $0.escalate($1.id) }
        try story.happen().see { detail, _ in
            detail.status == .humanNeeded && detail.pause != nil && detail.assignee?.name == "leila"
        }
    }
}

extension Pause {
    /// By a person's reply.
    static func reply(until: Int64?) -> Pause? {
        PauseRule.pause(among: [], replies: [.init(at: (until ?? Team.now) - 60_000, timer: until == nil ? 0 : 1)])
    }
}
