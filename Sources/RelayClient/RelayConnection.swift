public import ChangeLog
public import Storage
import Sync
public import Transport

/// Why a sync did not come about. Facts only; the words are made at the edge.
public enum SyncFailure: Error, Hashable, Sendable {
    /// Nobody answers there, or the network broke.
    case unreachable(TransportFailure)
    /// Something answers that is no relay of ours.
    case nonsense
    /// The relay is not the one whose key this replica knows.
    case otherRelay
    /// The relay did not take what was pushed.
    case refused(RefusalReason)
    /// The relay does not know this device.
    case notAMember
    /// Only a gateway may ask that, and this device is none, or was cut off.
    case notAGateway
    /// This device was cut off; what it had to push was kept.
    case revoked
    /// The invitation's grant has not reached the relay yet.
    case grantUnknown
    /// This relay does not host the workspace.
    case notHosted
    /// The relay, or what stands before it, cannot just now, and asks to be left alone for so many milliseconds.
    case busy(retryAfter: UInt64)
    /// The relay's disk is full or failed: it stores nothing, and acknowledges nothing.
    case relayFull
    /// The relay's disk or ours failed, or the file is not as it should be.
    case storage(StorageFailure)
    /// The relay failed with that HTTP status.
    case relayFailed(status: Int)
    /// The relay's clock and ours lie so far apart that it does not take our requests.
    case clockOff
}

/// Signed requests to one relay.
final class RelayConnection {
    /// The relay's key, once known.
    var audience: DeviceID?
    /// Nil if it is none.
    private let address: RelayAddress?
    private let key: SigningKey
    private let clock: () -> UInt64
    private let transport = HTTPTransport()
    /// A stream lasts until one side ends it. Silence is its reader's affair: a few bytes every now and then, as heartbeats
    /// are, libcurl takes for none.
    private let streams = HTTPTransport(limits: .init(totalTimeout: endless, silenceTimeout: endless))
    private static let endless = Duration.seconds(3_600_000)
    /// What the relay's clock is ahead of ours, in milliseconds, as its last refusal told.
    private var clockOffset: Int64 = 0

    init(url: String, key: SigningKey, clock: @escaping () -> UInt64) {
        address = RelayAddress(url)
        (self.key, self.clock) = (key, clock)
    }

    /// Asks a relay for its key, and remembers it for the requests that follow.
    func fetchKey() throws(SyncFailure) -> DeviceID {
        let answer = try send(.get, path: "/v0/relay", body: [])
        let text = String(decoding: answer.body.prefix(100), as: UTF8.self)
        let line = text.prefix { $0 != "\n" }
        guard let key = Base32.bytes(line).flatMap({ DeviceID($0) }), key.isValidPoint else { throw .nonsense }
        audience = key
        return key
    }

    /// One exchange of packets.
    func post(_ body: [UInt8]) throws(SyncFailure) -> [UInt8] {
        try send(.post, path: "/v0/sync", body: body).body
    }

    /// Asks for a lease, or gives it back.
    func lease(_ body: [UInt8]) throws(SyncFailure) -> [UInt8] {
        try send(.post, path: "/v0/lease", body: body).body
    }

    /// Opens a live stream, and returns when it has ended.
    func follow(_ body: [UInt8], to receiver: any HTTPStreamReceiver) throws(SyncFailure) {
        _ = try send(.post, path: "/v0/live", body: body, to: receiver)
    }

    /// - Parameter receiver: takes the answer's body as it comes; nil to have it whole.
    private func send(
        _ method: HTTPTransport.Method, path: String, body: [UInt8], to receiver: (any HTTPStreamReceiver)? = nil
    ) throws(SyncFailure) -> HTTPAnswer {
        let answer = try attempt(method, path: path, body: body, to: receiver)
        guard Problem(answer) == .stale, let time = answer.headers["nexus-time"].flatMap({ Int64($0) }) else {
            return try accepted(answer)
        }
        // Told the time, one tries once more; after that it is not the clock.
        clockOffset = time.subtractingReportingOverflow(Int64(clamping: clock())).partialValue
        return try accepted(attempt(method, path: path, body: body, to: receiver))
    }

