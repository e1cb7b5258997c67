public import ChangeLog

/// Something in a replica's file that is not as it has to be, and where.
public struct Problem: Hashable, Sendable {
    /// What is wrong.
    public let fault: Fault
    /// The change it was noticed at; nil where it concerns no single one.
    public let change: Spot?

    /// A change, by its number in its chain.
    public struct Spot: Hashable, Sendable {
        /// Whose chain.
        public let replica: ReplicaID
        /// From 1.
        public let number: UInt64
    }

    /// What can be wrong. Facts only; the words are made at the edge.
    public enum Fault: Hashable, Sendable {
        /// A line of what SQLite's own check says of the file.
        case file(String)
        /// SQLite could not read on in the middle of a step.
        case unreadable(Step)
        /// A branch's row names no replica, or no place that it could have forked from.
        case branch
        /// Bytes of changes are missing, there twice, or of no branch.
        case missingBytes
        /// The bytes do not unpack to the changes that they have to be.
        case damagedBytes
        /// There is no row for a change whose bytes are here, or a row without bytes.
        case row
        /// The hash computed from the bytes and the change before is not the stored one.
        case hash
        /// The id is not the one that follows from the bytes.
        case id
        /// The stamp is not that of the bytes.
        case stamp
        /// The verdict (void, counts, a copy, cut) is not the one that follows.
        case verdict
        /// A change that it names as a cause is not here.
        case cause
        /// The causes are not noted as the bytes name them.
        case causeNote
        /// A seal that does not hold.
        case seal
        /// Changes pass for sealed, and no seal vouches for them.
        case unsealed
        /// A branch's tip is not its last change.
        case tip
        /// What is noted about the causal past is not what follows from the causes.
        case past
        /// The roots that it mentions are not noted, or others are.
        case mention
        /// What it says about who belongs is not noted, or not with the right to it that its past gives.
        case act
        /// Changes with one id are not noted as copies, or others are.
        case copy
        /// Which changes came when, which others ask for by number, has gaps.
        case arrival
        /// This replica's own chain is not here, or not as far as it was published.
        case ownChain
        /// The side file knows of own changes that are not here: the last commits are gone, as after a bit flipped in the
        /// journal, or the database is an older copy.
        case forgotten
        /// The workspace secret is not the one that the founding change commits to.
        case secret
        /// A delta that waits is damaged.
        case waiting
        /// The state was derived with another version of the schema.
        case otherSchema
        /// A derived table is not what the changes say.
        case table(String)
        /// The digest is not what the changes say.
        case digest
    }

    /// A step of the verification.
    public enum Step: String, Hashable, Sendable {
        /// SQLite's own check of the file.
        case file
        /// The changes, one by one.
        case changes
        /// Who had seen what.
        case past
        /// What is kept for this device alone.
        case local
        /// The state, derived anew and compared.
        case state
    }

    /// What mends it.
    public enum Remedy: Hashable, Sendable {
        /// ``Replica/rebuild()``: the log is sound, and what derives from it is not.
        case rebuild
        /// ``Replica/retryWaiting(now:)``, which lets go of what is damaged.
        case retry
        /// A sync or an import, which brings back what had left this device.
        case sync
        /// Another copy: the log itself is damaged.
        case anotherCopy
    }

    /// What mends it.
    public var remedy: Remedy {
        switch fault {
        case .otherSchema, .table, .digest, .act, .unreadable(.state): .rebuild
        case .waiting: .retry
        case .forgotten: .sync
        default: .anotherCopy
        }
    }
}

extension Problem.Fault {
    /// Kebab-case, for programs.
    public var name: String {
        switch self {
        case .file: "file"
        case .unreadable: "unreadable"
        case .branch: "branch"
        case .missingBytes: "missing-bytes"
        case .damagedBytes: "damaged-bytes"
        case .row: "row"
        case .hash: "hash"
        case .id: "id"
        case .stamp: "stamp"
        case .verdict: "verdict"
        case .cause: "cause"
        case .causeNote: "cause-note"
        case .seal: "seal"
        case .unsealed: "unsealed"
        case .tip: "tip"
        case .past: "past"
        case .mention: "mention"
        case .act: "act"
        case .copy: "copy"
        case .arrival: "arrival"
        case .ownChain: "own-chain"
        case .forgotten: "forgotten"
        case .secret: "secret"
        case .waiting: "waiting"
        case .otherSchema: "other-schema"
        case .table: "table"
        case .digest: "digest"
        }
    }
}
