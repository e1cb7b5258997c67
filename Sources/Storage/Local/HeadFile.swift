import ChangeLog
import FileShim
import Glibc

/// How far this device's own chain had come when it was last written, and in which file on which machine.
///
/// SQLite does not notice when the file it opens is an older one, or another machine's. What is kept outside of it does.
struct Head: Hashable {
    /// Which of the device's chains is written to.
    let epoch: UInt64
    /// The number of its last change; 0 before the first.
    let number: UInt64
    /// The hash of that change.
    let hash: ChangeHash
    /// Where the database was.
    let site: Site
}

/// A database's file, told from every copy of it.
struct Site: Hashable {
    static let machineByteCount = 16

    /// What stands for the machine in this workspace; zeros where it has no name.
    let machine: [UInt8]
    /// The number of the file in its file system, which is used again once the file is gone.
    let inode: UInt64
    /// When the file was made, in nanoseconds since 1970; 0 where the file system does not say.
    let birth: UInt64

    /// - Parameter machine: names the machine; nothing where it has no name.
    init(of path: String, machine: [UInt8], in workspace: WorkspaceID) throws {
        // The name itself is kept nowhere: it would tell which of somebody's files come from one machine.
        self.machine =
            machine.isEmpty
            ? Array(repeating: 0, count: Self.machineByteCount)
            : Digest.of(workspace.bytes + machine, domain: "nexus machine", byteCount: Self.machineByteCount)
        var (inode, birth): (UInt64, UInt64) = (0, 0)
        let code = nexus_file_identity(path, &inode, &birth)
        guard code == 0 else { throw StorageFailure.disk(code: code) }
        (self.inode, self.birth) = (inode, birth)
    }

    fileprivate init(machine: [UInt8], inode: UInt64, birth: UInt64) {
        (self.machine, self.inode, self.birth) = (machine, inode, birth)
    }
}

/// The file beside the database that holds its ``Head``: two slots, written by turns, so that a write which breaks off
/// leaves the one before.
///
///     slot   := magic(8) counter(8) epoch(8) number(8) hash(32) machine(16) inode(8) birth(8) check(16)
///     check  := BLAKE2b-128 of what stands before it
///
/// The file has its whole length from the start, so that writing it costs one flush of one block.
final class HeadFile {
    /// What is beside the database.
    enum Reading: Hashable {
        /// No such file.
        case missing
        /// Neither slot holds what was once written there.
        case damaged
        case head(Head)
    }

    /// Each in a block of its own: a disk that loses one while writing it does not lose the other.
    static let slotByteCount = 4096
    private static let magic = Array("NXSHEAD1".utf8)
    private static let recordByteCount = 96
    private static let checkByteCount = 16

    private let path: String
    private var descriptor: Int32 = -1

    /// - Parameter database: the path of the database that it stands beside.
    init(beside database: String) { path = database + ".head" }

    deinit { if descriptor >= 0 { close(descriptor) } }

    // MARK: Reading

    func read() throws -> Reading {
        guard let slots = try slots() else { return .missing }
        return slots.compactMap { $0 }.max { $0.counter < $1.counter }.map { .head($0.head) } ?? .damaged
    }

    private typealias Slot = (counter: UInt64, head: Head)

    /// - Returns: nil if there is no file; nil in a slot's place if it does not hold what was written there.
    private func slots() throws -> [Slot?]? {
        guard try open(orMake: false) else { return nil }
        var bytes = [UInt8](repeating: 0, count: Self.slotByteCount + Self.recordByteCount + Self.checkByteCount)
        let count = max(pread(descriptor, &bytes, bytes.count, 0), 0)
        return [0, Self.slotByteCount].map { Self.slot(in: bytes.prefix(count).dropFirst($0)) }
    }

    private static func slot(in bytes: ArraySlice<UInt8>) -> Slot? {
        let record = bytes.prefix(recordByteCount)
        let check = bytes.dropFirst(recordByteCount).prefix(checkByteCount)
        guard check.elementsEqual(self.check(of: record)) else { return nil }
        var reader = ByteReader(record)
        guard let magic = try? reader.raw(magic.count), magic.elementsEqual(self.magic),
            let counter = try? reader.word(), let epoch = try? reader.word(), let number = try? reader.word(),
            let hash: ChangeHash = try? reader.fixed(), let machine = try? reader.raw(Site.machineByteCount),
            let inode = try? reader.word(), let birth = try? reader.word()
        else { return nil }
        let site = Site(machine: Array(machine), inode: inode, birth: birth)
        return (counter, Head(epoch: epoch, number: number, hash: hash, site: site))
    }

    private static func check(of record: ArraySlice<UInt8>) -> [UInt8] {
        Digest.of(record, domain: "nexus head", byteCount: checkByteCount)
    }

    // MARK: Writing

    /// Notes a head, durable when this returns. The caller holds the writer's lock.
    func write(_ head: Head) throws {
        _ = try open(orMake: true)
        let held = try slots() ?? [nil, nil]
        let latest = held.compactMap { $0?.counter }.max() ?? 0
        // Never over the one that would be needed if this write broke off.
        let index = held.firstIndex { $0?.counter != latest } ?? 0
        var record = ByteWriter()
        record.raw(Self.magic)
        for word in [latest &+ 1, head.epoch, head.number] { record.word(word) }
        record.raw(head.hash.bytes)
        record.raw(head.site.machine)
        for word in [head.site.inode, head.site.birth] { record.word(word) }
        record.raw(Self.check(of: record.bytes[...]))
        try put(record.bytes, at: index * Self.slotByteCount)
        guard fdatasync(descriptor) == 0 else { throw StorageFailure.disk(code: errno) }
    }

    private func put(_ bytes: [UInt8], at offset: Int) throws {
        guard pwrite(descriptor, bytes, bytes.count, offset) == bytes.count else {
            throw StorageFailure.disk(code: errno)
        }
    }

    /// - Returns: whether the file is there.
    private func open(orMake: Bool) throws -> Bool {
        if descriptor >= 0 { return true }
        descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        // Whoever may only read may still look.
        if descriptor < 0, errno == EACCES || errno == EROFS {
            descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        }
        if descriptor >= 0 { return true }
        guard errno == ENOENT else { throw StorageFailure.disk(code: errno) }
        if orMake { try make() }
        return orMake
    }

    /// In its whole length, and by a name that survives power loss.
    private func make() throws {
        descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw StorageFailure.disk(code: errno) }
        try put(Array(repeating: 0, count: 2 * Self.slotByteCount), at: 0)
        guard fsync(descriptor) == 0 else { throw StorageFailure.disk(code: errno) }
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let directory = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw StorageFailure.disk(code: errno) }
        defer { close(directory) }
        // Some file systems cannot sync a directory, and say so.
        guard fsync(directory) == 0 || errno == EINVAL else { throw StorageFailure.disk(code: errno) }
    }
}
