import ChangeLog
import Foundation
import TestSupport
import Testing

@testable import Keys

/// Key files: whose, how closed, and never lost.
struct KeyFileTests {
    private let directory = TemporaryDirectory()
    private var path: String { directory.file("key") }
    private var file: KeyFile { KeyFile(path) }

    @Test func `a key is kept for its owner only, is read again, and leaves nothing else behind`() throws {
        let key = try StoredKey.fresh()
        try file.create(key)
        #expect(try mode(of: path) == 0o600)
        #expect(try file.read().mark() == key.mark())
        try file.replace(with: key.sealed(under: .of("a"), cost: .least))
        #expect(try mode(of: path) == 0o600)
        #expect(try file.read().opened(with: .of("a")).mark() == key.mark())
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["key"])
    }

    @Test func `a key is never written over, and where there is none, none is made`() throws {
        #expect(throws: KeyFailure.missing(path)) { try file.read() }
        #expect(!file.isThere)
        let key = try StoredKey.fresh()
        try file.create(key)
        #expect(throws: KeyFailure.exists(path)) { try file.create(.fresh()) }
        #expect(try file.read().mark() == key.mark())
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["key"])
    }

    @Test func `a link that leads nowhere is not followed, and counts as there`() throws {
        let elsewhere = directory.file("elsewhere")
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: elsewhere)
        #expect(file.isThere)
        #expect(throws: KeyFailure.exists(path)) { try file.create(.fresh()) }
        #expect(throws: KeyFailure.link(path)) { try file.read() }
        #expect(access(elsewhere, F_OK) != 0)
    }

    @Test(arguments: [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644, 0o666, 0o777])
    func `a file that others may do anything with is refused`(mode: Int) throws {
        try file.create(.fresh())
        setMode(mode_t(mode), of: path)
        #expect(throws: KeyFailure.looseFile(path)) { try file.read() }
        setMode(0o400, of: path)
        #expect(throws: Never.self) { try file.read() }
    }

    @Test(arguments: [0o750, 0o705, 0o720, 0o702, 0o710, 0o701, 0o755, 0o777])
    func `a directory that others may do anything in is refused, for reading and for making`(mode: Int) throws {
        try file.create(.fresh())
        setMode(mode_t(mode), of: directory.path)
        defer { setMode(0o700, of: directory.path) }
        #expect(throws: KeyFailure.looseDirectory(directory.path)) { try file.read() }
        #expect(throws: KeyFailure.looseDirectory(directory.path)) {
            try KeyFile(directory.file("other")).create(.fresh())
        }
        #expect(throws: KeyFailure.looseDirectory(directory.path)) { try file.replace(with: .fresh()) }
        #expect(throws: Never.self, "a key on its way may lie anywhere") { try KeyFile(carriedAt: path).read() }
    }

    @Test func `a link in the key's place is refused, even to a key that is well kept`() throws {
        try KeyFile(directory.file("real")).create(.fresh())
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: directory.file("real"))
        #expect(throws: KeyFailure.link(path)) { try file.read() }
        #expect(throws: KeyFailure.link(path)) { try KeyFile(carriedAt: path).read() }
    }

    @Test func `a pipe, a directory and a socket are no key files, and are not waited for`() throws {
        #expect(mkfifo(path, 0o600) == 0)
        #expect(throws: KeyFailure.notAFile(path)) { try file.read() }
        #expect(unlink(path) == 0)
        #expect(mkdir(path, 0o700) == 0)
        #expect(throws: KeyFailure.notAFile(path)) { try file.read() }
        #expect(rmdir(path) == 0)
        #expect(mknod(path, S_IFSOCK | 0o600, 0) == 0)
        #expect(throws: KeyFailure.notAFile(path)) { try file.read() }
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give files away"))
    func `another user's file or directory is refused`() throws {
        try file.create(.fresh())
        #expect(chown(path, 65_534, 65_534) == 0)
        #expect(throws: KeyFailure.notOurs(path)) { try file.read() }
        #expect(chown(path, 0, 0) == 0 && chown(directory.path, 65_534, 65_534) == 0)
        #expect(throws: KeyFailure.notOurs(directory.path)) { try file.read() }
    }

    @Test(arguments: ["", "\n", "nonsense\n", "aaaa", String(repeating: "a", count: 53) + "\n", "nexus key", "\u{0}"])
    func `a file without a key is damaged`(text: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
        setMode(0o600, of: path)
        #expect(throws: KeyFailure.damaged(path)) { try file.read() }
    }

    @Test func `a huge file is refused without being read`() throws {
        _ = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
        #expect(truncate(path, 1 << 40) == 0)
        #expect(throws: KeyFailure.damaged(path)) { try file.read() }
    }

    /// A process was killed between making a draft and putting it in the key's place.
    @Test func `a draft that was left with the bare key in it goes when the passphrase is set`() throws {
        let key = try StoredKey.fresh()
        try file.create(key)
        let draft = directory.file(".key.aaaaaaaaaaaaaaaa.draft")
        try FileManager.default.copyItem(atPath: path, toPath: draft)
        try file.replace(with: key.sealed(under: .of("a"), cost: .least))
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["key"])
    }

    @Test func `of many that make a key at once, one does, and all find the same`() async throws {
        let path = path
        let made = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<16 { group.addTask { (try? KeyFile(path).create(.fresh())) != nil } }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(made == 1)
        #expect(throws: Never.self) { try file.read() }
    }

    @Test func `a directory is made with those it lies in, tightened if empty, and refused if not`() throws {
        let deep = directory.file("a/b/c/")
        try PrivateDirectory.make(deep)
        for path in ["a", "a/b", "a/b/c"] { #expect(try mode(of: directory.file(path)) == 0o700) }
        setMode(0o755, of: deep)
        try PrivateDirectory.make(deep)
        #expect(try mode(of: deep) == 0o700)
        try Data().write(to: URL(filePath: deep + "something"))
        setMode(0o755, of: deep)
        #expect(throws: KeyFailure.looseDirectory(deep)) { try PrivateDirectory.make(deep) }
        #expect(try mode(of: deep) == 0o755, "somebody may share it on purpose")
        #expect(throws: KeyFailure.disk(deep + "something", code: ENOTDIR)) {
            try PrivateDirectory.make(deep + "something")
        }
    }
}
