import ChangeLog
import Storage
import Sync
import TestSupport
import Testing

@testable import Relay

/// What members and the relay tell each other.
struct ExchangeTests {
    private let clock: TestClock
    private let relay: TestRelay
    private let olga: Person

    init() throws {
        clock = TestClock()
        relay = TestRelay(clock: clock)
        olga = try Person.founder(with: relay)
    }

    private func admitted(_ name: String) async throws -> Person {
        let invitation = try olga.invite()
        try await olga.sync()
        let joiner = try Person.joiner(named: name, by: invitation, with: relay)
        try await joiner.sync()
        try await olga.sync()
        return joiner
    }

    @Test func `a second sync moves nothing, in one round trip`() async throws {
        let ana = try await admitted("Ana")
        try ana.write("Hello")
        try await ana.sync()
        try await olga.sync()
        for person in [ana, olga] {
            #expect(try await person.sync() == Moved(sent: 0, received: 0, roundTrips: 1))
        }
        #expect(try olga.replica.digest() == ana.replica.digest())
    }

    @Test func `pushing again what is held stores nothing twice`() async throws {
        try olga.write("Hello")
        try await olga.sync()
        let before = try relay.status()
        let answer = try await olga.ask(olga.packet(cursor: try olga.cursor, deltas: olga.deltas()))
        #expect(Set(answer.verdicts) == [.stored(new: 0)])
        #expect(answer.deltas.isEmpty)
        #expect(try relay.status() == before)
    }

    @Test func `a malformed delta has its verdict, and the others are stored`() async throws {
        try await olga.sync()
        try olga.write("Hello")
        let good = try olga.deltas()
        var forged = try #require(good.last)
        forged[forged.count - 1] ^= 1
        let answer = try await olga.ask(olga.packet(cursor: try olga.cursor, deltas: [[], [1, 2, 3], forged] + good))
        #expect(answer.verdicts.prefix(3) == [.refused(.malformed), .refused(.malformed), .refused(.malformed)])
        #expect(answer.verdicts.count == 3 + good.count)
        #expect(answer.verdicts.contains(.stored(new: 1)))
        #expect(try relay.status().first?.digest == olga.replica.digest())
    }

    @Test func `deltas may come in any order`() async throws {
        try await olga.sync()
        let before = try olga.replica.outgoing(after: 0, byteLimit: 1 << 20).reach
        try olga.write("One")
        try olga.replica.publish()
        let first = try olga.replica.outgoing(after: before, byteLimit: 1 << 20)
        try olga.write("Two")
        try olga.replica.publish()
        let second = try olga.replica.outgoing(after: first.reach, byteLimit: 1 << 20).deltas
        let early = try await olga.ask(olga.packet(cursor: try olga.cursor, deltas: second))
        #expect(early.verdicts == [.waiting(.gap)])
        #expect(try relay.status().first?.waiting == 1)
        let late = try await olga.ask(olga.packet(cursor: try olga.cursor, deltas: first.deltas))
        #expect(late.verdicts == [.stored(new: 1)])
        #expect(try relay.status().first?.digest == olga.replica.digest())
    }

    @Test func `a change from the future is released when it is due, by whoever asks`() async throws {
        let ana = try await admitted("Ana")
        clock.advance(by: 600_000)
        try ana.write("Early")
        let deltas = try ana.deltas()
        // The relay's clock is right, Ana's was ten minutes ahead.
        let relayClock = TestClock(clock.now - 600_000)
        let configuration = RelayConfiguration(
            dataDirectory: relay.configuration.dataDirectory, port: 0, replica: NoteSchema.configuration,
            clock: { relayClock.now })
        let routes = try RelayServer(configuration).routes
        func post(_ person: Person, _ packet: SyncRequest) async throws -> SyncAnswer {
            let body = Compression.compressed(packet.bytes)
            let signature = try person.signature(body: body, created: relayClock.now / 1_000)
            let answer = await routes.answer(
                RoutedRequest(
                    method: "POST", path: "/v0/sync", headers: Dictionary(signature.map { ($0.name, $0.value) }) { $1 },
                    body: body, isLoopback: true))
            return try SyncAnswer(Compression.decompressed(answer.body, limit: PacketFormat.byteLimit))
        }
        #expect(try await post(ana, ana.packet(deltas: deltas)).verdicts.last == .waiting(.early))
        #expect(try await post(olga, olga.packet(cursor: try olga.cursor)).deltas.isEmpty)
        relayClock.advance(by: 300_000)
        #expect(try await post(olga, olga.packet(cursor: try olga.cursor)).deltas.count == 1)
    }

