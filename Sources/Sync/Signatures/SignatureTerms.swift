import ChangeLog
import RawStructuredFieldValues

/// The parameters that we ask of a signature: whose it is, and that it is made for this once.
struct SignatureTerms {
    let device: DeviceID
    /// Seconds since 1970.
    let created: UInt64
    /// Seconds since 1970; nil for as long as `created` is fresh.
    let expires: UInt64?
    let nonce: String

    /// In bytes; a nonce is kept for a while.
    static let nonceLimit = 64
    /// The largest integer there is in a structured field.
    private static let integerLimit: UInt64 = 999_999_999_999_999

    init(device: DeviceID, created: UInt64, nonce: String) {
        (self.device, self.nonce, expires) = (device, nonce, nil)
        // A clock that far off is told its time like any other.
        self.created = min(created, Self.integerLimit)
    }

    /// Takes the parameters in any order, and beside them any that are not known here.
    init(_ parameters: OrderedMap<String, RFC9651BareItem>) throws(SignatureRejection) {
        guard case .integer(let created) = parameters["created"], case .string(let nonce) = parameters["nonce"],
            case .string(let keyID) = parameters["keyid"], let created = UInt64(exactly: created),
            let device = Base32.bytes(keyID).flatMap({ DeviceID($0) }), 1...Self.nonceLimit ~= nonce.utf8.count
        else { throw .malformed }
        (self.device, self.created, self.nonce) = (device, created, nonce)
        expires = try Self.expires(parameters["expires"])
        guard let algorithm = parameters["alg"] else { return }
        guard case .string("ed25519") = algorithm else { throw .unsupported }
    }

    private static func expires(_ value: RFC9651BareItem?) throws(SignatureRejection) -> UInt64? {
        guard let value else { return nil }
        guard case .integer(let seconds) = value, let seconds = UInt64(exactly: seconds) else { throw .malformed }
        return seconds
    }

    var parameters: OrderedMap<String, RFC9651BareItem> {
        [
            "created": .integer(Int64(clamping: created)), "keyid": .string(device.text), "nonce": .string(nonce),
            "alg": .string("ed25519"),
        ]
    }

    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - freshness: how far `created` may lie from it, in seconds.
    func isFresh(at now: UInt64, within freshness: UInt64) -> Bool {
        max(now, created) - min(now, created) <= freshness && expires.map { now <= $0 } ?? true
    }
}
