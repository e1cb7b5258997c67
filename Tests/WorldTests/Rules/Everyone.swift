import ChangeLog
import Inbox
import Storage
import Testing

/// Who has heard of everything that happened, in some order each: they hold the same, and their screens say the same.
struct Everyone {
    private let team: Team
    private let tales: [Meanwhile.Tale]
    private let replicas: [(name: String, replica: Replica)]

    init(of story: Meanwhile, _ replicas: [(String, Replica)]) throws {
        (team, tales) = (story.team, story.tales)
        self.replicas = replicas.map { (name: $0.0, replica: $0.1) }
        let person = try team.person("leila")
        let digests = Set(try replicas.map { try $0.1.digest() })
        #expect(digests.count == 1)
        var screens: [String]?
        for (name, replica) in replicas {
            #expect(try replica.counts().waiting == 0)
            let shown = try replica.screens(for: person)
            let expected = screens ?? shown
            for (line, other) in zip(shown, expected) where line != other {
                Issue.record("\(name) sees \(line), not \(other)")
            }
            #expect(shown.count == expected.count)
            screens = expected
        }
    }

    /// What each of them sees of each conversation then, in milliseconds since 1970.
    func see(
        at now: Int64 = Team.now, sourceLocation: SourceLocation = #_sourceLocation,
        _ claim: (ConversationDetail, Meanwhile.Tale) throws -> Bool
    ) throws {
        for tale in tales {
            for (name, replica) in replicas {
                let detail = try replica.detail(tale.conversation, now: now)
                let card = try #require(try replica.cards(now: now).first { $0.id == tale.conversation })
                #expect(try claim(detail, tale), "\(name), \(tale.order): \(detail)", sourceLocation: sourceLocation)
                #expect(card.status == detail.status, "\(name), \(tale.order)", sourceLocation: sourceLocation)
                #expect(card.snoozedUntil == detail.snoozedUntil, sourceLocation: sourceLocation)
            }
        }
    }

    /// What the inbox says to each of the team of each conversation.
    func seeCards(
        at now: Int64 = Team.now, sourceLocation: SourceLocation = #_sourceLocation,
        _ claim: (Card, String, Meanwhile.Tale) throws -> Bool
    ) throws {
        for (name, replica) in replicas where team.names.contains(name) {
            let cards = try replica.cards(now: now)
            for tale in tales {
                let card = try #require(cards.first { $0.id == tale.conversation })
                #expect(try claim(card, name, tale), "\(name), \(tale.order): \(card)", sourceLocation: sourceLocation)
            }
        }
    }

    /// How many messages a person has not read, as each of them can tell.
    func unread(
        for name: String, sourceLocation: SourceLocation = #_sourceLocation, _ count: (Meanwhile.Tale) -> Int
    ) throws {
        let person = try team.person(name)
        for tale in tales {
            for (teller, replica) in replicas {
                let unread = try replica.unread(tale.conversation, for: person)
                #expect(unread == count(tale), "\(teller), \(tale.order)", sourceLocation: sourceLocation)
            }
        }
    }
}
