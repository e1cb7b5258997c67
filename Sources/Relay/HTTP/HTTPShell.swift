import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTPTypes

/// Reads a request to its end, within bounds, has ``Routes`` answer it, and puts the answer into HTTP.
struct HTTPShell: HTTPResponder {
    /// What a request came in on.
    struct Context: InitializableFromSource {
        let channel: any Channel
        init(source: ApplicationRequestContextSource) { channel = source.channel }
    }

    private let routes: Routes
    private let limits: RelayLimits
    private let budget: MemoryBudget

    init(_ routes: Routes, limits: RelayLimits) {
        (self.routes, self.limits) = (routes, limits)
        budget = MemoryBudget(limits.bodiesByteCount)
    }

    func respond(to request: Request, context: Context) async throws -> Response {
        var body = RequestBytes(budget)
        defer { body.giveBack() }
        do throws(Problem) {
            try await read(request, into: &body, from: context.channel)
        } catch {
            return response(routes.dated(error.answer), to: request, leavingRestOn: context.channel)
        }
        let answer = await routes.answer(
            RoutedRequest(
                method: request.method.rawValue, path: request.head.path ?? "", headers: headers(of: request),
                body: body.bytes, isLoopback: isLoopback(context.channel)))
        if let follower = answer.follower { return stream(answer, to: follower, on: context.channel) }
        return response(answer, to: request, leavingRestOn: body.isWhole ? nil : context.channel)
    }

    // MARK: In

    /// Bytes of a body, counted against what all requests together may hold.
    private struct RequestBytes {
        private let budget: MemoryBudget
        private(set) var bytes: [UInt8] = []
        var isWhole = false

        init(_ budget: MemoryBudget) { self.budget = budget }

        mutating func add(_ buffer: ByteBuffer, limit: Int) throws(Problem) {
            guard buffer.readableBytes <= limit - bytes.count else { throw .tooLarge }
            guard budget.take(buffer.readableBytes) else { throw .busy }
            bytes.append(contentsOf: buffer.readableBytesView)
        }

        func giveBack() { budget.giveBack(bytes.count) }
    }

    private func read(_ request: Request, into body: inout RequestBytes, from channel: any Channel)
        async throws(Problem)
    {
        let limit = routes.bodyLimit(method: request.method.rawValue, path: request.head.path ?? "")
        let declared = request.headers[.contentLength]
        guard limit > 0 else {
            body.isWhole = (declared ?? "0") == "0" && request.headers[.transferEncoding] == nil
            return
        }
        if let declared, Int(declared).map({ $0 > limit }) ?? true { throw .tooLarge }
        // At the deadline the connection is closed for reading, and the body ends.
        let deadline = ContinuousClock.now + limits.bodyTimeout
        let timer = channel.eventLoop.scheduleTask(in: TimeAmount(limits.bodyTimeout)) {
            channel.close(mode: .input, promise: nil)
        }
        defer { timer.cancel() }
        do {
            for try await buffer in request.body { try body.add(buffer, limit: limit) }
        } catch let problem as Problem {
            throw problem
        } catch {
            throw ContinuousClock.now < deadline ? .badRequest : .tooSlow
        }
        // Cut off between two chunks, the body just ends.
        guard ContinuousClock.now < deadline else { throw .tooSlow }
        body.isWhole = true
    }

    /// Values of a field that came more than once are joined, in order (RFC 9110, section 5.3).
    private func headers(of request: Request) -> [String: String] {
        let host = request.head.authority.map { [("host", $0)] } ?? []
        return Dictionary(host + request.headers.map { ($0.name.canonicalName, $0.value) }) { "\($0), \($1)" }
    }

    private func isLoopback(_ channel: any Channel) -> Bool {
        guard let address = channel.localAddress?.ipAddress else { return false }
        return address == "::1" || address.hasPrefix("127.") || address.hasPrefix("::ffff:127.")
    }

    // MARK: Out

    /// - Parameter channel: closed in a while when there is a rest of the request in it that nobody will read; at once
    ///   would keep the answer from being read.
    private func response(
        _ answer: RoutedAnswer, to request: Request, leavingRestOn channel: (any Channel)?
    ) -> Response {
        var fields = fields(of: answer)
        if let channel {
            fields[.connection] = "close"
            channel.eventLoop.scheduleTask(in: TimeAmount(limits.lingerTimeout)) { channel.close(promise: nil) }
        }
        let response = Response(
            status: .init(code: answer.status), headers: fields,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func fields(of answer: RoutedAnswer) -> HTTPFields {
        var fields = HTTPFields()
        for (name, value) in answer.headers {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        return fields
    }

    /// Frames straight to the connection, not through the server's writer: that takes them before they are sent, and
    /// then nothing would bound what waits for a slow reader.
    private func stream(_ answer: RoutedAnswer, to follower: Follower, on channel: any Channel) -> Response {
        follower.whenStalled { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in follower.end() }
        let body = ResponseBody { writer in
            channel.triggerUserOutboundEvent(LiveStreamEvent.begins, promise: nil)
            while let frame = await follower.next() {
                try await channel.writeAndFlush(HTTPResponsePart.body(frame)).get()
            }
            channel.triggerUserOutboundEvent(LiveStreamEvent.ends, promise: nil)
            try await writer.finish(nil)
        }
        return Response(status: .init(code: answer.status), headers: fields(of: answer), body: body)
    }
}