    private func attempt(
        _ method: HTTPTransport.Method, path: String, body: [UInt8], to receiver: (any HTTPStreamReceiver)?
    ) throws(SyncFailure) -> HTTPAnswer {
        guard let address else { throw .unreachable(.badAddress) }
        let now = Int64(clamping: clock()).addingReportingOverflow(clockOffset).partialValue
        let parts = RequestSignature.Parts(
            method: method.rawValue, path: path, audience: audience?.text ?? "any",
            created: UInt64(clamping: now / 1000), nonce: Base32.text(SystemRandom.bytes(16)))
        var headers = RequestSignature.headers(parts, body: body, key: key)
        if method == .post { headers.append(("content-type", "application/vnd.nexus.sync")) }
        do {
            guard let receiver else {
                return try transport.perform(
                    method: method, url: address.url + path, pin: address.pin, headers: headers, body: body)
            }
            return try streams.stream(
                url: address.url + path, pin: address.pin, headers: headers, body: body, to: receiver)
        } catch .notHTTP {
            throw .nonsense
        } catch {
            throw .unreachable(error)
        }
    }

    private func accepted(_ answer: HTTPAnswer) throws(SyncFailure) -> HTTPAnswer {
        if answer.status == 200 { return answer }
        switch Problem(answer) {
        case .stale: throw .clockOff
        case .wrongAudience: throw .otherRelay
        case .notAMember: throw .notAMember
        case .notAGateway: throw .notAGateway
        case .grantUnknown: throw .grantUnknown
        case .invitationExpired: throw .refused(.expired)
        case .invitationUsed: throw .refused(.used)
        case .invitationWithdrawn: throw .refused(.withdrawn)
        case .deviceRevoked: throw .revoked
        case .notAllowed: throw .notHosted
        case .busy: throw .busy(retryAfter: answer.retryAfter ?? 1_000)
        case .other: throw answer.status == 507 ? .relayFull : .relayFailed(status: answer.status)
        case nil:
            // A proxy before the relay says so in its own words; the header means the same (RFC 9110, 10.2.3).
            guard [429, 503].contains(answer.status), let wait = answer.retryAfter else { throw .nonsense }
            throw .busy(retryAfter: wait)
        }
    }
}

extension HTTPAnswer {
    /// In how many milliseconds to come again, where it says so in seconds; at most a day.
    fileprivate var retryAfter: UInt64? {
        headers["retry-after"].flatMap { UInt64($0) }.map { min($0, 86_400) * 1_000 }
    }
}

/// What a relay's problem document says (RFC 9457), by the last part of its type.
private enum Problem: String {
    case stale
    case wrongAudience = "wrong-audience"
    case notAMember = "not-a-member"
    case notAGateway = "not-a-gateway"
    case grantUnknown = "grant-unknown"
    case invitationExpired = "invitation-expired"
    case invitationUsed = "invitation-used"
    case invitationWithdrawn = "invitation-withdrawn"
    case deviceRevoked = "device-revoked"
    case notAllowed = "workspace-not-allowed"
    case busy
    case other

    /// - Returns: nil for an answer that is no problem document of a relay.
    init?(_ answer: HTTPAnswer) {
        guard answer.status >= 400, answer.headers["content-type"]?.hasPrefix("application/problem+json") == true else {
            return nil
        }
        let text = String(decoding: answer.body.prefix(4_096), as: UTF8.self)
        let mark = "urn:nexus:problem:"
        var rest = Substring(text)
        while !rest.isEmpty, !rest.hasPrefix(mark) { rest = rest.dropFirst() }
        guard rest.hasPrefix(mark) else { return nil }
        let code = rest.dropFirst(mark.count).prefix { $0.isLetter || $0 == "-" }
        let isTooMuch = ["too-many-requests", "too-many-streams"].contains(code)
        self = isTooMuch ? .busy : Problem(rawValue: String(code)) ?? .other
    }
}
