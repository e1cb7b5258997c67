import CRDT
import ChangeLog
import Foundation
import GRDB
import Inbox
import PhoneNumbers
import Storage
import TestSupport
import Testing

/// Leads that are given, and lose, numbers, addresses and identities, that are kept apart and not: after every delivery
/// the groups are those that a plain reading of the state comes to, and a rebuild finds the same.
struct RandomLeadTests {
    @Test(arguments: Seed.several(6))
    func `after every delivery the groups are those of the state, and a rebuild finds the same`(seed: Seed) throws {
        let scene = try LeadScene()
        let customers = ["a", "b", "c", "d", "e", "f"]
        var dice = Dice(seed)
        for customer in customers { try scene.team.receive("Hello", from: customer) }
        try scene.team.syncAll()
        for step in 0..<90 {
            let name = dice.pick(["maya", "jonas", "leila", "assistant"])
            try act(name, dice.pick(customers), dice.pick(customers), scene, &dice)
            try expectGroups(in: scene.team[name], "step \(step)")
            if dice.once(in: 3) {
                let other = dice.pick(["maya", "jonas", "leila"])
                try scene.team.sync(other)
                try expectGroups(in: scene.team[other], "sync at \(step)")
            }
            if step % 30 == 29 { #expect(try scene.team[name].verify().problems.isEmpty) }
        }
        try scene.team.syncAll()
        let tables = try scene.team["maya"].leadTables()
        #expect(!tables.isEmpty)
        for replica in scene.team.replicas {
            #expect(try replica.leadTables() == tables)
            try replica.rebuild()
            #expect(try replica.leadTables() == tables)
        }
    }

    private func act(
        _ name: String, _ customer: String, _ other: String, _ scene: LeadScene, _ dice: inout Dice
    ) throws {
        let shared = (
            phone: dice.pick(["+493023125017", "+12025550142", "0000", "", "+54 9 11 2345 6789", "+54 11 2345 6789"]),
            email: dice.pick(["x@y.z", "X@Y.Z ", "q@r.s", ""]), identity: dice.pick(["m:1", "m:2"])
        )
        let root = InboxSchema.lead
        func write(_ field: String, _ value: String) -> ChangeLog.Operation {
            Operation(field: root.field(named: field).number, action: .write(value.isEmpty ? .null : .text(value)))
        }
        let isAssistant = name == "assistant"
        switch isAssistant ? 7 : dice.number(0...6) {
        case 0: try scene.write(name, customer, [write("phone", shared.phone)])
        case 1: try scene.write(name, customer, [write("email", shared.email)])
        case 2: try scene.addIdentity(name, customer, shared.identity)
        case 3 where customer != other:
            try scene.team.write(name) { _ = try $0.keepApart(scene.id(customer).text, scene.id(other).text) }
        case 4 where customer != other:
            try scene.team.write(name) { _ = try $0.undoKeepApart(scene.id(customer).text, scene.id(other).text) }
        case 5:
            try scene.set(
                name, customer, LeadPatch(status: dice.once(in: 2) ? .to("qualified") : .automatic, score: .to(7)))
        case 6: try scene.write(name, customer, [write("name", dice.pick(["Ä", "b", "C", ""]))])
        default: try scene.say("assistant", customer, status: dice.pick(["lost", "new"]), score: dice.number(0...100))
        }
    }

    private func expectGroups(in replica: Replica, _ comment: String) throws {
        try replica.read { database in
            let plain = try PlainGroups(database)
            #expect(try PlainGroups.stored(in: database) == plain.groups, "\(comment)")
        }
    }
}

/// Who is one person, read from the state without indices or cleverness: every link in its order, one after another.
private struct PlainGroups {
    private(set) var groups: Set<Set<RootID>> = []

    private struct Link: Hashable {
        let kind: Int
        let value: String
        let lower: RootID
        let higher: RootID
    }

    init(_ database: Database) throws {
        var keysByLead: [RootID: Set<[String]>] = [:]
        for row in try Row.fetchAll(database, sql: "SELECT id, key, email, phone FROM lead") {
            guard let id = (row[1] as Data?).flatMap({ RootID(bytes: Array($0)) }) else { continue }
            let set = try String.fetchAll(
                database, sql: "SELECT value FROM lead_set WHERE root=? AND field=11", arguments: [row[0] as Int64?])
            keysByLead[id] = Set(set.map { ["0", $0] })
            if let phone = (row[3] as String?).flatMap({ PhoneNumber($0) }) {
                keysByLead[id]?.insert(["1", phone.matchingKey])
            }
            if let email = row[2] as String?, email.contains("@") {
                keysByLead[id]?.insert(["2", email.trimmingCharacters(in: .whitespaces).lowercased()])
            }
        }
        let apart = try Row.fetchAll(
            database, sql: "SELECT l.key, s.value FROM lead_set s JOIN lead l ON l.id=s.root WHERE s.field=16"
        ).map { row in Set([row[0] as Data? ?? Data(), row[1] as Data? ?? Data()]) }
        groups = Set(keysByLead.keys.map { [$0] })
        for link in Self.links(keysByLead) {
            guard let one = groups.first(where: { $0.contains(link.lower) }),
                let other = groups.first(where: { $0.contains(link.higher) }), one != other
            else { continue }
            let both = one.union(other)
            let ids = Set(both.map { Data($0.bytes) })
            if apart.contains(where: { $0.isSubset(of: ids) }) { continue }
            groups.subtract([one, other])
            groups.insert(both)
        }
    }

    private static func links(_ keysByLead: [RootID: Set<[String]>]) -> [Link] {
        var links: Set<Link> = []
        for (one, keys) in keysByLead {
            for (other, others) in keysByLead where one < other {
                for key in keys.intersection(others) {
                    links.insert(Link(kind: Int(key[0]) ?? 0, value: key[1], lower: one, higher: other))
                }
            }
        }
        return links.sorted { left, right in
            guard (left.kind, left.value) == (right.kind, right.value) else {
                return (left.kind, left.value) < (right.kind, right.value)
            }
            return (left.lower, left.higher) < (right.lower, right.higher)
        }
    }

    /// Who is one person by the projection.
    static func stored(in database: Database) throws -> Set<Set<RootID>> {
        var membersByProfile: [Int64: Set<RootID>] = [:]
        for row in try Row.fetchAll(
            database,
            sql: """
                SELECT coalesce(x.profile, l.id), l.key FROM lead l LEFT JOIN lead_profile x ON x.lead=l.id
                JOIN profile ON profile.id = coalesce(x.profile, l.id)
                """)
        {
            guard let profile = row[0] as Int64?, let id = (row[1] as Data?).flatMap({ RootID(bytes: Array($0)) })
            else { continue }
            membersByProfile[profile, default: []].insert(id)
        }
        return Set(membersByProfile.values)
    }
}
