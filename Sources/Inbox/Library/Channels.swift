import CRDT
public import ChangeLog
public import GRDB
import Storage

import struct Foundation.Data

/// An account with a provider.
public struct Channel: Hashable, Sendable {
    /// Names it for ever.
    public let id: RootID
    /// What the team calls it; of two with one name the second is `Shop (2)`.
    public let name: String
    /// The kind of channel, by name.
    public let kind: String
    /// The account with the provider.
    public let account: String?
    /// What can be sent there and when; nil for a kind that this version does not know.
    public let policy: ChannelPolicy?
}

/// Reads channels from the state tables.
public struct ChannelReader {
    private let database: Database

    /// Channels as of this view.
    public init(_ database: Database) { self.database = database }

    /// By name.
    ///
    /// - Parameter removed: those that were taken away, instead of those that are there.
    public func all(removed: Bool = false) throws -> [Channel] {
        let roots = try NamedRoots.channels(in: database)
        return try (removed ? roots.removed : roots.present).compactMap { try channel($0.id, name: $0.name) }
    }

    /// The one of that name, or whose id begins so.
    public func named(_ text: String) throws -> Channel {
        let entry = try NamedRoots.channels(in: database).named(text)
        guard let channel = try channel(entry.id, name: entry.name) else { throw InboxFailure.unknown(.channel, text) }
        return channel
    }

    /// The one with that id, taken away or not; nil where nothing is known of it.
    public func channel(_ id: RootID) throws -> Channel? { try channel(id, name: nil) }

    private func channel(_ id: RootID, name: String?) throws -> Channel? {
        let row = try Row.fetchOne(
            database.cachedStatement(
                sql: "SELECT name, kind, account, \"window\", timer, media, patience FROM channel WHERE key=?"),
            arguments: [Data(id.bytes)])
        guard let row else { return nil }
        let kind: String = row["kind"] ?? ""
        return Channel(
            id: id, name: name ?? row["name"] ?? "", kind: kind, account: row["account"],
            policy: ChannelKind(rawValue: kind).map {
                ChannelPolicy(
                    kind: $0, window: row["window"], timer: row["timer"], media: row["media"], patience: row["patience"]
                )
            })
    }
}

/// What the workspace says of one part of a channel's policy.
public enum PolicySetting<Wrapped: Hashable & Sendable>: Hashable, Sendable {
    /// What its kind says.
    case ofKind
    /// This.
    case own(Wrapped)
}

/// What to set on a channel; nil leaves a part as it is.
public struct ChannelPatch: Hashable, Sendable {
    /// Of a new channel, its kind; of those there are, only one of this kind is meant.
    public var kind: ChannelKind?
    /// Of a new channel, the account with the provider; without one, the name stands for it.
    public var account: String?
    /// What the team calls it from now on.
    public var name: String?
    /// For how long after a customer's message a reply may go out, in minutes; 0 for ever.
    public var window: PolicySetting<Int64>?
    /// How long a person's reply pauses the assistant, in minutes; 0 until resumed.
    public var timer: PolicySetting<Int64>?
    /// For how long a reply may wait for its turn before its author is asked again, in minutes; 0 for ever.
    public var patience: PolicySetting<Int64>?
    /// The files that can be sent.
    public var media: PolicySetting<[MessageKind]>?

    /// Nothing to set.
    public init() {}
}

extension InboxWriter {
    /// Sets a channel's name and policy, brings it back, or makes it.
    ///
    /// - Throws: `.channelWithoutKind` where there is none of that name and the patch does not say what to make.
    public func setChannel(_ channel: String, _ patch: ChannelPatch, ids: NaturalID) throws -> Outcome {
        let known = try NamedRoots.channels(in: database, matching: patch).toSet(channel)?.id
        let id: RootID
        if let known {
            id = known
        } else if let kind = patch.kind {
            id = ids.channel(kind: kind.rawValue, account: patch.account ?? channel)
        } else {
            throw LibraryFailure.channelWithoutKind(channel)
        }
        var edit = try RootEdit(InboxSchema.channel, id, in: database)
        // One that was found by its account keeps the name it has.
        let name = patch.name ?? (edit.exists ? nil : channel)
        if let name { try ItemName.check(name) }
        if known == nil {
            edit.set("kind", to: patch.kind?.rawValue)
            edit.set("account", to: patch.account)
        }
        edit.set("name", to: name)
        try edit.set(patch)
        edit.bringBack()
        return try commit(edit)
    }

