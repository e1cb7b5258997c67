import CRDT
public import ChangeLog
public import Storage

/// Up to where somebody was told what happened here.
public struct WatchPosition: Hashable, Sendable {
    /// The changes whose events were all told.
    public var log: LogPosition
    /// Of the next change, the number of the first event that was not told yet.
    public var step: UInt64
    /// Of windows that close soon, the last one that was told: when it was due, in milliseconds since 1970, and whose.
    public var alarm: Alarm
    /// What was being told when this was written: it may have come.
    public var inFlight: String?

    /// When it is to be told that a conversation's window closes soon.
    public struct Alarm: Hashable, Comparable, Sendable {
        /// In milliseconds since 1970.
        public let due: Int64
        /// Which conversation's.
        public let conversation: RootID

        /// In the order in which they are told.
        public static func < (left: Self, right: Self) -> Bool {
            (left.due, left.conversation) < (right.due, right.conversation)
        }
    }

    /// What is here already is not told.
    ///
    /// - Parameter now: milliseconds since 1970.
    public init(behindAllIn replica: Replica, now: Int64) throws {
        log = try replica.logPosition()
        (step, inFlight) = (0, nil)
        alarm = Alarm(due: now, conversation: RootID(high: .max, low: .max))
    }

    /// - Returns: nil for bytes that ``bytes`` did not give.
    public init?(_ bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard let step = try? reader.word(), let due = try? reader.word(),
            let root = try? reader.raw(16), let conversation = RootID(bytes: Array(root)),
            let length = try? reader.byte(), let name = try? reader.raw(Int(length))
        else { return nil }
        self.step = step
        alarm = Alarm(due: Int64(bitPattern: due), conversation: conversation)
        inFlight = name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
        log = LogPosition(Array((try? reader.raw(reader.remaining)) ?? []))
    }

    /// For a local value.
    public var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.word(step)
        writer.word(UInt64(bitPattern: alarm.due))
        writer.raw(alarm.conversation.bytes)
        let name = Array((inFlight ?? "").utf8.prefix(255))
        writer.byte(UInt8(clamping: name.count))
        writer.raw(name)
        writer.raw(log.bytes)
        return writer.bytes
    }
}
