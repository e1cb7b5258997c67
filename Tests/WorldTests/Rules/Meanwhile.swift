import CRDT
import ChangeLog
import Foundation
import GRDB
import Inbox
import Storage
import TestSupport
import Testing

/// A story of people who do not know of each other: told once for every order of doing, each time in a conversation of
/// its own, and heard in every order of delivery.
///
/// So one who asks what becomes of a close and a reopening has both of them be the later, on every device.
struct Meanwhile {
    let team: Team
    /// One for every order of doing.
    let tales: [Tale]
    private let deeds: [Deed]

    /// A conversation, which begins with a customer's message, and in which order people do something there.
    struct Tale {
        let conversation: RootID
        let customer: String
        /// Who does something first, who next.
        let order: [String]
        /// As commands take it.
        var id: String { conversation.text }
        /// Whose stamp is the highest.
        var last: String { order.last ?? "" }
    }

    /// What one of them does.
    struct Deed {
        let name: String
        let act: (Team, Tale) throws -> Void

        static func by<Result>(_ name: String, _ command: @escaping (InboxWriter, Tale) throws -> Result) -> Deed {
            Deed(name: name) { team, tale in _ = try team.write(name) { try command($0, tale) } }
        }

        static func gateway(_ act: @escaping (Team, Tale) throws -> Void) -> Deed { Deed(name: "gateway", act: act) }

        /// The customer writes.
        static func arrives(_ text: String) -> Deed {
            .gateway { team, tale in try team.receive(text, from: tale.customer) }
        }
    }

    /// Everybody knows of a customer's first message, "Is the lamp in stock?". They part at minute 1.
    ///
    /// - Parameters:
    ///   - deeds: at most four, each by somebody else; several steps of one person's are one deed.
    ///   - newcomers: who joins besides, and as what.
    init(_ deeds: Deed..., newcomers: [(String, Role)] = []) throws {
        precondition(Set(deeds.map(\.name)).count == deeds.count && deeds.count <= 4)
        team = try Team(in: TemporaryDirectory())
        for (name, role) in newcomers { try team.join(name, as: role) }
        self.deeds = deeds
        var tales: [Tale] = []
        for (number, order) in deeds.map(\.name).permutations().enumerated() {
            let customer = "customer \(number + 1)"
            let conversation = try team.receive("Is the lamp in stock?", from: customer)
            tales.append(Tale(conversation: conversation, customer: customer, order: order))
        }
        self.tales = tales
        try team.syncAll()
        team.pass(UInt64(minute(1)) - team.now)
    }

    /// What everybody knows when they part, and afterwards: done in each conversation between two syncs of all.
    func everyone<Result>(_ act: (Team, Tale) throws -> Result) throws {
        try team.syncAll()
        for tale in tales { _ = try act(team, tale) }
        try team.syncAll()
    }

    /// What somebody does in each conversation, knowing all, and all hear of.
    func then<Result>(_ name: String, _ command: (InboxWriter, Tale) throws -> Result) throws {
        try everyone { team, tale in try team.write(name) { try command($0, tale) } }
    }

    /// Somebody looks at the conversations.
    func show(to names: String...) throws {
        for name in names { for tale in tales { try team.show(tale.conversation, to: name) } }
    }

    /// They part and do it. Then those who did, and as many listeners as there are orders, hear of it; one listener and
    /// one of the others have derived everything anew.
    func happen() throws -> Everyone {
        try team.syncAll()
        let base = try Listeners(of: team)
        let before = Dictionary(uniqueKeysWithValues: try deeds.map { ($0.name, try team[$0.name].frontier()) })
        for tale in tales {
            for name in tale.order { try deeds.first { $0.name == name }?.act(team, tale) }
        }
        var news: [String: [VerifiedDelta]] = [:]
        for deed in deeds { news[deed.name] = try Wire.news(of: team[deed.name], since: before[deed.name] ?? []) }
        team.pass(1_000)
        var hearers: [(String, Replica)] = []
        for (number, order) in deeds.map(\.name).permutations().enumerated() {
            let listener = try base.listener(number)
            for name in order { try listener.hear(news[name] ?? [], now: team.now) }
            hearers.append(("who heard \(order.joined(separator: ", then "))", listener))
        }
        for (number, deed) in deeds.enumerated() {
            for other in deeds[number...] + deeds[..<number] where other.name != deed.name {
                try team[deed.name].hear(news[other.name] ?? [], now: team.now)
            }
            hearers.append((deed.name, team[deed.name]))
        }
        try hearers.first?.1.rebuild()
        try hearers.last?.1.rebuild()
        return try Everyone(of: self, hearers)
    }

    /// Everybody syncs, the relay among them; and somebody hears of it all at once, in another order.
    func sync() throws -> Everyone {
        try team.syncAll()
        let listener = try Listeners(of: team).listener(0)
        try listener.rebuild()
        return try Everyone(
            of: self,
            team.names.map { ($0, team[$0]) } + [("relay", team.relay.replica), ("a listener", listener)])
    }
}

/// Copies of a replica that has heard what the relay holds, and writes nothing.
private struct Listeners {
    private let team: Team
    private let source: String

    init(of team: Team) throws {
        self.team = team
        let name = "listener \(UUID().uuidString)"
        source = team.directory.file(name)
        let first = try team.stranger("listener", file: name)
        for delta in try Wire.everything(of: team.relay.replica).reversed() { try first.hear([delta], now: team.now) }
        #expect(try first.counts().waiting == 0)
        try DatabaseQueue(path: source).writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
    }

    func listener(_ number: Int) throws -> Replica {
        try FileManager.default.copyItem(atPath: source, toPath: "\(source) \(number)")
        return try Replica.open(
            at: "\(source) \(number)", key: .of("listener"), configuration: team.configuration)
    }
}

extension Replica {
    fileprivate func hear(_ deltas: [VerifiedDelta], now: UInt64) throws {
        for verdict in try append(deltas, now: now, durability: .normal) {
            if case .refused(let reason) = verdict { Issue.record("refused: \(reason)") }
        }
    }
}

extension Wire {
    /// What a replica has written since it held `frontier`.
    fileprivate static func news(of replica: Replica, since frontier: [Cause]) throws -> [VerifiedDelta] {
        try replica.publish()
        return try replica.arrivals(
            after: 0, excluding: nil, only: replica.id.device, frontier: frontier, byteLimit: .max
        ).deltas.map { try ReceivedDelta($0[...]).verified(in: replica.workspace) }
    }
}

extension Array {
    /// Every order of these.
    func permutations() -> [[Element]] {
        guard count > 1 else { return [self] }
        return indices.flatMap { index in
            var rest = self
            let first = rest.remove(at: index)
            return rest.permutations().map { [first] + $0 }
        }
    }
}
