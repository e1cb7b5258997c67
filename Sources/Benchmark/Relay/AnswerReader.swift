/// Takes an HTTP answer apart as its bytes come: as much of HTTP as a relay on this machine speaks.
///
/// Source: RFC 9112, sections 4 to 7.
struct AnswerReader {
    private enum State {
        case statusLine
        case fields
        case content(left: Int, isChunk: Bool)
        /// The line break behind a chunk.
        case chunkEnd
        case chunkSize
        case trailer
        case complete
    }

    /// Nil until its line was read.
    private(set) var status: Int?
    private var state = State.statusLine
    private var line: [UInt8] = []
    private var contentLength = 0
    private var isChunked = false

    /// Whether nothing more belongs to the answer.
    var isComplete: Bool { if case .complete = state { true } else { false } }

    /// - Parameter body: what of the bytes is the answer's body is added to it.
    /// - Throws: `.notARelay` for what is no such answer.
    mutating func read(_ bytes: UnsafeRawBufferPointer, into body: inout [UInt8]) throws(BenchmarkFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            if case .content(let left, let isChunk) = state {
                let piece = rest.prefix(left)
                body += piece
                rest = rest.dropFirst(piece.count)
                if piece.count < left {
                    state = .content(left: left - piece.count, isChunk: isChunk)
                } else {
                    state = isChunk ? .chunkEnd : .complete
                }
            } else {
                try readLine(&rest)
            }
        }
    }

    private mutating func readLine(_ rest: inout Slice<UnsafeRawBufferPointer>) throws(BenchmarkFailure) {
        guard !isComplete else { throw .notARelay }
        let end = rest.firstIndex(of: UInt8(ascii: "\n"))
        line += rest[..<(end ?? rest.endIndex)]
        rest = rest[(end.map { $0 + 1 } ?? rest.endIndex)...]
        guard line.count <= 16 << 10 else { throw .notARelay }
        guard end != nil else { return }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        try take(String(decoding: line, as: UTF8.self))
        line.removeAll(keepingCapacity: true)
    }

    private mutating func take(_ line: String) throws(BenchmarkFailure) {
        switch state {
        case .statusLine:
            guard line.hasPrefix("HTTP/1.1 "), let status = Int(line.dropFirst(9).prefix(3)) else { throw .notARelay }
            (self.status, state) = (status, .fields)
        case .fields:
            if line.isEmpty { beginBody() } else { note(line.lowercased()) }
        case .chunkEnd: state = .chunkSize
        case .chunkSize:
            guard let size = Int(line.prefix { $0 != ";" }, radix: 16), size >= 0 else { throw .notARelay }
            state = size == 0 ? .trailer : .content(left: size, isChunk: true)
        case .trailer: if line.isEmpty { state = .complete }
        case .content, .complete: throw .notARelay
        }
    }

    private mutating func note(_ field: String) {
        let parts = field.split(separator: ":", maxSplits: 1).map { $0.split(separator: " ").joined() }
        switch parts.first {
        case "content-length": contentLength = parts.last.flatMap { Int($0) } ?? 0
        case "transfer-encoding": isChunked = parts.last == "chunked"
        default: break
        }
    }

    private mutating func beginBody() {
        if isChunked {
            state = .chunkSize
            return
        }
        state = contentLength > 0 ? .content(left: contentLength, isChunk: false) : .complete
    }
}
