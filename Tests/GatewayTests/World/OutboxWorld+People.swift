import CRDT
import ChangeLog
import Inbox
import Simulation
import Storage

/// What people do.
extension OutboxWorld {
    func act(_ desk: Desk) throws {
        guard !desk.isRevoked else { return }
        let conversation = conversation(of: dice.pick(Self.customers))
        switch dice.number(0...23) {
        case 0...2: try show(conversation, to: desk)
        case 3...11:
            if !dice.once(in: 5) { try show(conversation, to: desk) }
            try reply(in: conversation, by: desk, terms(for: desk))
        case 12: try replyByTemplate(in: conversation, by: desk)
        case 13: try order(by: desk, in: conversation)
        case 14...21: try settle(by: desk)
        case 22 where dice.once(in: 4): try queueLocation(in: conversation, by: desk)
        default: try trySync(desk)
        }
    }

    /// What somebody orders may be impossible; nothing was written then.
    func attempt(_ command: () throws -> Void) throws {
        do {
            try command()
        } catch is InboxFailure {
        } catch is MembershipFailure {}
    }

    func show(_ conversation: RootID, to desk: Desk) throws {
        _ = try desk.replica.markDisplayed(conversation)
        desk.shown[conversation] = try Known(desk.replica)
    }

    // MARK: Messages

    func reply(in conversation: RootID, by desk: Desk, _ terms: SendingTerms) throws {
        let number = tally.messages
        try attempt {
            let written = try write(desk) {
                try $0.reply(to: conversation.text, with: "reply \(number)", seen: nil, terms: terms)
            }
            try noteOrder(written.message, in: conversation, by: desk, terms)
        }
    }

    private func replyByTemplate(in conversation: RootID, by desk: Desk) throws {
        try attempt {
            let order = InboxWriter.TemplateOrder(template: "hello_again", language: nil, values: TemplateValues())
            let written = try write(desk) { try $0.reply(to: conversation.text, filling: order, seen: nil) }
            try noteOrder(written.message, in: conversation, by: desk, SendingTerms(), isTemplate: true)
        }
    }

    /// As a later version might: this one cannot send it.
    private func queueLocation(in conversation: RootID, by desk: Desk) throws {
        let element = Element(
            basis: .everything,
            fields: [
                .init(1, .integer(Sender.agent.rawValue)), .init(2, .integer(MessageKind.location.rawValue)),
                .init(3, .text("49.4, 8.7")),
            ])
        let field = InboxSchema.conversation.field(named: "message").number
        let kind = InboxSchema.conversation.number
        now += 1
        let change = try desk.replica.transact(now: desk.clock(now)) {
            try $0.commit(
                Draft(segments: [
                    Segment(
                        kind: kind, root: conversation,
                        operations: [Operation(field: field, action: .append(element))])
                ]))
        }
        desk.shown[conversation] = try Known(desk.replica)
        try noteOrder(
            ElementID(change: change.id, body: 0, operation: 0), in: conversation, by: desk, SendingTerms())
    }

    private func noteOrder(
        _ message: ElementID, in conversation: RootID, by desk: Desk, _ terms: SendingTerms, isTemplate: Bool = false
    ) throws {
        tally.messages += 1
        tell("\(desk.name): queues \(message.text), \(terms)")
        witness.note(
            Witness.Order(
                id: message.text, conversation: conversation, author: desk.name,
                isAssistants: desk.name == "assistant", isTemplate: isTemplate, terms: terms,
                spot: try Spot(newestOf: desk.replica), shown: desk.shown[conversation],
                known: try Known(desk.replica)))
    }

    private func terms(for desk: Desk) -> SendingTerms {
        let time = Int64(desk.clock(now))
        switch dice.number(0...9) {
        case 0: return SendingTerms(sendsAnyway: true)
        case 1: return SendingTerms(dropsIfMoved: true)
        case 2: return SendingTerms(notBefore: time + dice.number(5_000...120_000))
        case 3: return SendingTerms(notBefore: time + dice.number(60_000...3_600_000), isScheduled: true)
        case 4: return SendingTerms(notAfter: time + dice.number(10_000...600_000))
        default: return SendingTerms()
        }
    }

    // MARK: Orders

    func order(by desk: Desk, in conversation: RootID) throws {
        let text = conversation.text
        let person = dice.once(in: 3) ? nil : try desk.replica.member(desk.replica.id.device)?.person
        let kind = dice.number(0...8)
        try attempt {
            let change = try write(desk) { writer in
                switch kind {
                case 0: try writer.close(text, seen: nil)
                case 1: try writer.pauseAI(text)
                case 2: try writer.resumeAI(text)
                case 3: try writer.escalate(text)
                case 4: try writer.takeOver(text)
                case 5: try writer.reopen(text)
                case 6: try writer.assign(text, to: person)
                default: try writer.resumeAI(text)
                }
            }
            guard change != nil else { return }
            witness.note(
                Witness.Deed(
                    kind: .act, conversation: conversation, author: desk.name, message: nil,
                    spots: [try Spot(newestOf: desk.replica)]))
        }
    }

    /// Looks through the outbox, and does something about one of its messages.
    private func settle(by desk: Desk) throws {
        let items = try desk.replica.read { try OutboxReader($0).items() }
        guard !items.isEmpty else { return }
        let item = dice.pick(items)
        if !dice.once(in: 5) { try show(item.conversation, to: desk) }
        let known = try Known(desk.replica)
        let kind = dice.number(0...9)
        try attempt {
            switch kind {
            case 0...5: try release(item, by: desk, known)
            case 6, 7: try drop(item, by: desk, known)
            default: try edit(item, by: desk, known)
            }
        }
    }

    /// Looks at all that is held or failed, and orders it to be sent.
    func releaseAll(by desk: Desk) throws {
        for item in try desk.replica.read({ try OutboxReader($0).items() }) {
            guard item.outbox.state == .held || item.outbox.state == .failed else { continue }
            try show(item.conversation, to: desk)
            let known = try Known(desk.replica)
            try attempt { try release(item, by: desk, known) }
        }
    }

    private func release(_ item: OutboxItem, by desk: Desk, _ known: Known) throws {
        guard try write(desk, { try $0.release(item.id.text, seen: nil) }) != nil else { return }
        tell("\(desk.name): releases \(item.id.text)")
        witness.orders[item.id.text]?.releases.append(
            .init(spot: try Spot(newestOf: desk.replica), shown: desk.shown[item.conversation], known: known))
    }

    private func drop(_ item: OutboxItem, by desk: Desk, _ known: Known) throws {
        guard try write(desk, { try $0.drop(item.id.text) }) != nil else { return }
        try noteCancel(of: item, by: desk, known)
    }

    private func edit(_ item: OutboxItem, by desk: Desk, _ known: Known) throws {
        let number = tally.messages
        let written = try write(desk) { try $0.edit(item.id.text, to: "edited \(number)", seen: nil) }
        try noteCancel(of: item, by: desk, known)
        try noteOrder(written.message, in: item.conversation, by: desk, item.terms)
    }

    private func noteCancel(of item: OutboxItem, by desk: Desk, _ known: Known) throws {
        tell("\(desk.name): cancels \(item.id.text)")
        witness.orders[item.id.text]?.cancels.append(
            .init(spot: try Spot(newestOf: desk.replica), shown: nil, known: known))
    }
}
