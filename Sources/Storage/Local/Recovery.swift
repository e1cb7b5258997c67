public import ChangeLog

/// What happened to this copy, and what came back since: kept by this device for its person, sent to nobody.
public struct Recovery: Hashable, Sendable {
    /// What happened.
    public let accident: Accident
    /// When it was noticed, in milliseconds since 1970: the stamp of the change that says so.
    public let noticed: UInt64
    /// How far this copy's own branches went then, as far as no earlier accident had told.
    public let tips: [Cause]
    /// How many changes of this device, made before that and not held here, have come in.
    public internal(set) var returned: UInt64
    /// When the last of them did; nil before.
    public internal(set) var returnedAt: UInt64?
}

/// The recoveries of this copy, oldest first, as a local value.
struct Recoveries {
    /// How many are kept.
    private static let limit = 16

    private let log: Log
    private(set) var all: [Recovery]

    init(_ log: Log) throws {
        self.log = log
        all = Self.read(try LocalValues.value(.recoveries, in: log.database).bytes ?? [])
    }

    mutating func add(_ recovery: Recovery) throws {
        all = (all + [recovery]).suffix(Self.limit)
        try store()
    }

    /// Changes of this device came in that others had, and this copy had not.
    mutating func note(returned count: UInt64, now: UInt64) throws {
        guard let last = all.indices.last else { return }
        all[last].returned += count
        all[last].returnedAt = now
        try store()
    }

    private func store() throws {
        var writer = ByteWriter()
        for recovery in all {
            writer.byte(recovery.accident.rawValue)
            writer.integer(recovery.noticed)
            writer.integer(recovery.returned)
            writer.integer(recovery.returnedAt ?? 0)
            writer.causes(recovery.tips)
        }
        try LocalValues.set(.recoveries, .bytes(writer.bytes), in: log.database)
    }

    private static func read(_ bytes: [UInt8]) -> [Recovery] {
        var reader = ByteReader(bytes)
        var all: [Recovery] = []
        while reader.remaining > 0 {
            guard let code = try? reader.byte(), let accident = Accident(rawValue: code),
                let noticed = try? reader.integer(), let returned = try? reader.integer(),
                let at = try? reader.integer(), let tips = try? reader.causes()
            else { break }
            all.append(
                Recovery(
                    accident: accident, noticed: noticed, tips: tips, returned: returned,
                    returnedAt: at == 0 ? nil : at))
        }
        return all
    }
}

extension Replica {
    /// What happened to this copy, oldest first; the last sixteen.
    public func recoveries() throws(StorageFailure) -> [Recovery] { try readLog { try Recoveries($0).all } }
}
