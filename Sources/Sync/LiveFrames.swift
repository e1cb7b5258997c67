public import ChangeLog

/// The stream by which a relay tells what arrives, as it arrives: answers, one after the other, in one response.
///
///     stream := frame*
///     frame  := length(4, big-endian) body
///
/// A body is a ``SyncAnswer`` as it travels; a length of 0 is a heartbeat, and says only that the relay is there.
public enum LiveFrames {
    /// The most bytes of a frame's body.
    public static let byteLimit = PacketFormat.byteLimit
    /// The longest time between two frames, in seconds: who hears nothing for some times as long has lost the relay.
    public static let heartbeatSeconds = 15
    /// A frame that says only that the relay is there.
    public static let heartbeat: [UInt8] = [0, 0, 0, 0]

    /// The frame of an answer.
    ///
    /// - Parameter body: of ``byteLimit`` at the most.
    public static func frame(_ body: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: UInt32(clamping: body.count).bigEndian) { Array($0) } + body
    }
}

/// Puts frames together from the pieces in which they come.
public struct LiveFrameReader: Sendable {
    private var buffer: [UInt8] = []

    /// Nothing read yet.
    public init() {}

    /// What a frame says.
    public enum Frame: Hashable, Sendable {
        /// The relay is there.
        case heartbeat
        /// What arrived.
        case answer(SyncAnswer)
    }

    /// Takes the next piece of the stream in.
    ///
    /// - Returns: the frames that it completes, in order.
    /// - Throws: where a frame is too long, or holds no answer; nothing after it can be read.
    public mutating func read(_ piece: some Sequence<UInt8>) throws(FormatRejection) -> [Frame] {
        buffer += piece
        var frames: [Frame] = []
        var start = 0
        while let end = try end(ofFrameAt: start) {
            let body = buffer[(start + 4)..<end]
            frames.append(body.isEmpty ? .heartbeat : .answer(try SyncAnswer(body: Array(body))))
            start = end
        }
        buffer.removeFirst(start)
        return frames
    }

    /// - Returns: nil while the frame is not complete.
    private func end(ofFrameAt start: Int) throws(FormatRejection) -> Int? {
        guard buffer.count - start >= 4 else { return nil }
        let length = buffer[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) }
        guard length <= LiveFrames.byteLimit else { throw .limit(.delta) }
        return buffer.count - start - 4 >= length ? start + 4 + length : nil
    }
}
