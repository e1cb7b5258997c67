import ChangeLog
import Sync
import TestSupport
import Testing

struct LiveFrameTests {
    private static let answers = (1...3).map {
        SyncAnswer(cursor: Cursor(incarnation: 7, arrival: $0, check: 9), time: $0, deltas: [[1, 2, 3]])
    }
    private static let stream =
        LiveFrames.frame(answers[0].body) + LiveFrames.heartbeat + LiveFrames.frame(answers[1].body)
        + LiveFrames.frame(answers[2].body)
    private static let frames: [LiveFrameReader.Frame] = [
        .answer(answers[0]), .heartbeat, .answer(answers[1]), .answer(answers[2]),
    ]

    @Test(arguments: [1, 2, 3, 7, 1000])
    func `frames come out whole and in order, however the stream is cut`(pieceLength: Int) throws {
        var reader = LiveFrameReader()
        var read: [LiveFrameReader.Frame] = []
        for start in stride(from: 0, to: Self.stream.count, by: pieceLength) {
            read += try reader.read(Self.stream[start..<min(start + pieceLength, Self.stream.count)])
        }
        #expect(read == Self.frames)
    }

    @Test func `a frame that announces more than a packet may hold is refused before it has come`() {
        var reader = LiveFrameReader()
        #expect(throws: FormatRejection.limit(.delta)) { try reader.read([1, 0, 0, 1]) }
    }

    @Test(arguments: Seed.several(20))
    func `bytes of any kind are read or refused`(seed: Seed) {
        var dice = Dice(seed)
        for _ in 0..<50 {
            var reader = LiveFrameReader()
            var bytes = Self.stream
            bytes[dice.number(0...bytes.count - 1)] ^= 1 << dice.number(0...7)
            let cut = dice.number(0...bytes.count)
            _ = try? reader.read(bytes[..<cut])
            _ = try? reader.read(dice.bytes(dice.number(0...64)))
        }
    }
}
