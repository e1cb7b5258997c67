/// An answer under way. Counts before it keeps, since a server may send without end.
final class IncomingAnswer {
    private let maximumBody: Int
    private let maximumHeaders: Int
    private var headerByteCount = 0
    /// From the empty line after the headers on, header lines are trailers, unless another status line follows.
    private var hasAllHeaders = false

    private(set) var headers: [String: String] = [:]
    private(set) var body: [UInt8] = []
    /// The limit that was passed, in bytes.
    private(set) var exceeded: Int?

    private let receiver: (any HTTPStreamReceiver)?
    private var status: Substring = ""

    var isStreamed: Bool { receiver != nil }

    /// - Parameter receiver: takes the body of an answer with status 200; without one, it is kept.
    init(maximumBody: Int, maximumHeaders: Int, receiver: (any HTTPStreamReceiver)? = nil) {
        self.maximumBody = maximumBody
        self.maximumHeaders = maximumHeaders
        self.receiver = receiver
    }

    /// - Returns: whether to go on.
    func takeTick() -> Bool { receiver?.tick() ?? true }

    /// The answer that a callback is about.
    static func at(_ context: UnsafeMutableRawPointer) -> IncomingAnswer {
        Unmanaged.fromOpaque(context).takeUnretainedValue()
    }

    /// - Returns: whether to go on.
    func takeBody(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        if let receiver, status == "200" { return receiver.take(bytes) }
        guard bytes.count <= maximumBody - body.count else {
            exceeded = maximumBody
            return false
        }
        body.append(contentsOf: bytes)
        return true
    }

    /// - Returns: whether to go on.
    func takeHeader(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        guard line.count <= maximumHeaders - headerByteCount else {
            exceeded = maximumHeaders
            return false
        }
        headerByteCount += line.count
        keep(line)
        return true
    }

    private func keep(_ line: UnsafeBufferPointer<UInt8>) {
        // "100 Continue" and its like come first with headers of their own, which are not the answer's.
        if line.starts(with: "HTTP/".utf8), body.isEmpty {
            headers = [:]
            hasAllHeaders = false
            status = Substring(Self.text(line[...])).split(separator: " ").dropFirst().first ?? ""
        } else if line.allSatisfy(Self.isBlank) {
            hasAllHeaders = true
        } else if !hasAllHeaders, let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            add(Self.text(line[..<colon]).lowercased(), Self.text(line[(colon + 1)...]))
        }
    }

    private func add(_ name: String, _ value: String) {
        headers[name] = headers[name].map { "\($0), \(value)" } ?? value
    }

    /// Without the blanks around it.
    private static func text(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> String {
        let start = bytes.drop(while: isBlank)
        let end = start.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? start.startIndex
        return String(decoding: start[..<end], as: UTF8.self)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }
}
