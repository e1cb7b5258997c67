import CRDT
import ChangeLog
import TestSupport
import Testing

@testable import Sync

struct PacketTests {
    @Test(arguments: Seed.several(10))
    func `a request survives, and nothing shorter or longer is one`(seed: Seed) throws {
        var dice = Dice(seed)
        for _ in 0..<10 {
            let request = dice.request()
            #expect(try SyncRequest(request.bytes) == request)
            #expect(throws: FormatRejection.trailingBytes) { try SyncRequest(request.bytes + [0]) }
            for length in request.bytes.indices {
                #expect(throws: FormatRejection.self) { try SyncRequest(Array(request.bytes[..<length])) }
            }
        }
    }

    @Test(arguments: Seed.several(10))
    func `an answer survives, and nothing shorter or longer is one`(seed: Seed) throws {
        var dice = Dice(seed)
        for _ in 0..<10 {
            let answer = dice.answer()
            #expect(try SyncAnswer(answer.bytes) == answer)
            #expect(throws: FormatRejection.trailingBytes) { try SyncAnswer(answer.bytes + [0]) }
            for length in answer.bytes.indices {
                #expect(throws: FormatRejection.self) { try SyncAnswer(Array(answer.bytes[..<length])) }
            }
        }
    }

    @Test(arguments: Seed.several(4))
    func `random and altered bytes are refused, or are the one way to write what they say`(seed: Seed) throws {
        var dice = Dice(seed)
        for _ in 0..<1000 {
            let random = [0] + dice.bytes(dice.number(0...150))
            _ = try? SyncRequest(random)
            _ = try? SyncAnswer(random)
            _ = try? Compression.decompressed(random, limit: 1000)
            _ = try? Compression.decompressed([1] + random, limit: 1000)
            var (request, answer) = (dice.request().bytes, dice.answer().bytes)
            request[dice.number(0...request.count - 1)] ^= 1 << dice.number(0...7)
            answer[dice.number(0...answer.count - 1)] ^= 1 << dice.number(0...7)
            if let read = try? SyncRequest(request) { #expect(read.bytes == request) }
            if let read = try? SyncAnswer(answer) { #expect(read.bytes == answer) }
        }
    }

    @Test func `versions, flags and verdicts that this version does not know are refused`() throws {
        var dice = Dice(Seed(1))
        var request = dice.request().bytes
        request[0] = 1
        #expect(throws: FormatRejection.unknownFormat(1)) { try SyncRequest(request) }
        (request[0], request[73]) = (0, 128)
        #expect(throws: FormatRejection.unknownFormat(128)) { try SyncRequest(request) }
        var answer = SyncAnswer(cursor: Cursor(incarnation: 1, arrival: 1), time: 1, verdicts: [.stored(new: 1)]).bytes
        answer[1] = 16
        #expect(throws: FormatRejection.unknownFormat(16)) { try SyncAnswer(answer) }
        answer[1] = 0
        for (kind, detail) in [(1, 0), (1, 5), (2, 0), (2, 9), (3, 0)] as [(UInt8, UInt8)] {
            (answer[21], answer[22]) = (kind, detail)
            #expect(throws: FormatRejection.unknownFormat(UInt64(kind == 3 ? kind : detail))) { try SyncAnswer(answer) }
        }
    }

    @Test func `what is asked of leases and said of them survives, and nothing shorter, longer or other is it`() throws
    {
        var dice = Dice(Seed(1))
        for number in UInt64(0)..<50 {
            let asked = dice.request()
            let request = LeaseRequest(
                workspace: asked.workspace, replica: asked.replica, scope: LeaseScope(high: dice.next(), low: number),
                givesBack: number % 2 == 1)
            #expect(try LeaseRequest(request.bytes) == request)
            let outcome = try #require(LeaseReply.Outcome(rawValue: UInt8(number % 3)))
            let reply = LeaseReply(
                outcome, until: dice.next() >> number, incarnation: dice.next(), counter: number, steadySince: .max,
                time: dice.next())
            #expect(try LeaseReply(reply.bytes) == reply)
            for bytes in [request.bytes + [0], [1] + request.bytes.dropFirst(), request.bytes.dropLast() + [2]] {
                #expect(throws: FormatRejection.self) { try LeaseRequest(bytes) }
            }
            for bytes in [reply.bytes + [0], [1] + reply.bytes.dropFirst(), [0, 3] + reply.bytes.dropFirst(2)] {
                #expect(throws: FormatRejection.self) { try LeaseReply(bytes) }
            }
            for length in request.bytes.indices {
                #expect(throws: FormatRejection.self) { try LeaseRequest(Array(request.bytes[..<length])) }
            }
            for length in reply.bytes.indices {
                #expect(throws: FormatRejection.self) { try LeaseReply(Array(reply.bytes[..<length])) }
            }
        }
    }

    @Test func `a packet that announces more than it may hold is refused`() {
        let start = [UInt8](repeating: 0, count: 1 + 32 + 40)
        var deltas = ByteWriter()
        deltas.integer(65_537)
        #expect(throws: FormatRejection.limit(.changes)) { try SyncRequest(start + [0] + deltas.bytes) }
        #expect(throws: FormatRejection.limit(.causes)) { try SyncRequest(start + [2] + deltas.bytes) }
    }
}

struct CompressionTests {
    @Test(arguments: Seed.several(5))
    func `what is packed is unpacked, and never grows by more than its form`(seed: Seed) throws {
        var dice = Dice(seed)
        for count in [0, 1, 199, 200, 201, 5000] {
            let random = dice.bytes(count)
            let dull = [UInt8](repeating: 7, count: count)
            for bytes in [random, dull] {
                let packed = Compression.compressed(bytes)
                #expect(packed.count <= bytes.count + 1)
                #expect(try Compression.decompressed(packed, limit: count) == bytes)
            }
            if count > 200 { #expect(Compression.compressed(dull).count < 50) }
        }
    }

    @Test func `what would grow beyond the limit is refused before it does`() {
        let bomb = Compression.compressed([UInt8](repeating: 0, count: 8 << 20))
        #expect(bomb.count < 2000)
        #expect(throws: FormatRejection.limit(.delta)) { try Compression.decompressed(bomb, limit: 8 << 20 - 1) }
        #expect(throws: FormatRejection.limit(.delta)) { try Compression.decompressed([0, 1, 2, 3], limit: 2) }
    }

    /// The frames are put together by hand, from RFC 8878, section 3.1.1.
    @Test func `a frame that does not say its size, or says too little, is refused`() throws {
        let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
        // A block of one byte, 100,000 times; the last of its frame.
        let header = UInt32(100_000 << 3 | 1 << 1 | 1)
        let block = [0, 8, 16].map { UInt8(truncatingIfNeeded: header >> UInt32($0)) } + [7]
        let silent = [1] + magic + [0, 0x38] + block
        #expect(throws: FormatRejection.limit(.delta)) { try Compression.decompressed(silent, limit: 1 << 20) }
        let liar = [1] + magic + [0x20, 10] + block
        #expect(throws: FormatRejection.truncated) { try Compression.decompressed(liar, limit: 1 << 20) }
        let honest = [1] + magic + [0xA0, 0xA0, 0x86, 1, 0] + block
        let unpacked = try Compression.decompressed(honest, limit: 1 << 20)
        #expect(unpacked == [UInt8](repeating: 7, count: 100_000))
    }

    @Test func `a form that this version does not know, and nothing at all, are refused`() {
        #expect(throws: FormatRejection.unknownFormat(2)) { try Compression.decompressed([2, 1], limit: 10) }
        #expect(throws: FormatRejection.truncated) { try Compression.decompressed([], limit: 10) }
    }
}

struct Base64Tests {
    /// RFC 4648, section 10.
    @Test(arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")])
    func `the vectors of the RFC hold`(plain: String, text: String) {
        #expect(Base64.text(Array(plain.utf8)) == text)
        #expect(Base64.bytes(text) == Array(plain.utf8))
    }

    @Test(arguments: ["Zg", "Zg=", "Zh==", "Zg==\n", "Z=g=", "Zm9v ", "é"])
    func `what is not written so is refused`(text: String) { #expect(Base64.bytes(text) == nil) }
}

extension Dice {
    mutating func cause() -> Cause {
        let replica = ReplicaID(device: DeviceID(unchecked: bytes(32)), epoch: next())
        return Cause(replica: replica, number: number(1...ChangeNumber.limit), prefix: bytes(16))
    }

    mutating func causes() -> [Cause] { (0..<number(0...2)).map { _ in cause() } }

    mutating func cursor() -> Cursor { Cursor(incarnation: next(), arrival: next() >> 1) }

    mutating func deltas() -> [[UInt8]] { (0..<number(0...2)).map { _ in bytes(number(0...40)) } }

    mutating func request() -> SyncRequest {
        let replica = cause().replica
        let tips = causes().map { tip in
            let own = ReplicaID(device: replica.device, epoch: tip.replica.epoch)
            return Cause(replica: own, number: tip.number, prefix: tip.prefix)
        }
        return SyncRequest(
            workspace: WorkspaceID(unchecked: bytes(32)), replica: replica, cursor: once(in: 2) ? cursor() : nil,
            frontier: once(in: 2) ? causes() : nil, credential: once(in: 2) ? bytes(20) : nil,
            tips: once(in: 2) ? tips : [], isPushOnly: once(in: 2), isSurvey: once(in: 2),
            room: once(in: 2) ? next() : nil, deltas: deltas())
    }

    mutating func answer() -> SyncAnswer {
        let verdicts: [Verdict] = [
            .stored(new: 0), .stored(new: 8192), .waiting(.gap), .waiting(.cause), .waiting(.early),
            .refused(.stranger), .refused(.tooManyBranches), .refused(.tooMuchWaiting), .refused(.expired),
            .refused(.used), .refused(.nameTaken),
            .refused(.malformed),
        ]
        return SyncAnswer(
            cursor: cursor(), time: next(), verdicts: some(of: verdicts), deltas: deltas(), hasMore: once(in: 2),
            frontier: once(in: 2) ? causes() : nil, digest: once(in: 2) ? next() : nil,
            survey: once(in: 2) ? .init(changes: next(), bytes: next()) : nil)
    }
}
