import CRDT
public import ChangeLog
public import GRDB

import struct Foundation.Data

/// What concerns this copy alone: kept by a rebuild, never in a digest, never sent.
public enum LocalValues {
    /// The values there are.
    public enum Key: String, Sendable {
        /// The workspace's id.
        case workspace
        /// This replica's id: in the current epoch.
        case replica
        /// Which replica took up the invitation, where that was in an earlier epoch.
        case joiner
        /// The workspace secret, which keys natural ids. A relay has none.
        case secret
        /// The schema that the state was last derived with, by its fingerprint.
        case schema
        /// The role the invitation promised, until the grant itself has arrived.
        case role
        /// The person whose further device this is, as the invitation named them.
        case person
        /// The grant's stamp: own stamps lie above it before the grant has arrived.
        case floor
        /// The grant's place in its chain, as a cause, with the one-time key's proof: shown to the relay until
        /// admitted.
        case credential
        /// The address of the relay.
        case relay
        /// The relay's key.
        case relayKey = "relay_key"
        /// The incarnation of the relay that the cursor counts in.
        case incarnation
        /// As a relay: since when that count is in use, in milliseconds since 1970.
        case incarnationSince = "incarnation_since"
        /// The last arrival number pulled.
        case cursor
        /// What the relay said to stand for all that arrived there up to it.
        case cursorCheck = "cursor_check"
        /// What this device's clock was seen to be at the last sync, and how far it was off.
        case clock
        /// The last local arrival up to which the relay has what this device wrote.
        case acknowledged
        /// When the last sync ended, in milliseconds since 1970.
        case lastSync = "last_sync"
        /// Replica, number and hash of the last own change that may have left this device. Of each chain, what is sealed
        /// is never written anew.
        case published
        /// How many changes came in that this replica has made and forgotten: its numbers have been used elsewhere.
        case spent
        /// What happened to this copy, and what came back since.
        case recoveries
        /// How many changes waited when some that were sent could not be taken: they are asked for again once that has
        /// changed.
        case missed
        /// What stands for the frontiers here and at the relay, when last they differed after both sides had said all.
        case difference
        /// The changes that this device took back, each with the one that did: sixteen bytes each, the oldest first.
        case undone
        /// Up to where somebody was told what happened here.
        case watched
        /// The channel root a gateway serves.
        case channel
        /// As a gateway: since when its first relay had forgotten nothing, in milliseconds since 1970.
        case steadyRelay = "steady_relay"
    }

    /// The value under `key`; null when there is none.
    public static func value(_ key: Key, in database: Database) throws -> Value {
        let row = try Row.fetchOne(database, sql: "SELECT value FROM local WHERE key=?", arguments: [key.rawValue])
        switch row?[0] as DatabaseValue? {
        case .some(let value):
            switch value.storage {
            case .int64(let number): return .integer(number)
            case .string(let text): return .text(text)
            case .blob(let data): return .bytes(Array(data))
            default: return .null
            }
        case .none: return .null
        }
    }

    /// Sets or, with null, removes.
    public static func set(_ key: Key, _ value: Value, in database: Database) throws {
        let stored: DatabaseValue
        switch value {
        case .null:
            return try database.execute(sql: "DELETE FROM local WHERE key=?", arguments: [key.rawValue])
        case .integer(let number): stored = number.databaseValue
        case .text(let text): stored = text.databaseValue
        case .bytes(let bytes): stored = Data(bytes).databaseValue
        }
        try database.execute(
            sql: "INSERT INTO local(key, value) VALUES(?,?) ON CONFLICT DO UPDATE SET value=excluded.value",
            arguments: [key.rawValue, stored])
    }

    static func workspace(in database: Database) throws -> WorkspaceID {
        guard case .bytes(let bytes) = try value(.workspace, in: database), let id = WorkspaceID(bytes) else {
            throw StorageFailure.corrupt
        }
        return id
    }

    /// The replica that took up the invitation with which this device came in.
    public static func joiner(in database: Database) throws -> ReplicaID {
        try value(.joiner, in: database).bytes.flatMap { ReplicaID($0) } ?? replica(in: database)
    }

    static func replica(in database: Database) throws -> ReplicaID {
        guard case .bytes(let bytes) = try value(.replica, in: database), let id = ReplicaID(bytes) else {
            throw StorageFailure.corrupt
        }
        return id
    }
}

extension Replica {
    /// The local value under `key`; null when there is none.
    public func localValue(_ key: LocalValues.Key) throws(StorageFailure) -> Value {
        try readLog { try LocalValues.value(key, in: $0.database) }
    }

    /// Sets a local value or, with null, removes it.
    public func setLocalValue(_ key: LocalValues.Key, _ value: Value) throws(StorageFailure) {
        try setLocalValues([(key, value)])
    }

    /// Sets or removes all of them, or none.
    public func setLocalValues(_ values: [(key: LocalValues.Key, value: Value)]) throws(StorageFailure) {
        try write { door in
            for (key, value) in values { try LocalValues.set(key, value, in: door.log.database) }
        }
    }
}
