import RawStructuredFieldValues

/// Header fields that are dictionaries, taken only where they can be read in one way.
///
/// Source: RFC 9651 (before: RFC 8941), section 3.2.
enum StructuredField {
    typealias Dictionary = OrderedMap<String, ItemOrInnerList>

    /// Of one field, in bytes. Ours have 61 to 190.
    static let byteLimit = 4 << 10
    /// Of members, their items and parameters together: names are looked for among all before them.
    static let partLimit = 64

    /// - Throws: `.malformed`, or `.ambiguous` for what the RFC reads as its last occurrence or by dropping a part.
    static func dictionary(_ text: String) throws(SignatureRejection) -> Dictionary {
        let bytes = Array(text.utf8)
        guard bytes.count <= byteLimit, bytes.count(where: Array(",; ".utf8).contains) < partLimit else {
            throw .malformed
        }
        var parser = StructuredFieldValueParser(bytes)
        guard let dictionary = try? parser.parseDictionaryFieldValue() else { throw .malformed }
        // Parsing keeps the last of what is there twice, and drops leading zeros: written again it is shorter then.
        var serializer = StructuredFieldValueSerializer()
        guard let written = try? serializer.writeDictionaryFieldValue(dictionary),
            withoutBlanks(written) == withoutBlanks(bytes)
        else { throw .ambiguous }
        return dictionary
    }

    /// - Throws: `.malformed` unless it is bytes, without parameters that nobody would look at.
    static func bytes(_ value: ItemOrInnerList) throws(SignatureRejection) -> [UInt8] {
        guard case .item(let item) = value, item.rfc9651Parameters.isEmpty,
            case .undecodedByteSequence(let text) = item.rfc9651BareItem, let bytes = Base64.bytes(text)
        else { throw .malformed }
        return bytes
    }

    private static func withoutBlanks(_ bytes: [UInt8]) -> [UInt8] { bytes.filter { $0 != 0x20 && $0 != 0x09 } }
}
