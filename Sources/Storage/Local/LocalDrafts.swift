import CRDT
public import ChangeLog
import GRDB

import struct Foundation.Data

/// A text that somebody typed for a root and that did not become a change: kept on this device, never sent.
public struct LocalDraft: Hashable, Sendable {
    /// What it is for.
    public let root: RootID
    /// The text.
    public let text: String
    /// When it was kept, in milliseconds since 1970.
    public let at: UInt64
}

/// One draft a root; what is kept later takes the place of the one before.
extension Replica {
    /// Keeps a text for a root, durably.
    public func keepDraft(_ text: String, for root: RootID, now: UInt64) throws(StorageFailure) {
        try write { door in
            let keep = try door.log.statements(
                """
                INSERT INTO draft(root, text, at) VALUES(?1,?2,?3)
                ON CONFLICT DO UPDATE SET text=excluded.text, at=excluded.at
                """)
            keep.bind(1, root.bytes)
            keep.bind(2, text)
            keep.bind(3, now)
            try keep.run()
        }
    }

    /// Forgets the draft for a root.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    public func dropDraft(for root: RootID) throws(StorageFailure) -> Bool {
        try write { door in
            let drop = try door.log.statements("DELETE FROM draft WHERE root=?1")
            drop.bind(1, root.bytes)
            return try drop.run() > 0
        }
    }

    /// All drafts, the newest first.
    public func drafts() throws(StorageFailure) -> [LocalDraft] {
        try readLog { log in
            let read = try log.statements("SELECT root, CAST(text AS BLOB), at FROM draft ORDER BY at DESC, root")
            defer { read.reset() }
            var drafts: [LocalDraft] = []
            while try read.step() {
                guard let root = RootID(bytes: read.bytes(0)) else { continue }
                let text = String(decoding: read.bytes(1), as: UTF8.self)
                drafts.append(LocalDraft(root: root, text: text, at: read.unsigned(2)))
            }
            return drafts
        }
    }
}
