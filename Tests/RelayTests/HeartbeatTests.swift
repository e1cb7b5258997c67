import Foundation
import TestSupport
import Testing

@testable import Relay

/// Whether the relay was there all the time, as it knows itself.
struct HeartbeatTests {
    private let directory = TemporaryDirectory()
    private let start: UInt64 = 1_800_000_000_000

    private func heartbeat(at time: UInt64) throws -> Heartbeat {
        Heartbeat(try DataDirectory.made(at: directory.file("relay")), now: time)
    }

    @Test func `a relay that was never started before has forgotten nothing`() throws {
        let heartbeat = try heartbeat(at: start)
        #expect(heartbeat.steadySince == 0)
        heartbeat.beat(now: start + Heartbeat.interval)
        #expect(heartbeat.steadySince == 0)
    }

    @Test func `a start up to five minutes after the last note is no gap, a later one is`() throws {
        _ = try heartbeat(at: start)
        let inTime = start + Heartbeat.longestPause
        #expect(try heartbeat(at: inTime).steadySince == 0)
        let late = inTime + Heartbeat.longestPause + 1
        #expect(try heartbeat(at: late).steadySince == late)
        // It is kept, until there is another.
        #expect(try heartbeat(at: late + 1).steadySince == late)
    }

    @Test func `a machine that slept has a gap, too`() throws {
        let heartbeat = try heartbeat(at: start)
        heartbeat.beat(now: start + Heartbeat.longestPause)
        #expect(heartbeat.steadySince == 0)
        let late = start + 2 * Heartbeat.longestPause + 1
        heartbeat.beat(now: late)
        #expect(heartbeat.steadySince == late)
        #expect(try self.heartbeat(at: late).steadySince == late)
    }

    @Test func `it notes the time once a minute, however often it is asked to`() throws {
        let heartbeat = try heartbeat(at: start)
        let note = { try String(contentsOfFile: directory.file("relay") + "/heartbeat", encoding: .utf8) }
        let before = try note()
        heartbeat.beat(now: start + Heartbeat.interval - 1)
        #expect(try note() == before)
        heartbeat.beat(now: start + Heartbeat.interval)
        #expect(try note() != before)
    }

    @Test func `a clock that is set back makes no gap`() throws {
        let heartbeat = try heartbeat(at: start)
        heartbeat.beat(now: start - 3_600_000)
        #expect(heartbeat.steadySince == 0)
        #expect(try self.heartbeat(at: start - 3_600_000 + 1).steadySince == 0)
    }

    @Test(arguments: ["", "1", "a b", "1 2 3", "99999999999999999999999 1", "-1 1"])
    func `a note that was torn is none`(text: String) throws {
        let data = try DataDirectory.made(at: directory.file("relay"))
        try Data(text.utf8).write(to: URL(filePath: data.path + "/heartbeat"))
        #expect(Heartbeat(data, now: start).steadySince == 0)
    }
}
