import ChangeLog
import Foundation
import GRDB
import Storage
import TestSupport
import Testing

/// Changes that travel as files: nothing else is between these replicas.
struct BundleTests {
    private let directory = TemporaryDirectory()
    private let now = Crew.now

    @Test func `what one exports and another imports makes them the same, and once is enough`() throws {
        let crew = try Crew(1, in: directory)
        for number in 0..<40 { try write(Things.name("\(number)"), Things.entry("\(number)"), by: crew.founder) }
        let path = directory.file("a.bundle")
        let export = try crew.founder.exportBundle(to: path)
        #expect(export.changes == 41)
        #expect(export.bytes == size(of: path))
        let observer = try crew.observer()
        let first = try observer.importBundle(from: path, now: now)
        #expect(first.new == 41)
        #expect(first.waiting == 0)
        #expect(first.refused.isEmpty)
        #expect(try observer.digest() == crew.founder.digest())
        let second = try observer.importBundle(from: path, now: now)
        #expect(second.changes == 41)
        #expect(second.new == 0)
        #expect(try observer.digest() == crew.founder.digest())
    }

    @Test func `exporting publishes, so that nothing that has left is ever written anew`() throws {
        let crew = try Crew(1, in: directory)
        try write(Things.name("a"), by: crew.founder)
        #expect(try crew.founder.localValue(.published) == .null)
        _ = try crew.founder.exportBundle(to: directory.file("a.bundle"))
        let mark = try #require(try crew.founder.localValue(.published).bytes)
        #expect(mark.prefix(48).elementsEqual(crew.founder.id.bytes + [0, 0, 0, 0, 0, 0, 0, 2]))
    }

    @Test func `with the other's frontier only the news moves`() throws {
        let crew = try Crew(2, in: directory)
        let (a, b) = (crew.replicas[0], crew.replicas[1])
        for number in 0..<30 { try write(Things.tag("\(number)"), by: a) }
        try carry(from: a, to: b)
        try write(Things.name("news"), by: a)
        let frontier = directory.file("b.frontier")
        try b.frontierFile().write(to: frontier, replacing: false)
        let tips = try FrontierFile(path: frontier)
        #expect(tips.workspace == crew.workspace)
        let path = directory.file("news.bundle")
        #expect(try a.exportBundle(to: path, lacking: tips.held).changes == 1)
        #expect(try b.importBundle(from: path, now: now).new == 1)
        #expect(try a.digest() == b.digest())
    }

    /// A tip that nobody else knows yet says nothing by itself: hence the changes before it in the file.
    @Test func `also where the other has written meanwhile, little but the news moves`() throws {
        let crew = try Crew(2, in: directory)
        let (a, b) = (crew.replicas[0], crew.replicas[1])
        for number in 0..<300 { try write(Things.tag("\(number)"), by: a) }
        try carry(from: a, to: b)
        for number in 0..<3 { try write(Things.tag("mine \(number)"), by: a) }
        try write(Things.name("news"), by: b)
        let frontier = try a.frontierFile()
        #expect(frontier.tips.count == 1)
        #expect(frontier.past.count == 9)
        let export = try b.exportBundle(to: directory.file("news.bundle"), lacking: frontier.held)
        #expect(export.changes <= 3)
        #expect(try a.importBundle(from: directory.file("news.bundle"), now: now).new == 1)
    }

    @Test func `without the other's frontier, what their newest change had seen is left out`() throws {
        let crew = try Crew(2, in: directory)
        let (a, b) = (crew.replicas[0], crew.replicas[1])
        for number in 0..<10 { try write(Things.tag("\(number)"), by: a) }
        try carry(from: a, to: b)
        try write(Things.name("seen it"), by: b)
        try carry(from: b, to: a)
        try write(Things.name("unseen"), by: a)
        let person = try #require(try a.member(b.id.device)).person
        let path = directory.file("for-b.bundle")
        #expect(try a.exportBundle(to: path, lacking: a.seen(by: person)).changes == 1)
        #expect(try b.importBundle(from: path, now: now).new == 1)
        #expect(try a.digest() == b.digest())
    }

