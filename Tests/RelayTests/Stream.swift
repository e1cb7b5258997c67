import NIOCore
import Sync

@testable import Relay

/// The reader's end of a live stream in this process.
final class Stream {
    let follower: Follower
    private var reader = LiveFrameReader()

    struct Broken: Error {}

    init(_ follower: Follower) { self.follower = follower }

    deinit { follower.end() }

    /// Takes the next frame; nil if the stream ended.
    func next() async throws -> LiveFrameReader.Frame? {
        guard let bytes = await follower.next() else { return nil }
        let frames = try reader.read(bytes.readableBytesView)
        guard frames.count == 1 else { throw Broken() }
        return frames[0]
    }

    /// Takes the next frame while the test goes on: how many bytes it has, or nil if the stream ended.
    func nextMeanwhile() -> Task<Int?, Never> { Task { [follower] in await follower.next()?.readableBytes } }

    /// The next frame that says more than that the relay is there; nil if the stream ended.
    func answer() async throws -> SyncAnswer? {
        while let frame = try await next() { if case .answer(let answer) = frame { return answer } }
        return nil
    }
}
