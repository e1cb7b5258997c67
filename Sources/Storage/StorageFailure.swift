public import ChangeLog
import GRDB

/// What can go wrong around a replica. Facts only; the words are made at the edge.
public enum StorageFailure: Error, Hashable, Sendable {
    /// Another process kept the replica locked for longer than one waits. Nothing was written; trying again is safe.
    case busy
    /// The disk is full or failed, by SQLite's extended result code. Nothing was written.
    case disk(code: Int32)
    /// The file fails SQLite's own checks.
    case corrupt
    /// There is no replica at this path.
    case missing
    /// There is a replica at this path already.
    case exists
    /// Made by a version of this program that is newer than this one.
    case newerVersion(Int)
    /// Made by an early draft of this program, in a format that was given up.
    case draft(Int)
    /// Files here may be read by others than their owner, or are not plain files.
    case loosePermissions
    /// The change is not one the format allows, for instance because it is too large.
    case rejected(FormatRejection)
    /// The device is not a member.
    case notAMember
    /// Publishing takes the secret key, which is locked. Nothing was written.
    case keyLocked
    /// No screen of this conversation with that token was drawn here, or it was long ago.
    case unknownMark
    /// The clock has no stamp left to give: a stamp at the end of time was applied.
    case clockExhausted
    /// SQLite refused something it never should: a bug of ours, by its extended result code.
    case unexpected(code: Int32)
}

extension StorageFailure {
    /// The failure that a SQLite result code stands for.
    init(code: Int32) {
        switch code & 0xFF {
        case 5, 6: self = .busy
        case 8, 10, 13, 14: self = .disk(code: code)
        case 11, 26: self = .corrupt
        default: self = .unexpected(code: code)
        }
    }

    /// Runs `body` and hands on a failure of ours for whatever it throws.
    static func translating<Result>(_ body: () throws -> Result) throws(StorageFailure) -> Result {
        do {
            return try translatingSQLite(body)
        } catch let failure as StorageFailure {
            throw failure
        } catch {
            throw .unexpected(code: -1)
        }
    }

    /// Runs `body`, which may throw errors of its caller's: these pass as they are, SQLite's become failures of ours.
    static func translatingSQLite<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let rejection as FormatRejection {
            throw StorageFailure.rejected(rejection)
        } catch let error as DatabaseError {
            throw StorageFailure(code: error.extendedResultCode.rawValue)
        }
    }
}