    /// Takes a channel away: nobody is offered it any more. Its conversations stay.
    public func removeChannel(_ channel: String) throws -> Outcome {
        try remove(NamedRoots.channels(in: database).everNamed(channel), of: InboxSchema.channel)
    }

    /// Takes channels in; what is here already makes no change.
    public func take(_ lines: [ChannelLine], ids: NaturalID) throws -> LibraryCounts {
        var counts = LibraryCounts()
        for line in lines {
            let id = ids.channel(kind: line.kind.rawValue, account: line.account ?? line.name)
            var edit = try RootEdit(InboxSchema.channel, id, in: database)
            edit.set("kind", to: line.kind.rawValue)
            edit.set("account", to: line.account)
            edit.set("name", to: line.name)
            try edit.set(line.policy)
            try commit(edit, isRemoved: edit.isRemoved, counts: &counts)
        }
        return counts
    }
}

extension RootEdit {
    /// - Throws: `.minutesOutOfRange`.
    fileprivate mutating func set(_ patch: ChannelPatch) throws {
        for (field, minutes) in [("window", patch.window), ("timer", patch.timer), ("patience", patch.patience)] {
            if case .own(let minutes) = minutes, !(0...ChannelPolicy.longest).contains(minutes) {
                throw LibraryFailure.minutesOutOfRange(minutes)
            }
            set(field, to: minutes?.value { .integer($0) })
        }
        set(
            "media",
            to: patch.media?.value { kinds in
                .text(ChannelPolicy.Media.kinds.filter(kinds.contains).map(\.name).joined(separator: " "))
            })
    }
}

extension PolicySetting {
    /// What the register holds for it.
    fileprivate func value(_ own: (Wrapped) -> Value) -> Value {
        switch self {
        case .ofKind: .null
        case .own(let wrapped): own(wrapped)
        }
    }
}

/// A channel as a line of a file: `{"kind","name","account"?,"window"?,"timer"?,"patience"?,"media"?}`, minutes and names of kinds of
/// message; what is not there stays as it is.
public struct ChannelLine: LibraryLine {
    let kind: ChannelKind
    let name: String
    let account: String?
    let policy: ChannelPatch

    /// - Throws: for a kind or a name that is missing or cannot be one, and for minutes and media that cannot be.
    public init(line: [UInt8]) throws(LineRejection) {
        let fields = try Fields.decoded(line)
        guard let kind = ChannelKind(rawValue: fields.kind ?? "") else {
            throw fields.kind == nil ? .missing("kind") : .badValue("kind")
        }
        self.kind = kind
        name = try LineCheck.name(fields.name)
        account = try LineCheck.short(fields.account).flatMap { $0.isEmpty ? nil : $0 }
        var policy = ChannelPatch()
        policy.window = try Self.minutes(fields.window, "window")
        policy.timer = try Self.minutes(fields.timer, "timer")
        policy.patience = try Self.minutes(fields.patience, "patience")
        policy.media = try fields.media.map { names throws(LineRejection) in
            let kinds = names.compactMap(MessageKind.init(name:)).filter(ChannelPolicy.Media.kinds.contains)
            guard kinds.count == names.count else { throw .badValue("media") }
            return .own(kinds)
        }
        self.policy = policy
    }

    private struct Fields: Decodable {
        let kind, name, account: String?
        let window, timer, patience: Int64?
        let media: [String]?
    }

    private static func minutes(
        _ minutes: Int64?, _ field: String
    ) throws(LineRejection) -> PolicySetting<Int64>? {
        guard let minutes else { return nil }
        guard (0...ChannelPolicy.longest).contains(minutes) else { throw .badValue(field) }
        return .own(minutes)
    }

    /// Its kind and account.
    public var identity: [String] { [kind.rawValue, account ?? name] }
    /// Its name and policy.
    public var content: [String] { [name, "\(policy)"] }
}

extension NamedRoots {
    /// - Parameter patch: only those of its kind and account, as far as it names some.
    static func channels(in database: Database, matching patch: ChannelPatch? = nil) throws -> NamedRoots {
        try NamedRoots(
            InboxSchema.channel, as: .channel, in: database,
            where: "coalesce(?, kind) IS kind AND coalesce(?, account) IS account",
            [patch?.kind?.rawValue, patch?.account])
    }
}
