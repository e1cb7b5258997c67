import ChangeLog
import Inbox
import Storage

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

    /// What the replicas of a trace are opened with: the inbox's own, but that an owner, as whom every actor of a trace
    /// writes, may also write what customers say.
    static let configuration = Replica.Configuration(
        schema: Schema(
            version: InboxSchema.current.version,
            roots: InboxSchema.current.roots.map { root in
                Schema.Root(root.number, root.name, about: root.about, fields: root.fields.map(opened))
            }), projections: InboxSchema.configuration.projections)

    /// Still judged element by element, so that measuring includes it.
    private static func opened(_ field: Schema.Field) -> Schema.Field {
        guard case .sequence = field.kind, field.name == "message" else { return field }
        let anyone = Schema.Shape(
            "anyone's", mayBeNamed: true, mayBePlaced: true,
            columns: ["sender": (0...3).map { .integer($0) }, "historic": [.null], "timeless": [.null]])
        return Schema.Field(
            field.number, field.name, field.kind,
            writers: .init(
                any: field.writers.any, own: field.writers.own,
                only: field.writers.only.merging([.owner: .shapes([anyone])]) { $1 }),
            yielding: field.yielding, since: field.since, about: field.about)
    }
}
