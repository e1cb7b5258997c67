public import ChangeLog
public import Keys
public import Storage

/// What a relay holds, read from its files, also while it serves.
public enum RelayData {
    /// One workspace as the relay holds it.
    public struct WorkspaceStatus: Hashable, Sendable {
        /// Which workspace.
        public let workspace: WorkspaceID
        /// Of the merged state: equal to that of any replica which holds the same changes.
        public let digest: [UInt8]
        /// How many changes are in the log.
        public let changes: UInt64
        /// How many changes are held until what they need is here.
        public let waiting: UInt64
        /// How many replicas wrote them.
        public let replicas: Int
    }

    /// Every workspace held, by id. Takes no lock and changes nothing.
    ///
    /// - Throws: `.badDataDirectory` if there is none, `.key`, or `.storage` for a workspace that cannot be read.
    public static func status(
        of dataDirectory: String, configuration: Replica.Configuration
    ) throws(RelayFailure) -> [WorkspaceStatus] {
        let directory = try DataDirectory.existing(at: dataDirectory)
        let key = try RelayKey.stored(in: directory)
        var all: [WorkspaceStatus] = []
        for workspace in try directory.workspaces() {
            do throws(StorageFailure) {
                let replica = try Replica.open(
                    at: directory.file(of: workspace), key: key, configuration: configuration, access: .reading)
                all.append(try status(of: replica))
            } catch {
                throw .storage(error)
            }
        }
        return all
    }

    /// Where the key of a relay with that data directory is.
    public static func keyFile(of dataDirectory: String) -> KeyFile {
        KeyFile(DataDirectory(path: dataDirectory).keyFile)
    }

    /// Whether a key is that of the relay whose workspaces these are; with none, any may be.
    ///
    /// - Throws: `.badDataDirectory`, or `.storage` for a workspace that cannot be read.
    public static func takes(
        _ key: StoredKey, in dataDirectory: String, configuration: Replica.Configuration
    ) throws(RelayFailure) -> Bool {
        let directory = try DataDirectory.existing(at: dataDirectory)
        for workspace in try directory.workspaces() {
            do throws(StorageFailure) {
                _ = try Replica.open(
                    at: directory.file(of: workspace), key: key, configuration: configuration, access: .inspecting)
            } catch .notAMember {
                return false
            } catch {
                throw .storage(error)
            }
        }
        return true
    }

    private static func status(of replica: Replica) throws(StorageFailure) -> WorkspaceStatus {
        let counts = try replica.counts()
        return WorkspaceStatus(
            workspace: replica.workspace, digest: try replica.digest(), changes: counts.applied,
            waiting: counts.waiting, replicas: try replica.frontier().count)
    }
}
