public import CRDT

/// What a device asks the relay's leave for, because doing it twice could not be undone: to send a message to a customer.
///
/// It stands in the header of the change that says what is about to be done; the relay answers with a ``Ruling`` in the
/// transaction that stores it. What the roots are that the change is about, the header does not tell.
public struct Bid: Hashable, Sendable {
    /// What is to be done: the element that says so.
    public let subject: ElementID
    /// The change that holds the subject, so that nothing else of the same id is meant.
    public let content: Cause
    /// Which attempt at it, from 1. Each can be granted once.
    public let attempt: UInt64
    /// By what right.
    public let lease: LeaseToken

    /// A bid.
    public init(subject: ElementID, content: Cause, attempt: UInt64, lease: LeaseToken) {
        (self.subject, self.content, self.attempt, self.lease) = (subject, content, attempt, lease)
    }
}

/// What a lease is for: sixteen bytes that follow from the root it is about, and do not tell it.
public struct LeaseScope: Identifier {
    /// The first eight bytes.
    public let high: UInt64
    /// The last eight bytes.
    public let low: UInt64
    /// From the two halves.
    public init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }

    /// The lease for one root, for instance a channel account.
    public init(of root: RootID) {
        self = LeaseScope(bytes: Digest.of(root.bytes, domain: "nexus lease", byteCount: 16)) ?? Self(high: 0, low: 0)
    }
}

/// Which lease: a relay counts those that it gives in one scope, anew in each of its incarnations.
public struct LeaseToken: Hashable, Sendable {
    /// What it is for.
    public let scope: LeaseScope
    /// Whose count.
    public let incarnation: UInt64
    /// Which one, from 1.
    public let counter: UInt64

    /// A token.
    public init(scope: LeaseScope, incarnation: UInt64, counter: UInt64) {
        (self.scope, self.incarnation, self.counter) = (scope, incarnation, counter)
    }
}

/// Why a relay does not grant a bid. The codes are part of the format.
public enum BidRefusal: UInt8, CaseIterable, Hashable, Sendable {
    /// The lease is not the current one, or not this device's.
    case lease = 1
    /// That attempt, or a later one, was granted before.
    case taken = 2
    /// Something was written on the same roots that the bidder had not seen.
    case moved = 3
    /// What is to be done is not here, or does not count.
    case content = 4
}

/// A relay's answer to a bid: a claim where it grants it.
public struct Ruling: Hashable, Sendable {
    /// The change that bids.
    public let bid: Cause
    /// Why not; nil grants it.
    public let refusal: BidRefusal?

    /// A ruling.
    public init(on bid: Cause, refusal: BidRefusal?) { (self.bid, self.refusal) = (bid, refusal) }
}

extension ByteWriter {
    mutating func bid(_ bid: Bid) {
        identifier(bid.subject)
        cause(bid.content)
        integer(bid.attempt)
        identifier(bid.lease.scope)
        word(bid.lease.incarnation)
        integer(bid.lease.counter)
    }

    mutating func ruling(_ ruling: Ruling) {
        byte(ruling.refusal?.rawValue ?? 0)
        cause(ruling.bid)
    }
}

extension ByteReader {
    mutating func bid() throws(FormatRejection) -> Bid {
        let subject: ElementID = try identifier()
        let content = try cause()
        let attempt = try integer()
        let scope: LeaseScope = try identifier()
        let incarnation = try word()
        return Bid(
            subject: subject, content: content, attempt: attempt,
            lease: LeaseToken(scope: scope, incarnation: incarnation, counter: try integer()))
    }

    /// - Returns: nil for a refusal of a later version.
    mutating func ruling() throws(FormatRejection) -> Ruling? {
        let code = try byte()
        let refusal = BidRefusal(rawValue: code)
        guard code == 0 || refusal != nil else { return nil }
        return Ruling(on: try cause(), refusal: refusal)
    }
}
