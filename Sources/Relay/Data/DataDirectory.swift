import ChangeLog
import Glibc
import Keys

/// The relay's files.
///
///     relay.key                     the secret key
///     heartbeat                     when the relay was last there
///     workspaces/<id>.sqlite        a replica, with the files that SQLite and the replica keep beside it
struct DataDirectory: Sendable {
    let path: String

    var keyFile: String { path + "/relay.key" }
    private var workspaceFolder: String { path + "/workspaces" }
    private static let suffix = ".sqlite"

    /// A folder that has to be there.
    static func existing(at path: String) throws(RelayFailure) -> DataDirectory {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .badDataDirectory(code: errno) }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw .badDataDirectory(code: ENOTDIR) }
        return DataDirectory(path: path)
    }

    /// Made when absent, with the folders it lies in; its owner's only.
    static func made(at path: String) throws(RelayFailure) -> DataDirectory {
        let directory = DataDirectory(path: path)
        do {
            try PrivateDirectory.make(path)
            try PrivateDirectory.make(directory.workspaceFolder)
        } catch .disk(_, let code) {
            throw .badDataDirectory(code: code)
        } catch {
            throw .key(error)
        }
        return directory
    }

    // MARK: Workspaces

    func file(of workspace: WorkspaceID) -> String { "\(workspaceFolder)/\(workspace.text)\(Self.suffix)" }

    func holds(_ workspace: WorkspaceID) -> Bool { access(file(of: workspace), F_OK) == 0 }

    /// The workspaces held, by id.
    func workspaces() throws(RelayFailure) -> [WorkspaceID] {
        guard let folder = opendir(workspaceFolder) else {
            if errno == ENOENT { return [] }
            throw .badDataDirectory(code: errno)
        }
        defer { closedir(folder) }
        var found: [WorkspaceID] = []
        while let entry = readdir(folder) {
            let name = UnsafeRawPointer(entry).advanced(by: MemoryLayout.offset(of: \dirent.d_name) ?? 0)
            let text = String(cString: name.assumingMemoryBound(to: CChar.self))
            guard text.hasSuffix(Self.suffix), let bytes = Base32.bytes(text.dropLast(Self.suffix.count)) else {
                continue
            }
            if let workspace = WorkspaceID(bytes) { found.append(workspace) }
        }
        return found.sorted()
    }

    /// Puts a finished draft in a workspace's place, for good: the name survives power loss.
    ///
    /// - Returns: `errno`, or 0.
    func keep(_ draft: String, as workspace: WorkspaceID) -> Int32 {
        // The database last: where it is, everything is.
        for part in [".head", ""] where rename(draft + part, file(of: workspace) + part) != 0 { return errno }
        return Self.flush(workspaceFolder)
    }

    // MARK: The whole

    /// Writes a folder's entries to disk.
    ///
    /// - Returns: `errno`, or 0.
    static func flush(_ folder: String) -> Int32 {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        return fsync(descriptor) == 0 ? 0 : errno
    }

    /// Keeps other relays out of this directory until the lock is given up.
    func lock() throws(RelayFailure) -> DirectoryLock { try DirectoryLock(path) }
}

/// Held by the relay that serves from a directory: two would not see each other's nonces. Readers take none.
final class DirectoryLock: Sendable {
    private let descriptor: Int32

    fileprivate init(_ path: String) throws(RelayFailure) {
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .badDataDirectory(code: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw errno == EWOULDBLOCK ? .dataDirectoryInUse : .badDataDirectory(code: errno)
        }
    }

    deinit { close(descriptor) }
}
