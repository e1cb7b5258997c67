import Storage

/// Why a request was not answered as asked, in the words of HTTP.
///
/// Source: RFC 9457.
enum Problem: Error, Hashable, Sendable {
    case badRequest
    case badSignature
    case stale
    case notAMember
    case notAGateway
    case workspaceNotAllowed
    case notFound
    /// With the one method there is.
    case methodNotAllowed(String)
    case tooSlow
    case grantUnknown
    case invitationExpired
    case invitationUsed
    case invitationWithdrawn
    case deviceRevoked
    case tooLarge
    case wrongAudience
    case tooManyRequests
    case tooManyStreams
    case storage
    case busy
    case diskFailed

    init(_ failure: StorageFailure) {
        switch failure {
        case .busy: self = .busy
        case .disk: self = .diskFailed
        // The file was taken away: the workspace is held no longer.
        case .missing: self = .notAMember
        default: self = .storage
        }
    }

    private var facts: (status: Int, code: String, title: String) {
        switch self {
        case .badRequest: (400, "bad-request", "The request's body is not a packet.")
        case .badSignature: (401, "bad-signature", "The request's signature is missing, wrong or used before.")
        case .stale: (401, "stale", "The request's time is too far from the relay's.")
        case .notAMember: (403, "not-a-member", "The device does not belong to that workspace.")
        case .notAGateway: (403, "not-a-gateway", "Only a gateway that belongs to the workspace may ask for that.")
        case .invitationExpired: (403, "invitation-expired", "The invitation has expired.")
        case .invitationUsed: (403, "invitation-used", "The invitation has been used.")
        case .invitationWithdrawn: (403, "invitation-withdrawn", "The invitation was taken back.")
        case .deviceRevoked: (403, "device-revoked", "The device was cut off from the workspace.")
        case .workspaceNotAllowed: (403, "workspace-not-allowed", "The relay does not host that workspace.")
        case .notFound: (404, "not-found", "There is nothing here.")
        case .methodNotAllowed: (405, "method-not-allowed", "That method has no meaning here.")
        case .tooSlow: (408, "too-slow", "The request took too long to arrive.")
        case .grantUnknown: (409, "grant-unknown", "The invitation has not reached the relay yet.")
        case .tooLarge: (413, "too-large", "The request is too large.")
        case .wrongAudience: (421, "wrong-audience", "The request is meant for another relay.")
        case .tooManyRequests: (429, "too-many-requests", "The device asks too often.")
        case .tooManyStreams: (429, "too-many-streams", "The device follows too many times at once.")
        case .storage: (500, "storage", "The relay's storage failed.")
        case .busy: (503, "busy", "The relay is busy.")
        case .diskFailed: (507, "storage", "The relay's disk is full or failed.")
        }
    }

    /// The answer that says so.
    var answer: RoutedAnswer {
        let (status, code, title) = facts
        let body = #"{"type":"urn:nexus:problem:\#(code)","title":"\#(title)","status":\#(status)}"#
        var headers = [("content-type", "application/problem+json")]
        switch self {
        case .busy, .tooManyRequests: headers.append(("retry-after", "1"))
        case .tooManyStreams: headers.append(("retry-after", "10"))
        case .methodNotAllowed(let method): headers.append(("allow", method))
        default: break
        }
        return RoutedAnswer(status: status, headers: headers, body: Array(body.utf8))
    }
}
