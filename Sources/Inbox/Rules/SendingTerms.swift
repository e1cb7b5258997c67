import ChangeLog

/// What an author says beforehand of how a reply is to be sent.
public struct SendingTerms: Hashable, Sendable {
    /// Whether it goes out whatever was said meanwhile.
    public var sendsAnyway: Bool
    /// Whether it is dropped, and not held, if anybody wrote meanwhile.
    public var dropsIfMoved: Bool
    /// When it may go out at the earliest, in milliseconds since 1970.
    public var notBefore: Int64?
    /// Whether that is for another time, so that what is written later may go out before it; otherwise it is a moment to
    /// think better of it.
    public var isScheduled: Bool
    /// When it is not to go out any more, in milliseconds since 1970.
    public var notAfter: Int64?

    /// Terms; none are the usual ones: as soon as it can be, and held if anybody wrote meanwhile.
    public init(
        sendsAnyway: Bool = false, dropsIfMoved: Bool = false, notBefore: Int64? = nil, isScheduled: Bool = false,
        notAfter: Int64? = nil
    ) {
        (self.sendsAnyway, self.dropsIfMoved, self.notBefore) = (sendsAnyway, dropsIfMoved, notBefore)
        (self.isScheduled, self.notAfter) = (isScheduled, notAfter)
    }

    /// As a message's columns hold them; bits of a later version are passed over.
    init(code: Int64?, notBefore: Int64?, notAfter: Int64?) {
        let code = code ?? 0
        self.init(
            sendsAnyway: code & 1 != 0, dropsIfMoved: code & 2 != 0, notBefore: notBefore, isScheduled: code & 4 != 0,
            notAfter: notAfter)
    }

    /// The columns that say so.
    var fields: [Element.Field] {
        [
            .init(15, code.map(Value.integer) ?? .null), .init(16, notBefore.map(Value.integer) ?? .null),
            .init(17, notAfter.map(Value.integer) ?? .null),
        ]
    }

    private var code: Int64? {
        let code: Int64 = (sendsAnyway ? 1 : 0) | (dropsIfMoved ? 2 : 0) | (isScheduled ? 4 : 0)
        return code == 0 ? nil : code
    }
}
