/// What a person had been shown of a conversation when writing, closing or marking read.
public enum Basis: Hashable, Sendable {
    /// Nothing: the writer's device had not shown it.
    case nothing
    /// Everything the writer's replica had applied when the change was made: its whole causal past.
    case everything
    /// The given changes and all before them. Those outside the change's causal past count for nothing.
    case heads([Cause])
}

extension ByteWriter {
    /// 0 nothing, 1 everything, 2 heads; no heads are nothing.
    mutating func basis(_ basis: Basis) {
        switch basis {
        case .nothing, .heads([]): byte(0)
        case .everything: byte(1)
        case .heads(let heads):
            byte(2)
            causes(heads)
        }
    }
}

extension ByteReader {
    /// 0 nothing, 1 everything, 2 heads.
    mutating func basis() throws(FormatRejection) -> Basis {
        let tag = try byte()
        switch tag {
        case 0: return .nothing
        case 1: return .everything
        case 2:
            let heads = try causes()
            guard !heads.isEmpty else { throw .notCanonical }
            return .heads(heads)
        default: throw .unknownFormat(UInt64(tag))
        }
    }
}
