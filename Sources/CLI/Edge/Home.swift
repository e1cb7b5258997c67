import ChangeLog
import Glibc
import Inbox
import Storage

/// The directory that holds a device's replica and key: 0700, its files 0600.
struct Home {
    let path: String

    /// The given path, else `NEXUS_HOME`, else `$XDG_DATA_HOME/nexus`, else `~/.local/share/nexus`.
    init(path: String?) {
        if let path = path ?? Environment.value("NEXUS_HOME") {
            self.path = path
        } else if let data = Environment.value("XDG_DATA_HOME") {
            self.path = data + "/nexus"
        } else {
            self.path = Environment.userDirectory + "/.local/share/nexus"
        }
    }

    var database: String { path + "/replica.sqlite" }
    private var keyFile: String { path + "/key" }

    /// Whether there is a replica.
    var isMade: Bool { access(database, F_OK) == 0 }

    /// Makes the directory and a key of its own for a new replica.
    ///
    /// - Throws: `CLIFailure.homeExists` if there is one already.
    func make() throws -> SigningKey {
        guard !isMade else { throw CLIFailure.homeExists(path) }
        try PrivateFiles.makeDirectory(path)
        // A key left by a first attempt that failed is taken up again; keys are never made anew over old ones.
        if access(keyFile, F_OK) == 0 { return try key() }
        let seed = SystemRandom.bytes(SigningKey.seedByteCount)
        try PrivateFiles.write(Base32.text(seed) + "\n", to: keyFile)
        return try key()
    }

    /// Opens the replica.
    func open(_ access: Replica.Access = .writing) throws -> Replica {
        guard isMade else { throw CLIFailure.noHome(path) }
        return try Replica.open(
            at: database, key: key(), configuration: InboxSchema.configuration, access: access)
    }

    func key() throws -> SigningKey {
        let text = try PrivateFiles.read(keyFile)
        guard let seed = Base32.bytes(text.prefix { $0 != "\n" }), let key = SigningKey(seed: seed) else {
            throw CLIFailure.badKeyFile(keyFile)
        }
        return key
    }
}

/// Reads the environment. Nothing below the command line does.
enum Environment {
    /// - Returns: nil for a variable that is not set or empty.
    static func value(_ name: String) -> String? {
        guard let value = getenv(name).map({ String(cString: $0) }), !value.isEmpty else { return nil }
        return value
    }

    /// `HOME`, else what the system's user list says.
    static var userDirectory: String {
        value("HOME") ?? getpwuid(getuid()).map { String(cString: $0.pointee.pw_dir) } ?? "/"
    }
}

/// The wall clock.
enum WallClock {
    /// Milliseconds since 1970.
    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(clamping: time.tv_sec) * 1000 + UInt64(clamping: time.tv_nsec / 1_000_000)
    }
}

/// Files that only their owner may read.
enum PrivateFiles {
    static func makeDirectory(_ path: String) throws {
        var made = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: false) {
            made += made.isEmpty && part.isEmpty ? "/" : (made.isEmpty || made.hasSuffix("/") ? "\(part)" : "/\(part)")
            guard !made.isEmpty, mkdir(made, 0o700) != 0, errno != EEXIST else { continue }
            throw CLIFailure.cannotWrite(path, errno)
        }
        guard chmod(path, 0o700) == 0 else { throw CLIFailure.cannotWrite(path, errno) }
    }

    static func write(_ text: String, to path: String) throws {
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw CLIFailure.cannotWrite(path, errno) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw CLIFailure.cannotWrite(path, errno)
        }
    }

    /// - Throws: `.looseKeyFile` if others than the owner may read it, or it is no plain file.
    static func read(_ path: String) throws -> String {
        // Not to wait for the other end of what may be a pipe.
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw CLIFailure.badKeyFile(path) }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG, facts.st_mode & 0o077 == 0 else {
            throw CLIFailure.looseKeyFile(path)
        }
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
    }
}
