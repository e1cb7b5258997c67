/// A request as far as a signature can cover it.
struct SignedMessage {
    let method: String
    /// As it stands in the request's first line, query included.
    let target: String
    /// By lowercase name; the values of a name that came more than once joined by ", ", in order.
    let headers: [String: String]

    /// What a covered component stands for (RFC 9421, sections 2.1 and 2.2).
    ///
    /// Of the derived ones, `@scheme` and `@target-uri` are not known here: a proxy may have ended TLS.
    ///
    /// - Throws: `.missing` for a header field that is not there; `.unsupported` for a derived one not known here, and
    ///   for a value that a line of ASCII cannot hold.
    func value(of component: String) throws(SignatureRejection) -> String {
        let value = component.hasPrefix("@") ? derived(component) : headers[component].map(Self.trimmed)
        guard let value else { throw component.hasPrefix("@") ? .unsupported : .missing }
        guard value.utf8.allSatisfy({ 0x20...0x7E ~= $0 || $0 == 0x09 }) else { throw .unsupported }
        return value
    }

    private func derived(_ component: String) -> String? {
        let path = target.prefix { $0 != "?" }
        return switch component {
        case "@method": method
        case "@path": path.isEmpty ? "/" : String(path)
        case "@query": path.endIndex == target.endIndex ? "?" : String(target[path.endIndex...])
        case "@request-target": target
        case "@authority": headers["host"].map { Self.trimmed($0).lowercased() }
        default: nil
        }
    }

    private static func trimmed(_ value: String) -> String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        let start = value.drop(while: isBlank)
        return String(start.reversed().drop(while: isBlank).reversed())
    }
}
