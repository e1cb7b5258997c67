import ChangeLog
import Inbox

/// The devices of a trace's actors. Keys derive from names, so that one trace gives the same bytes on every run.
struct Cast {
    /// What natural ids are keyed with.
    static let secret = Digest.of(Array("secret".utf8), domain: "nexus benchmark")

    static func key(of actor: TraceActor) -> SigningKey {
        let seed = Digest.of(Array("device \(actor.index)".utf8), domain: "nexus benchmark")
        guard let key = SigningKey(seed: seed) else { preconditionFailure("a seed has 32 bytes") }
        return key
    }

    static var ids: NaturalID { NaturalID(secret: secret) }
}