    @Test(arguments: Seed.several(5))
    func `three devices that hand bundles on in a ring become the same`(seed: Seed) throws {
        var dice = Dice(seed)
        let crew = try Crew(3, in: directory, seed: seed)
        for round in 0..<6 {
            for replica in crew.replicas where dice.once(in: 2) {
                try write(Things.name("\(round)"), Things.entry(replica.id.text), by: replica)
            }
            let giver = dice.number(0...2)
            try carry(from: crew.replicas[giver], to: crew.replicas[(giver + 1) % 3], all: dice.once(in: 2))
        }
        for giver in [0, 1, 2, 0, 1] {
            try carry(from: crew.replicas[giver], to: crew.replicas[(giver + 1) % 3], all: false)
        }
        #expect(Set(try crew.replicas.map { try $0.digest() }).count == 1)
        for replica in crew.replicas { #expect(try replica.verify().problems == []) }
    }

    /// Many small syncs, so that the log's runs are packed across them and reach beyond what one page asks for.
    @Test func `a long history fits into blocks, comes causes first, and no change comes twice`() throws {
        let crew = try Crew(2, in: directory)
        let text = String(repeating: "word ", count: 400)
        for number in 0..<700 {
            try crew.replicas[number % 2].transact(now: now + UInt64(number)) {
                _ = try $0.commit(Things.draft(Things.entry("\(number) \(text)")))
            }
            if number % 5 == 0 { try Wire.join(crew.replicas, now: now + UInt64(number)) }
        }
        try Wire.join(crew.replicas, now: now + 700)
        let path = directory.file("long.bundle")
        let export = try crew.founder.exportBundle(to: path)
        #expect(export.changes == Int(try crew.founder.counts().applied))
        let observer = try crew.observer()
        let report = try observer.importBundle(from: path, now: now + 700)
        #expect(report.new == UInt64(export.changes))
        #expect(report.waiting == 0)
        #expect(try observer.digest() == crew.founder.digest())
    }

    @Test func `a bundle with any byte altered is refused, and nothing of it is stored`() throws {
        let crew = try Crew(1, in: directory)
        try write(Things.name("a"), by: crew.founder)
        let path = directory.file("whole.bundle")
        _ = try crew.founder.exportBundle(to: path)
        let whole = try Data(contentsOf: URL(filePath: path))
        let observer = try crew.observer()
        let altered = directory.file("altered.bundle")
        for offset in whole.indices {
            for bit in [0x01, 0x80] as [UInt8] {
                var bytes = whole
                bytes[offset] ^= bit
                try bytes.write(to: URL(filePath: altered))
                #expect(throws: BundleFailure.self, "byte \(offset)") {
                    try observer.importBundle(from: altered, now: now)
                }
            }
        }
        #expect(try observer.counts() == (0, 0))
        #expect(try observer.importBundle(from: path, now: now).new == 2)
    }

