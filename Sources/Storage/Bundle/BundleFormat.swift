public import ChangeLog

/// What a bundle file is made of.
///
///     bundle := "NXBUNDLE" version(1) workspace(32) block* 0 hash(32)
///     block  := length compressed(length)     length: an integer, at least 1
///     compressed, unpacked := (length delta(length))*
///
/// The hash is BLAKE2b-256, without key or domain, of all bytes before it. See `Docs/FORMAT.md`.
enum BundleFormat {
    static let magic = Array("NXBUNDLE".utf8)
    static let version: UInt8 = 1
    static let headerByteCount = magic.count + 1 + WorkspaceID.byteCount
    static let hashByteCount = 32
    /// Header, the end of the blocks, hash.
    static let shortest = headerByteCount + 1 + hashByteCount
    /// How many bytes of deltas go into a block, about.
    static let blockByteCount = 1 << 20
    /// The most that a block may unpack to.
    static let blockLimit = 16 << 20
}

/// Why a bundle or a frontier file was not written or not taken. Facts only; the words are made at the edge.
public enum BundleFailure: Error, Hashable, Sendable {
    /// The file cannot be read, by the system's error number.
    case unreadable(path: String, code: Int32)
    /// The file cannot be written, by the system's error number. What was there before is there still.
    case unwritable(path: String, code: Int32)
    /// There is a file of that name already.
    case exists(path: String)
    /// The file does not begin as a bundle does.
    case notABundle
    /// Written by a newer version of this program.
    case newerVersion(UInt8)
    /// The file ends before the bundle does. Nothing was taken in.
    case truncated
    /// The file is not what was written. Nothing was taken in.
    case altered
    /// A bundle or frontier of another workspace. Nothing was taken in.
    case otherWorkspace(WorkspaceID)
    /// The file is no whole frontier.
    case notAFrontier(line: Int)
    /// What failed was the replica.
    case storage(StorageFailure)
}

extension BundleFailure {
    /// Runs `body` and hands on a failure of ours for whatever it throws.
    static func translating<Result>(_ body: () throws -> Result) throws(BundleFailure) -> Result {
        do {
            return try body()
        } catch let failure as BundleFailure {
            throw failure
        } catch let failure as StorageFailure {
            throw .storage(failure)
        } catch let rejection as FormatRejection {
            throw .storage(.rejected(rejection))
        } catch {
            throw .storage(.unexpected(code: -1))
        }
    }
}
