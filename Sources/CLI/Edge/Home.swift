import ChangeLog
import Glibc
import Inbox
import Keys
import RelayClient
import Storage

/// The directory that holds a device's replica and key: 0700, its files 0600.
struct Home {
    let path: String
    /// Where to ask for the passphrase that the key may be under.
    let passphrases: PassphraseSource

    /// The given path, else `NEXUS_HOME`, else `$XDG_DATA_HOME/nexus`, else `~/.local/share/nexus`.
    init(path: String?, passphrases: PassphraseSource) {
        self.passphrases = passphrases
        if let path = path ?? Environment.value("NEXUS_HOME") {
            self.path = path
        } else if let data = Environment.value("XDG_DATA_HOME") {
            self.path = data + "/nexus"
        } else {
            self.path = Environment.userDirectory + "/.local/share/nexus"
        }
    }

    var database: String { path + "/replica.sqlite" }
    var keyFile: KeyFile { KeyFile(path + "/key") }

    /// Whether there is a replica.
    var isMade: Bool { access(database, F_OK) == 0 }

    /// Makes the directory and a key of its own for a new replica.
    ///
    /// - Throws: `CLIFailure.homeExists` if there is one already.
    func make() throws -> StoredKey {
        guard !isMade else { throw CLIFailure.homeExists(path) }
        try PrivateDirectory.make(path)
        // A key that was imported, or left by a first attempt that failed, is taken up.
        if keyFile.isThere { return try keyFile.read() }
        let key = try StoredKey.fresh()
        try keyFile.create(key)
        return key
    }

    /// Opens the replica. Nobody is asked for a passphrase: what is opened may read and write, and not publish.
    func open(_ access: Replica.Access = .writing) throws -> Replica {
        guard isMade else { throw CLIFailure.noHome(path) }
        return try open(with: keyFile.read(), access)
    }

    /// Opens the replica so that it can publish. Asks for the passphrase, if there is one, before anything is locked or
    /// sent.
    func openToPublish() throws -> (replica: Replica, key: SigningKey) {
        guard isMade else { throw CLIFailure.noHome(path) }
        let key = try passphrases.unlocked(keyFile.read())
        return (try open(with: key, .writing), key)
    }

    /// Whether a key is that of the replica here; without a replica, any may be.
    func takes(_ key: StoredKey) throws -> Bool {
        guard isMade else { return true }
        do {
            _ = try open(with: key, .inspecting)
            return true
        } catch StorageFailure.notAMember {
            return false
        }
    }

    private func open(with key: any DeviceKey, _ access: Replica.Access) throws -> Replica {
        try Replica.open(at: database, key: key, configuration: Machine.configuration, access: access)
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

/// The machine that this runs on.
enum Machine {
    /// What a replica of an inbox is opened with here.
    static var configuration: Replica.Configuration { InboxSchema.configuration.on(machine: id) }

    /// What the system calls this machine; nothing where it has no name, as in some containers.
    private static var id: [UInt8] {
        SystemFile.line("/etc/machine-id") ?? SystemFile.line("/var/lib/dbus/machine-id") ?? []
    }
}

/// What the system says of itself in small files.
enum SystemFile {
    /// The first line, up to 64 bytes; nil if there is none.
    static func line(_ path: String) -> [UInt8]? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        let line = bytes.prefix(max(count, 0)).prefix { $0 != UInt8(ascii: "\n") }
        return line.isEmpty ? nil : Array(line)
    }
}

/// The time that screens are drawn at: by this device's clock, corrected by what the last sync found it off.
enum ScreenClock {
    /// Milliseconds since 1970.
    static func now(of replica: Replica) throws -> Int64 {
        let now = Int64(clamping: WallClock.now())
        guard let witness = WallClock.witness(), let note = try ClockNote(of: replica) else { return now }
        return now.subtractingReportingOverflow(note.ahead(now: witness) ?? 0).partialValue
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

    /// By what it is noticed that this clock was set; nil where the system does not say.
    static func witness() -> ClockWitness? {
        guard let boot = SystemFile.line("/proc/sys/kernel/random/boot_id") else { return nil }
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        let running = Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
        return ClockWitness(boot: boot, offset: Int64(clamping: now()) - running)
    }
}
