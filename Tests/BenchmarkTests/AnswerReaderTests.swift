import Testing

@testable import Benchmark

struct AnswerReaderTests {
    private static let chunked = """
        HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n\
        5\r\nHello\r\nb;note=1\r\n, everybody\r\n0\r\n\r\n
        """
    private static let counted = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\n\r\nBusy"

    private func read(_ text: String, inPiecesOf count: Int) throws -> (AnswerReader, String) {
        var (reader, body) = (AnswerReader(), [UInt8]())
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            #expect(!reader.isComplete)
            try Array(rest.prefix(count)).withUnsafeBytes { try reader.read($0, into: &body) }
            rest = rest.dropFirst(count)
        }
        return (reader, String(decoding: body, as: UTF8.self))
    }

    @Test(arguments: [1, 2, 3, 7, 1_000])
    func `an answer is the same in whatever pieces it comes`(count: Int) throws {
        let (reader, body) = try read(Self.chunked, inPiecesOf: count)
        #expect(reader.isComplete && reader.status == 200)
        #expect(body == "Hello, everybody")
        let (other, otherBody) = try read(Self.counted, inPiecesOf: count)
        #expect(other.isComplete && other.status == 503)
        #expect(otherBody == "Busy")
    }

    @Test func `an answer without a body ends with its fields`() throws {
        let (reader, body) = try read("HTTP/1.1 204 No Content\r\n\r\n", inPiecesOf: 5)
        #expect(reader.isComplete && body.isEmpty)
    }

    @Test(arguments: ["SSH-2.0-OpenSSH\n", "HTTP/1.1 200\r\ntransfer-encoding: chunked\r\n\r\n-1\r\n", counted + "!"])
    func `what is no answer is refused`(text: String) {
        #expect(throws: BenchmarkFailure.notARelay) {
            var body: [UInt8] = []
            var reader = AnswerReader()
            try Array(text.utf8).withUnsafeBytes { try reader.read($0, into: &body) }
        }
    }
}
