import ChangeLog
import Foundation
import Keys
import Storage
import TestSupport
import Testing

@testable import Relay

/// The relay's files.
struct DataDirectoryTests {
    private let directory = TemporaryDirectory()

    private func server(_ path: String, _ passphrase: SecretBytes? = nil) throws -> RelayServer {
        try RelayServer(
            RelayConfiguration(
                dataDirectory: path, port: 0, passphrase: passphrase, replica: NoteSchema.configuration, clock: { 0 }))
    }

    private func permissions(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? NSNumber).intValue
    }

    @Test func `directory and key are made for their owner only`() throws {
        let path = directory.file("a/b")
        let key = try server(path).key
        #expect(try permissions(path) == 0o700)
        #expect(try permissions(path + "/relay.key") == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: path).sorted() == ["relay.key", "workspaces"])
        #expect(try server(path).key == key)
    }

    @Test func `a key that others may read is refused`() throws {
        let path = directory.file("relay")
        _ = try server(path)
        for mode in [0o640, 0o604, 0o620] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path + "/relay.key")
            #expect(throws: RelayFailure.key(.looseFile(path + "/relay.key"))) { try server(path) }
        }
    }

    @Test func `a link in the key's place is refused`() throws {
        let path = directory.file("relay")
        _ = try server(path)
        try FileManager.default.moveItem(atPath: path + "/relay.key", toPath: path + "/elsewhere")
        try FileManager.default.createSymbolicLink(
            atPath: path + "/relay.key", withDestinationPath: path + "/elsewhere")
        #expect(throws: RelayFailure.key(.link(path + "/relay.key"))) { try server(path) }
    }

    @Test(arguments: ["", "\n", "nonsense\n", "aaaa", String(repeating: "a", count: 300) + "\n"])
    func `a key file without a key is refused`(text: String) throws {
        let path = directory.file("relay")
        _ = try server(path)
        try Data(text.utf8).write(to: URL(filePath: path + "/relay.key"))
        #expect(throws: RelayFailure.key(.damaged(path + "/relay.key"))) { try server(path) }
    }

    @Test func `a data directory that others can look into is refused`() throws {
        let path = directory.file("relay")
        _ = try server(path)
        try FileManager.default.setAttributes([.posixPermissions: 0o750], ofItemAtPath: path)
        #expect(throws: RelayFailure.key(.looseDirectory(path))) { try server(path) }
        #expect(throws: RelayFailure.key(.looseDirectory(path))) {
            try RelayData.status(of: path, configuration: NoteSchema.configuration)
        }
    }

    @Test func `where there are workspaces, a key that is gone is not made anew`() async throws {
        let relay = TestRelay(clock: TestClock())
        let olga = try Person.founder(with: relay)
        _ = try await olga.sync()
        relay.stop()
        let path = relay.configuration.dataDirectory
        try FileManager.default.moveItem(atPath: path + "/relay.key", toPath: path + "/kept")
        #expect(throws: RelayFailure.key(.missing(path + "/relay.key"))) { try server(path) }
        #expect(throws: RelayFailure.key(.missing(path + "/relay.key"))) { try relay.status() }
        let key = try KeyFile(path + "/kept").read()
        #expect(try RelayData.takes(key, in: path, configuration: NoteSchema.configuration))
        #expect(!(try RelayData.takes(.fresh(), in: path, configuration: NoteSchema.configuration)))
    }

    @Test func `a key under a passphrase takes it to serve, and none to say what is held`() throws {
        let path = directory.file("relay")
        let key = try server(path).key
        let file = RelayData.keyFile(of: path)
        let passphrase = try #require(SystemRandom.secret(12))
        try file.replace(with: file.read().sealed(under: passphrase, cost: .home))
        #expect(throws: RelayFailure.key(.locked)) { try server(path) }
        #expect(throws: RelayFailure.key(.wrongPassphrase)) { try server(path, SystemRandom.secret(12)) }
        #expect(try server(path, passphrase).key == key)
        #expect(try RelayData.status(of: path, configuration: NoteSchema.configuration).isEmpty)
    }

    @Test func `a file is no data directory`() throws {
        let path = directory.file("file")
        try Data().write(to: URL(filePath: path))
        #expect(throws: RelayFailure.badDataDirectory(code: ENOTDIR)) { try server(path) }
    }

    @Test func `there is no status of what is not there`() {
        #expect(throws: RelayFailure.badDataDirectory(code: ENOENT)) {
            try RelayData.status(of: directory.file("nowhere"), configuration: NoteSchema.configuration)
        }
    }

    @Test func `two relays do not share a data directory`() throws {
        let data = try DataDirectory.made(at: directory.file("relay"))
        let lock = try data.lock()
        #expect(throws: RelayFailure.dataDirectoryInUse) { _ = try data.lock() }
        withExtendedLifetime(lock) {}
    }
}
