import Testing

@testable import Relay

extension TestRelay {
    /// Runs a server for as long as the body takes, then cancels it; it has to end by itself.
    func serving(_ body: @Sendable @escaping (_ port: UInt16) async throws -> Void) async throws {
        try await RelayServer(configuration, limits: limits).serving { address in
            let port = try #require(address.split(separator: ":").last.flatMap { UInt16($0) })
            #expect(address == "http://127.0.0.1:\(port)")
            try await body(port)
        }
    }
}
