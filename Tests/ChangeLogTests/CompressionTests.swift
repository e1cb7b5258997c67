import TestSupport
import Testing

@testable import ChangeLog

/// Frames put together by hand: what a library writes may change with its version, what is read must not.
/// `Fixtures/compression`.
struct Frame: Sendable, CustomTestStringConvertible {
    let name: String
    let about: String
    let bytes: [UInt8]
    /// What comes out, or why nothing does.
    let outcome: Result<[UInt8], FormatRejection>

    var testDescription: String { name }

    static let room = 65_536

    var fixture: Fixture {
        switch outcome {
        case .success(let unpacked):
            Fixture(about: [about], facts: ["unpacks to \(unpacked.isEmpty ? "-" : unpacked.hex)"], bytes: bytes)
        case .failure(let rejection): Fixture(about: [about, "rejection: \(rejection.fact)"], facts: [], bytes: bytes)
        }
    }

    /// RFC 8878, section 3.1.1.
    private static let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
    private static let hello = Array("hello".utf8)
    /// One raw block, the last, of five bytes.
    private static let block: [UInt8] = [5 << 3 | 1, 0, 0] + hello

    static let all = [
        Frame(name: "plain", about: "As they are.", bytes: [0] + hello, outcome: .success(hello)),
        Frame(name: "plain-empty", about: "No bytes, as they are.", bytes: [0], outcome: .success([])),
        Frame(
            name: "zstd", about: "A frame of one raw block, which says that it holds five bytes.",
            bytes: [1] + magic + [0x20, 5] + block, outcome: .success(hello)),
        Frame(name: "empty", about: "Not even a form.", bytes: [], outcome: .failure(.truncated)),
        Frame(
            name: "form-2", about: "A form not known here.", bytes: [2] + hello, outcome: .failure(.unknownFormat(2))),
        Frame(
            name: "size-unknown", about: "A frame that does not say how many bytes it holds.",
            bytes: [1] + magic + [0, 0x58] + block, outcome: .failure(.limit(.delta))),
        Frame(
            name: "size-beyond-limit", about: "A frame that says it holds 65,537 bytes, where 65,536 may be.",
            bytes: [1] + magic + [0xA0, 1, 0, 1, 0] + block, outcome: .failure(.limit(.delta))),
        Frame(
            name: "size-not-held", about: "A frame that says it holds six bytes, and holds five.",
            bytes: [1] + magic + [0x20, 6] + block, outcome: .failure(.truncated)),
        Frame(
            name: "cut", about: "A frame without its last byte.", bytes: ([1] + magic + [0x20, 5] + block).dropLast(),
            outcome: .failure(.truncated)),
        Frame(
            name: "second-frame", about: "A frame, and another that holds nothing.",
            bytes: [1] + magic + [0x20, 5] + block + magic + [0x20, 0, 1, 0, 0], outcome: .failure(.trailingBytes)),
        Frame(
            name: "skippable-frame", about: "A frame that holds four bytes of no content.",
            bytes: [1, 0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0] + hello.prefix(4), outcome: .failure(.trailingBytes)),
    ]

    static let folder: Result<FixtureFolder, any Error> = Result {
        try FixtureFolder("compression") { Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0.fixture) }) }
    }
}

struct CompressionTests {
    @Test func `every frame has its file, and every file its frame`() throws {
        #expect(try Frame.folder.get().names() == Frame.all.map(\.name).sorted())
    }

    @Test(arguments: Frame.all)
    func `a frame's file unpacks to what it says, or not at all`(frame: Frame) throws {
        #expect(try Frame.folder.get().text(frame.name) == frame.fixture.text)
        let bytes = try Frame.folder.get().read(frame.name).bytes
        switch frame.outcome {
        case .success(let unpacked): #expect(try Compression.decompressed(bytes, limit: Frame.room) == unpacked)
        case .failure(let rejection):
            #expect(throws: rejection) { try Compression.decompressed(bytes, limit: Frame.room) }
        }
    }

    @Test func `what is unpacked is bounded by what is allowed`() throws {
        let zeros = [UInt8](repeating: 0, count: FormatLimit.delta.rawValue)
        let packed = Compression.compressed(zeros)
        #expect(packed.count < 1000)
        #expect(try Compression.decompressed(packed, limit: zeros.count) == zeros)
        #expect(throws: FormatRejection.limit(.delta)) {
            try Compression.decompressed(packed, limit: zeros.count - 1)
        }
        #expect(throws: FormatRejection.limit(.delta)) {
            try Compression.decompressed([0] + zeros, limit: zeros.count - 1)
        }
    }

    @Test(arguments: Seed.several(5))
    func `what was packed unpacks to itself, and any cut is noticed`(seed: Seed) throws {
        var dice = Dice(seed)
        let bytes = Array(repeating: dice.bytes(50), count: 20).flatMap { $0 }
        let packed = Compression.compressed(bytes)
        #expect(packed.count < bytes.count)
        #expect(try Compression.decompressed(packed, limit: bytes.count) == bytes)
        for length in 1..<packed.count {
            #expect(throws: FormatRejection.self) {
                try Compression.decompressed(Array(packed[..<length]), limit: bytes.count)
            }
        }
    }
}
