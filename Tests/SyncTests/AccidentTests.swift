import CRDT
import ChangeLog
import Foundation
import Storage
import TestSupport
import Testing

/// Copies put back, copied and rolled back at random, the relay's too: after some rounds of syncs everyone holds exactly
/// what anybody still held, each change once.
struct AccidentTests {
    @Test(arguments: Seed.several(12))
    func `whatever is put back, copied or rolled back, nothing that anybody still has is lost or doubled`(
        seed: Seed
    ) throws {
        var office = try Office(seed)
        for _ in 0..<office.dice.number(10...90) { try office.happen() }
        let expected = try office.held()
        for _ in 0..<6 { try office.syncAll() }
        for replica in office.replicas {
            #expect(try replica.sync(with: office.relay, now: office.now) == Moved(roundTrips: 1))
        }
        let all = office.replicas + [office.relay.replica]
        #expect(Set(try all.map { try $0.digest() }).count == 1)
        for replica in all {
            #expect(try replica.counts().waiting == 0)
            let ids = try Office.changes(of: replica).map(\.id)
            #expect(Set(ids).count == ids.count, "each once")
            #expect(expected.isSubset(of: ids))
            #expect(try replica.accident() == nil)
            #expect(try replica.verify().problems == [])
        }
        // All forks are told to be what they are.
        #expect(try all[0].forks().allSatisfy { $0.isDeclared && $0.proof != nil })
    }
}

/// A founder, two others and their relay, in files.
private struct Office {
    var dice: Dice
    private(set) var now: UInt64 = 1_800_000_000_000
    private(set) var relay: MemoryRelay
    private var desks: [Desk] = []
    private var pictures: [Picture] = []
    private let directory = TemporaryDirectory()
    private let configuration: Replica.Configuration

    /// A copy of somebody's.
    private struct Desk {
        let name: String
        let path: String
        var replica: Replica?
    }

    private struct Picture {
        /// Nil for the relay.
        let desk: Int?
        let incarnation: UInt64
        let contents: [String: Data]
    }

    var replicas: [Replica] { desks.compactMap(\.replica) }

    init(_ seed: Seed) throws {
        dice = Dice(seed)
        let plain = Replica.Configuration(schema: Schema(version: 1, roots: []), projections: [])
        configuration = plain.rolling(Seed(dice.next()))
        let founder = try Replica.found(
            at: directory.file("0"), name: "Office", person: "0", secret: Array(repeating: 1, count: 32), key: .of("0"),
            now: now, configuration: configuration)
        relay = MemoryRelay(
            try Replica.create(
                at: directory.file("relay"), workspace: founder.workspace, key: .of("relay"), epoch: 1,
                configuration: configuration), incarnation: 1)
        desks = [Desk(name: "0", path: directory.file("0"), replica: founder)]
        for number in 1...2 {
            let invitation = try founder.invitation(
                .agent, oneTimeSeed: dice.bytes(32), secret: Array(repeating: 1, count: 32), now: now)
            let path = directory.file("\(number)")
            let replica = try Replica.join(
                at: path, invitation: invitation, person: "\(number)", key: .of("\(number)"), now: now,
                configuration: configuration)
            desks.append(Desk(name: "\(number)", path: path, replica: replica))
        }
        for _ in 0..<2 { try syncAll() }
    }

    mutating func syncAll() throws { for index in desks.indices { try sync(index) } }

    private mutating func sync(_ index: Int) throws {
        now += 1
        try desks[index].replica?.sync(with: relay, now: now)
    }

    mutating func happen() throws {
        now += 1
        let index = dice.number(0...desks.count - 1)
        switch dice.number(0...11) {
        case 0...4: try write(index)
        case 5...7: try sync(index)
        case 8: pictures.append(Picture(desk: index, incarnation: 0, contents: contents(of: desks[index].path)))
        case 9:
            let path = directory.file("relay")
            pictures.append(Picture(desk: nil, incarnation: relay.incarnation, contents: contents(of: path)))
        case 10: if !pictures.isEmpty { try putBack(dice.pick(pictures)) }
        default: if desks.count < 6 { try copy(index) }
        }
    }

    private func write(_ index: Int) throws {
        let segment = Segment(
            kind: 1, root: RootID(high: 1, low: 1),
            operations: [Operation(field: 1, action: .write(.text("at \(now)")))])
        try desks[index].replica?.transact(now: now) { _ = try $0.commit(Draft(segments: [segment])) }
    }

    // MARK: Accidents

    private static let ends = ["", "-wal", ".head"]

    private func contents(of path: String) -> [String: Data] {
        var contents: [String: Data] = [:]
        for end in Self.ends { contents[end] = FileManager.default.contents(atPath: path + end) }
        return contents
    }

    /// Into the very files, as a snapshot does.
    private mutating func putBack(_ picture: Picture) throws {
        guard let index = picture.desk else {
            let (path, workspace) = (directory.file("relay"), relay.replica.workspace)
            let standIn = try Replica.create(
                at: directory.file("stand-in \(now)"), workspace: workspace, key: .of("relay"), epoch: 9,
                configuration: configuration)
            relay.putBack(standIn, incarnation: picture.incarnation)
            try write(picture.contents, to: path)
            relay.putBack(try open(path, "relay"), incarnation: picture.incarnation)
            return
        }
        desks[index].replica = nil
        try write(picture.contents, to: desks[index].path)
        desks[index].replica = try open(desks[index].path, desks[index].name)
    }

    /// Two copies of one device, both in use.
    private mutating func copy(_ index: Int) throws {
        let (name, path) = (desks[index].name, directory.file("copy \(desks.count)"))
        try write(contents(of: desks[index].path), to: path)
        desks.append(Desk(name: name, path: path, replica: try open(path, name)))
    }

    private func write(_ contents: [String: Data], to path: String) throws {
        for end in Self.ends {
            let url = URL(filePath: path + end)
            if let content = contents[end] {
                try content.write(to: url)
            } else {
                try? FileManager.default.removeItem(at: url)
            }
        }
        try? FileManager.default.removeItem(atPath: path + "-shm")
    }

    private func open(_ path: String, _ name: String) throws -> Replica {
        try Replica.open(at: path, key: .of(name), configuration: configuration)
    }

    // MARK: Asking

    /// The ids of all changes that anybody holds, the relay included.
    func held() throws -> Set<ChangeID> {
        try Set((replicas + [relay.replica]).flatMap { try Self.changes(of: $0).map(\.id) })
    }

    static func changes(of replica: Replica) throws -> [Change] {
        try replica.publish()
        return try replica.arrivals(after: 0, excluding: nil, byteLimit: .max).deltas.flatMap {
            try ReceivedDelta($0[...]).verified(in: replica.workspace).changes
        }
    }
}
