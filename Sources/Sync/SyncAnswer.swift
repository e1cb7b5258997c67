public import ChangeLog

/// What a relay answers.
///
///     answer  := version(0) flags cursor milliseconds verdicts deltas [frontier] [digest(8)] [survey]
///     flags   := 1 frontier | 2 more | 4 digest | 8 survey
///     survey  := changes bytes
///     verdict := kind (0 stored, 1 waiting, 2 refused) and the number of new changes, or the reason
public struct SyncAnswer: Hashable, Sendable {
    /// Where the asker stands once it has stored the deltas.
    public var cursor: Cursor
    /// The relay's clock, in milliseconds since 1970.
    public var time: UInt64
    /// What became of each delta pushed, in order.
    public var verdicts: [Verdict]
    /// What arrived since the asker's cursor.
    public var deltas: [[UInt8]]
    /// Whether there is more to pull.
    public var hasMore: Bool
    /// What the relay holds: told when the asker's cursor was of another incarnation, or it had none.
    public var frontier: [Cause]?
    /// Stands for the relay's frontier, where this answer says the last there is: once two sides have said all, theirs are
    /// equal, or one of them has been told less than there was.
    public var digest: UInt64?
    /// What was asked for, instead of deltas.
    public var survey: Survey?

    /// How much there is to send.
    public struct Survey: Hashable, Sendable {
        /// How many changes.
        public var changes: UInt64
        /// Their bytes as they are stored, which is about what they take in bodies.
        public var bytes: UInt64

        /// So much.
        public init(changes: UInt64, bytes: UInt64) { (self.changes, self.bytes) = (changes, bytes) }
    }

    /// An answer.
    public init(
        cursor: Cursor, time: UInt64, verdicts: [Verdict] = [], deltas: [[UInt8]] = [], hasMore: Bool = false,
        frontier: [Cause]? = nil, digest: UInt64? = nil, survey: Survey? = nil
    ) {
        (self.cursor, self.time, self.verdicts) = (cursor, time, verdicts)
        (self.digest, self.survey) = (digest, survey)
        (self.deltas, self.hasMore, self.frontier) = (deltas, hasMore, frontier)
    }

    /// The bytes before compression.
    public var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.byte(PacketFormat.version)
        writer.byte(
            (frontier == nil ? 0 : 1) | (hasMore ? 2 : 0) | (digest == nil ? 0 : 4) | (survey == nil ? 0 : 8))
        writer.cursor(cursor)
        writer.integer(time)
        writer.integer(verdicts.count)
        for verdict in verdicts { writer.verdict(verdict) }
        writer.deltas(deltas)
        if let frontier { writer.frontier(frontier) }
        if let digest { writer.word(digest) }
        if let survey {
            writer.integer(survey.changes)
            writer.integer(survey.bytes)
        }
        return writer.bytes
    }

    /// As it travels.
    public var body: [UInt8] { Compression.compressed(bytes) }

    /// Takes an answer apart that has travelled.
    public init(body: [UInt8]) throws(FormatRejection) {
        try self.init(Compression.decompressed(body, limit: PacketFormat.byteLimit))
    }

    /// Takes an answer apart; the deltas in it are not looked at yet.
    public init(_ bytes: [UInt8]) throws(FormatRejection) {
        var reader = ByteReader(bytes)
        try reader.packetVersion()
        let flags = try reader.byte()
        guard flags < 16 else { throw .unknownFormat(UInt64(flags)) }
        cursor = try reader.cursor()
        time = try reader.integer()
        let count = try reader.integer()
        guard count <= UInt64(PacketFormat.deltaLimit) else { throw .limit(.changes) }
        var verdicts: [Verdict] = []
        for _ in 0..<count { verdicts.append(try reader.verdict()) }
        self.verdicts = verdicts
        deltas = try reader.deltas()
        frontier = flags & 1 == 0 ? nil : try reader.frontier()
        hasMore = flags & 2 != 0
        digest = flags & 4 == 0 ? nil : try reader.word()
        survey = flags & 8 == 0 ? nil : Survey(changes: try reader.integer(), bytes: try reader.integer())
        try reader.finish()
    }
}

extension ByteWriter {
    fileprivate mutating func verdict(_ verdict: Verdict) {
        switch verdict {
        case .stored(let new):
            byte(0)
            integer(new)
        case .waiting(let reason):
            byte(1)
            integer(reason.rawValue)
        case .refused(let reason):
            byte(2)
            integer(reason.rawValue)
        }
    }
}

extension ByteReader {
    fileprivate mutating func verdict() throws(FormatRejection) -> Verdict {
        let kind = try byte()
        let detail = try integer()
        switch kind {
        case 0:
            guard detail <= UInt64(FormatLimit.changes.rawValue) else { throw .limit(.changes) }
            return .stored(new: Int(detail))
        case 1:
            guard let reason = WaitingReason(rawValue: Int(clamping: detail)) else { throw .unknownFormat(detail) }
            return .waiting(reason)
        case 2:
            guard let reason = RefusalReason(rawValue: Int(clamping: detail)) else { throw .unknownFormat(detail) }
            return .refused(reason)
        default: throw .unknownFormat(UInt64(kind))
        }
    }
}