    @Test func `while more is about to be pushed nothing is sent back`() async throws {
        let ana = try await admitted("Ana")
        try ana.write("Hello")
        try await ana.sync()
        let cursor = try #require(try olga.cursor)
        let answer = try await olga.ask(olga.packet(cursor: cursor, isPushOnly: true))
        #expect(answer.deltas.isEmpty)
        #expect(answer.cursor == cursor)
        #expect(try await olga.ask(olga.packet(cursor: cursor)).deltas.count == 1)
    }

    @Test func `of an asker's own changes those come back that it does not say to hold`() async throws {
        try olga.write("Hello")
        try await olga.sync()
        let tips = try olga.replica.sealedTips()
        #expect(tips.map(\.replica) == [olga.replica.id])
        #expect(try await olga.ask(olga.packet(tips: tips)).deltas.isEmpty)
        let first = try #require(
            try olga.deltas().first.map { try ReceivedDelta($0[...]).verified(in: olga.replica.workspace) })
        let tail = try await olga.ask(olga.packet(tips: first.changes.prefix(1).map(\.asCause)))
        #expect(try tail.deltas.map { try ReceivedDelta($0[...]).first }.first == 2)
        let lost = try await olga.ask(olga.packet(frontier: []))
        let own = try lost.deltas.map { try ReceivedDelta($0[...]) }.filter { $0.replica == olga.replica.id }
        #expect(!own.isEmpty)
        #expect(lost.frontier?.isEmpty == false)
        #expect(try await olga.ask(olga.packet(frontier: olga.replica.frontier())).deltas.isEmpty)
    }

    @Test func `more than a page comes page by page`() async throws {
        let ana = try await admitted("Ana")
        for number in 0..<6 { try ana.write(String(repeating: "\(number)", count: 500_000)) }
        try await ana.sync()
        let moved = try await olga.sync()
        #expect(moved.received == 6)
        #expect(moved.roundTrips > 1)
        #expect(try olga.replica.digest() == ana.replica.digest())
    }

    @Test func `more requests than fit at once are asked to come again`() async throws {
        try await olga.sync()
        relay.stop()
        relay.limits.requestsPerWorkspace = 0
        let answer = try await olga.answer(to: olga.packet())
        #expect(answer.status == 503)
        #expect(problem(answer) == "busy")
        #expect(answer.headers.contains { $0 == ("retry-after", "1") })
    }

    @Test func `many who ask at once are all answered right`() async throws {
        var people: [Person] = [olga]
        for name in ["Ana", "Ben", "Cleo"] { people.append(try await admitted(name)) }
        for person in people {
            try person.write("Written by \(try person.replica.member(person.key.device)?.name ?? "")")
        }
        var bodies: [RoutedRequest] = []
        for person in people {
            let body = Compression.compressed(
                person.packet(cursor: try person.cursor, deltas: try person.deltas()).bytes)
            let headers = try person.signature(body: body)
            bodies.append(
                RoutedRequest(
                    method: "POST", path: "/v0/sync", headers: Dictionary(headers.map { ($0.name, $0.value) }) { $1 },
                    body: body, isLoopback: true))
        }
        let routes = try relay.start().routes
        await withTaskGroup(of: Int.self) { group in
            for request in bodies { group.addTask { await routes.answer(request).status } }
            for await status in group { #expect(status == 200) }
        }
        for person in people + people { try await person.sync() }
        #expect(Set(try people.map { try $0.replica.digest() }).count == 1)
    }
}
