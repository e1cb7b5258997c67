import ChangeLog
import Foundation
import Storage
import TestSupport
import Testing

@testable import Relay

/// The relay's files.
struct DataDirectoryTests {
    private let directory = TemporaryDirectory()

    private func server(_ path: String) throws -> RelayServer {
        try RelayServer(
            RelayConfiguration(dataDirectory: path, port: 0, replica: NoteSchema.configuration, clock: { 0 }))
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
            #expect(throws: RelayFailure.looseKeyFile) { try server(path) }
        }
    }

    @Test func `a link in the key's place is refused`() throws {
        let path = directory.file("relay")
        _ = try server(path)
        try FileManager.default.moveItem(atPath: path + "/relay.key", toPath: path + "/elsewhere")
        try FileManager.default.createSymbolicLink(
            atPath: path + "/relay.key", withDestinationPath: path + "/elsewhere")
        #expect(throws: RelayFailure.looseKeyFile) { try server(path) }
    }

    @Test(arguments: ["", "\n", "nonsense\n", "aaaa", String(repeating: "a", count: 300) + "\n"])
    func `a key file without a key is refused`(text: String) throws {
        let path = directory.file("relay")
        _ = try server(path)
        try Data(text.utf8).write(to: URL(filePath: path + "/relay.key"))
        #expect(throws: RelayFailure.badKeyFile) { try server(path) }
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
