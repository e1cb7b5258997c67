/// Why bytes from outside were not taken. Facts only; the words are made at the edge.
public enum FormatRejection: Error, Hashable, Sendable {
    /// The bytes end before the value does.
    case truncated
    /// Bytes are left over after the last value.
    case trailingBytes
    /// An integer was written in more bytes than it needs, or does not fit in 64 bits.
    case integerNotCanonical
    /// A text that is not UTF-8.
    case notText
    /// A format version, flag or code that this version does not know and must not guess.
    case unknownFormat(UInt64)
    /// More of something than the format allows.
    case limit(FormatLimit)
    /// Things that must rise strictly do not.
    case notSorted
    /// Something written in a longer form than it needs.
    case notCanonical
    /// A change that names one of its own chain among its causes.
    case ownCause
    /// A stamp beyond the last one, an empty run, or an id of the other kind.
    case outOfRange
    /// A key or signature that is not a canonical point of the prime-order subgroup.
    case notAPoint
    /// A signature or digest that does not hold.
    case notAuthentic
}

/// What the format bounds, and by how much. The bounds are part of the format: every reader refuses the same bytes.
public enum FormatLimit: Int, Hashable, Sendable {
    /// Bytes of one text.
    case text = 1_048_576
    /// Bytes of one change, in its whole form.
    case change = 4_194_304
    /// Bytes of one change in a partial form, which spells out for each of its bodies what a seed tells of all.
    case partialChange = 4_202_752
    /// Bytes of one delta.
    case delta = 8_388_608
    /// Segments in a change.
    case segments = 256
    /// Operations in a change.
    case operations = 65_536
    /// Causes of a change, and heads of a basis.
    case causes = 1_024
    /// Dots that one remove names, and changes that one adoption does.
    case dots = 65_535
    /// Membership acts in a change.
    case acts = 64
    /// Bytes of one text in an act: a header can never be withheld.
    case actText = 512
    /// Bytes of one act's payload.
    case actPayload = 16_384
    /// Changes in a delta.
    case changes = 8_192
    /// Fields of one element.
    case elementFields = 255
}
