import CRDT
import ChangeLog
import Inbox
import Storage
import TestSupport
import Testing

/// What was said later of a message: corrected, taken back, reacted to.
struct AmendmentTests {
    @Test func `what a customer corrects reads as corrected, in the thread and in the inbox`() throws {
        let story = try Meanwhile(
            .gateway { team, tale in
                try team.bring(
                    "text", "Is the lamb in stock?", from: tale.customer, providerID: "typo " + tale.customer)
                try team.bring(
                    "edit", "Is the lamp in stock?", about: "typo " + tale.customer, from: tale.customer,
                    providerID: "fix " + tale.customer)
            }, .by("jonas") { try $0.addLabels(["lamps"], to: $1.id) })
        let everyone = try story.happen()
        try everyone.see { detail, _ in
            detail.messages.count == 2 && detail.messages[1].text == "Is the lamp in stock?"
                && detail.messages[1].isEdited && !detail.messages[0].isEdited
        }
        try everyone.seeCards { card, _, _ in card.preview == "Is the lamp in stock?" }
    }

    @Test func `what a customer takes back is shown to nobody any more, even when it was corrected afterwards`() throws
    {
        let story = try Meanwhile(
            .gateway { team, tale in
                let name = "first " + tale.customer
                try team.bring("text", "My card is 1234", from: tale.customer, providerID: name)
                try team.bring("revocation", about: name, from: tale.customer, providerID: "back " + name)
                try team.bring("edit", "My card is 5678", about: name, from: tale.customer, providerID: "fix " + name)
            }, .by("jonas") { try $0.addLabels(["cards"], to: $1.id) })
        let everyone = try story.happen()
        try everyone.see { detail, _ in
            detail.messages.last?.isRevoked == true && detail.messages.last?.text == ""
                && !detail.messages.contains { $0.text.contains("card") }
        }
        try everyone.seeCards { card, _, _ in card.preview == "[revocation]" }
    }

    @Test func `what was taken back is found by no search`() throws {
        let team = try Team(in: TemporaryDirectory())
        try team.bring("text", "My card is 1234", providerID: "first")
        try team.syncAll()
        #expect(try team["jonas"].cards { $0.search = "1234" }.count == 1)
        try team.bring("edit", "My card is 5678", about: "first", providerID: "fix")
        try team.bring("revocation", about: "first", providerID: "back")
        try team.syncAll()
        for replica in team.replicas + [try team.listener()] {
            for word in ["1234", "5678"] {
                #expect(try replica.cards { $0.search = word }.isEmpty)
                #expect(try replica.read { try MessageSearch.hits(for: word, in: $0, limit: 0) }.isEmpty)
            }
        }
    }

    @Test func `nobody corrects or takes back what another has said`() throws {
        let story = try Meanwhile(
            Meanwhile.Deed(name: "leila") { team, tale in
                for (number, text) in ["Is the lamp in stock?", "Three are left."].enumerated() {
                    let message = try team.message(text, in: tale.conversation, on: "leila").id
                    let kind: MessageKind = number == 0 ? .edit : .revocation
                    try team.remark(kind, "I hate lamps", about: message, by: "leila", in: tale.conversation)
                }
            },
            Meanwhile.Deed(name: "jonas") { team, tale in
                let message = try team.message("Three are left.", in: tale.conversation, on: "jonas").id
                try team.remark(.edit, "Four are left.", about: message, by: "jonas", in: tale.conversation)
            })
        try story.then("jonas") { try $0.reply(to: $1.id, with: "Three are left.", seen: nil) }
        try story.happen().see { detail, _ in
            detail.messages.map(\.text) == ["Is the lamp in stock?", "Four are left."]
                && detail.messages.map(\.isEdited) == [false, true] && !detail.messages.contains(where: \.isRevoked)
        }
    }

    @Test func `of reactions everyone's last word shows, and an empty one takes theirs back`() throws {
        let story = try Meanwhile(
            Meanwhile.Deed(name: "leila") { team, tale in
                let message = try team.message("Is the lamp in stock?", in: tale.conversation, on: "leila").id
                for text in ["👍", "🎉"] {
                    try team.remark(.reaction, text, about: message, by: "leila", in: tale.conversation)
                }
            },
            Meanwhile.Deed(name: "jonas") { team, tale in
                let message = try team.message("Is the lamp in stock?", in: tale.conversation, on: "jonas").id
                for text in ["👎", ""] {
                    try team.remark(.reaction, text, about: message, by: "jonas", in: tale.conversation)
                }
            },
            .gateway { team, tale in
                // In whatever order they are told: the provider's times say which is the last.
                let name = "r " + tale.customer
                try team.bring("text", "Thanks", from: tale.customer, providerID: name)
                for (number, text) in ["❤", "😀"].enumerated() {
                    try team.bring(
                        "reaction", text, about: name, from: tale.customer, providerID: "\(name) \(number)",
                        at: UInt64(minute(1 - Int64(number))))
                }
            })
        try story.happen().see { detail, _ in
            detail.messages[0].reactions.map(\.text) == ["🎉"] && detail.messages.last?.reactions.map(\.text) == ["❤"]
        }
    }

    @Test func `a correction that comes before its message stands alone until the message is there`() throws {
        let team = try Team(in: TemporaryDirectory())
        let conversation = try team.receive("Hello", providerID: "hello")
        try team.bring("edit", "Is the lamp in stock?", about: "typo", providerID: "fix")
        try team.syncAll()
        for replica in team.replicas {
            #expect(try replica.detail(conversation).messages.map(\.kind) == [.text, .edit])
        }
        try team.bring("text", "Is the lamb in stock?", providerID: "typo")
        try team.syncAll()
        for replica in team.replicas + [try team.listener()] {
            let messages = try replica.detail(conversation).messages
            #expect(messages.map(\.text) == ["Hello", "Is the lamp in stock?"])
            #expect(messages.map(\.isEdited) == [false, true])
        }
    }

    @Test func `a correction that whoever closed had not seen keeps the conversation open`() throws {
        let story = try Meanwhile(
            .gateway { team, tale in
                try team.bring(
                    "edit", "Two lamps, please", about: "order " + tale.customer, from: tale.customer,
                    providerID: "fix " + tale.customer)
            }, .by("leila") { try $0.close($1.id, seen: nil) })
        try story.everyone { team, tale in
            try team.bring("text", "One lamp, please", from: tale.customer, providerID: "order " + tale.customer)
        }
        try story.show(to: "leila")
        try story.happen().see { detail, _ in detail.status == .active && detail.obstacle == .unseen }
    }
}
