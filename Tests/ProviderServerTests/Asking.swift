import ChangeLog
import Foundation
import Synchronization
import Testing

@testable import ProviderServer
@testable import Transport

/// What asks servers here: on threads of its own, for those that serve are few.
enum Asking {
    static func aside<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Swift.Result(catching: body)) }
        }
    }

    static func get(_ url: String) async throws -> HTTPAnswer {
        try await aside { try HTTPTransport().perform(method: .get, url: url, headers: [], body: []) }
    }

    static func post(
        _ url: String, _ body: [UInt8], headers: [(name: String, value: String)] = []
    ) async throws -> HTTPAnswer {
        try await aside { try HTTPTransport().perform(method: .post, url: url, headers: headers, body: body) }
    }

    static func secret(_ text: String) -> SecretBytes? {
        SecretBytes(capacity: text.utf8.count) { buffer in
            buffer.copyBytes(from: Array(text.utf8))
            return text.utf8.count
        }
    }

    /// Looks again and again until it holds, for ten seconds.
    static func until(_ holds: () async throws -> Bool) async throws -> Bool {
        for _ in 0..<500 {
            if try await holds() { return true }
            try await Task.sleep(for: .milliseconds(20))
        }
        return false
    }
}

/// A server of this process.
struct Serving: Sendable {
    private let run: @Sendable (@escaping @Sendable (String) async -> Void) async throws -> Void

    init(_ run: @escaping @Sendable (@escaping @Sendable (String) async -> Void) async throws -> Void) {
        self.run = run
    }

    /// Runs it for as long as the body takes, then cancels it; it has to end by itself.
    func during(_ body: @escaping @Sendable (_ url: String) async throws -> Void) async throws {
        let (addresses, address) = AsyncStream.makeStream(of: String.self)
        let server = Task {
            defer { address.finish() }
            try await run { address.yield($0) }
        }
        let url = await addresses.first { _ in true }
        do {
            if let url { try await body(url) }
            server.cancel()
        } catch {
            server.cancel()
            throw error
        }
        try await server.value
        try #require(url != nil)
    }
}

/// What was taken, from any thread.
final class Box<Value: Sendable>: Sendable {
    private let content: Mutex<Value>
    init(_ value: Value) { content = Mutex(value) }

    var value: Value {
        get { content.withLock { $0 } }
        set { content.withLock { $0 = newValue } }
    }

    func change(_ body: (inout Value) -> Void) { content.withLock { body(&$0) } }
}