    @Test func `a bundle cut off anywhere is refused as cut off, and nothing of it is stored`() throws {
        let crew = try Crew(1, in: directory)
        try write(Things.name("a"), by: crew.founder)
        let path = directory.file("whole.bundle")
        _ = try crew.founder.exportBundle(to: path)
        let whole = try Data(contentsOf: URL(filePath: path))
        let observer = try crew.observer()
        let cut = directory.file("cut.bundle")
        for count in 0..<whole.count {
            try whole.prefix(count).write(to: URL(filePath: cut))
            #expect(throws: count == 0 ? BundleFailure.notABundle : .truncated, "after \(count)") {
                try observer.importBundle(from: cut, now: now)
            }
        }
        try (whole + [0]).write(to: URL(filePath: cut))
        #expect(throws: BundleFailure.self) { try observer.importBundle(from: cut, now: now) }
        #expect(try observer.counts() == (0, 0))
    }

    @Test func `what is no bundle, another workspace's or a newer version's is told apart`() throws {
        let crew = try Crew(1, in: directory)
        let path = directory.file("a.bundle")
        _ = try crew.founder.exportBundle(to: path)
        let stranger = try Replica.found(
            at: directory.file("other"), name: "Other", person: "x", secret: [1], key: .of("x"), now: now,
            configuration: Things.configuration)
        #expect(throws: BundleFailure.otherWorkspace(crew.workspace)) {
            try stranger.importBundle(from: path, now: now)
        }
        var newer = try Data(contentsOf: URL(filePath: path))
        newer[8] = 2
        try newer.write(to: URL(filePath: directory.file("newer")))
        #expect(throws: BundleFailure.newerVersion(2)) {
            try crew.founder.importBundle(from: directory.file("newer"), now: now)
        }
        try Data("hello, this is no bundle; it is a letter".utf8).write(to: URL(filePath: directory.file("letter")))
        #expect(throws: BundleFailure.notABundle) {
            try crew.founder.importBundle(from: directory.file("letter"), now: now)
        }
        #expect(throws: BundleFailure.unreadable(path: directory.file("absent"), code: ENOENT)) {
            try crew.founder.importBundle(from: directory.file("absent"), now: now)
        }
        #expect(throws: BundleFailure.unreadable(path: directory.path, code: EISDIR)) {
            try crew.founder.importBundle(from: directory.path, now: now)
        }
    }

    /// Whoever makes such a file can put a right hash under it.
    @Test func `blocks that lie about their length or content, under a right hash, are refused`() throws {
        let crew = try Crew(1, in: directory)
        let good = try crew.founder.write(Things.draft(Things.name("a")))
        let delta = DeltaWriter.bytes(
            replica: good.changes[0].replica, first: 2, previous: good.changes[0].place.previous,
            wires: good.changes.map(\.wire), seal: good.seal)
        var framed = ByteWriter()
        framed.sized(delta)
        let observer = try crew.observer()
        let plain: [UInt8] = [0]
        let blocks: [[UInt8]] = [
            [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [0x80, 0x00], [2, 7, 7, 0], [3, 0, 9, 1, 0],
            sized(plain + framed.bytes.dropLast()) + [0], [5, 0], [0, 0],
        ]
        for block in blocks {
            try bundle(block, in: crew.workspace, to: "lie")
            #expect(throws: BundleFailure.self, "\(block.prefix(12))") {
                try observer.importBundle(from: directory.file("lie"), now: now)
            }
        }
        var forged = delta
        forged[delta.count - 1] ^= 1
        var pair = ByteWriter()
        for each in [forged, delta] { pair.sized(each) }
        try bundle(sized(plain + pair.bytes) + [0], in: crew.workspace, to: "forged")
        let report = try crew.informedObserver("informed").importBundle(from: directory.file("forged"), now: now)
        #expect(report.refused == [.malformed: 1], "one that does not hold keeps no other from coming in")
    }

    @Test func `a file that is there is not replaced unless asked, and no half a file is left behind`() throws {
        let crew = try Crew(1, in: directory)
        let path = directory.file("a.bundle")
        try Data("mine".utf8).write(to: URL(filePath: path))
        #expect(throws: BundleFailure.exists(path: path)) { try crew.founder.exportBundle(to: path) }
        #expect(try Data(contentsOf: URL(filePath: path)) == Data("mine".utf8))
        _ = try crew.founder.exportBundle(to: path, replacing: true)
        #expect(try crew.observer().importBundle(from: path, now: now).new == 1)
        #expect(throws: BundleFailure.unwritable(path: directory.file("no/such"), code: ENOENT)) {
            try crew.founder.exportBundle(to: directory.file("no/such"))
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(names.filter { $0.hasSuffix(".part") } == [])
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600, "customers' messages are for their owner's eyes")
    }

    @Test func `a frontier file that is cut off or altered in form is refused at its line`() throws {
        let crew = try Crew(2, in: directory)
        try write(Things.name("a"), by: crew.replicas[1])
        let text = try crew.replicas[1].frontierFile().text
        let lines = text.split(separator: "\n")
        #expect(lines.count == 6)
        #expect(try FrontierFile(text).tips == crew.replicas[1].frontier())
        #expect(try FrontierFile(text.replacing("\n", with: "\r\n\n")).tips.count == 2)
        for count in 0..<lines.count {
            #expect(throws: BundleFailure.self) {
                try FrontierFile(lines.prefix(count).joined(separator: "\n"))
            }
        }
        #expect(throws: BundleFailure.notAFrontier(line: 4)) {
            try FrontierFile((lines.prefix(3) + ["tip x 1 y"]).joined(separator: "\n"))
        }
        #expect(throws: BundleFailure.notAFrontier(line: 1)) { try FrontierFile("") }
    }

    // MARK: Helpers

    private func write(_ operations: ChangeLog.Operation..., by replica: Replica) throws {
        try replica.transact(now: now) {
            _ = try $0.commit(Draft(segments: [Segment(kind: 1, root: Things.root(1), operations: operations)]))
        }
    }

    private func carry(from giver: Replica, to taker: Replica, all: Bool = true) throws {
        let path = directory.file("carried.bundle")
        _ = try giver.exportBundle(to: path, lacking: all ? [] : taker.frontier(), replacing: true)
        let report = try taker.importBundle(from: path, now: now + 100)
        #expect(report.refused.isEmpty)
    }

    private func size(of path: String) -> UInt64 {
        ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber)?.uint64Value ?? 0
    }

    private func sized(_ bytes: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        writer.sized(bytes)
        return writer.bytes
    }

    private func bundle(_ blocks: [UInt8], in workspace: WorkspaceID, to name: String) throws {
        let bytes = Array("NXBUNDLE".utf8) + [1] + workspace.bytes + blocks
        try Data(bytes + bytes.withUnsafeBytes { Digest.plain($0) }).write(to: URL(filePath: directory.file(name)))
    }
}
