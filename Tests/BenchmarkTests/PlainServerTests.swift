import Testing

@testable import Benchmark

struct PlainServerTests {
    @Test(arguments: [0, 1, 65_536, 1_000_000])
    func `a plain download has as many bytes as were asked for`(count: Int) throws {
        let server = try PlainServer()
        let conversation = try RelayConversation(RelayPlace(port: server.port), as: RelayCast.newcomer)
        let answer = try conversation.exchange(Array("GET /\(count) HTTP/1.1\r\nhost: x\r\n\r\n".utf8))
        #expect(answer.status == 200)
        #expect(answer.body.count == count)
    }

    @Test(arguments: ["GET /x HTTP/1.1\r\n\r\n", "POST /5 HTTP/1.1\r\n\r\n", "GET /-5 HTTP/1.1\r\n\r\n"])
    func `what is no such request gets nothing`(request: String) throws {
        let server = try PlainServer()
        let conversation = try RelayConversation(RelayPlace(port: server.port), as: RelayCast.newcomer)
        #expect(throws: BenchmarkFailure.relayIsGone) { try conversation.exchange(Array(request.utf8)) }
    }
}
