import ChangeLog
import Foundation
import TestSupport
import Testing

@testable import Keys

/// Where passphrases come from.
struct PassphraseTests {
    private let directory = TemporaryDirectory()

    private func passphrase(in text: String, mode: mode_t = 0o600) throws -> String {
        let path = directory.file("passphrase")
        try Data(text.utf8).write(to: URL(filePath: path))
        setMode(mode, of: path)
        return try Passphrase.firstLine(of: path).text
    }

    @Test func `it is the first line of a file, byte by byte`() throws {
        #expect(try passphrase(in: "open sesame\n") == "open sesame")
        #expect(try passphrase(in: " open\tsesame \r\nsecond line\n") == " open\tsesame \r")
        #expect(try passphrase(in: "Käse") == "Käse")
        let longest = String(repeating: "x", count: 1024)
        #expect(try passphrase(in: longest + "\n") == longest)
    }

    @Test(arguments: [
        "", "\n", "\nsecond\n", String(repeating: "x", count: 1025), String(repeating: "x", count: 1 << 20),
    ])
    func `an empty one, or one that is too long, is refused`(text: String) {
        #expect(throws: KeyFailure.unfitPassphrase) { try passphrase(in: text) }
    }

    @Test func `a file that others may read is refused`() {
        #expect(throws: KeyFailure.looseFile(directory.file("passphrase"))) {
            try passphrase(in: "open sesame\n", mode: 0o640)
        }
        #expect(throws: KeyFailure.missing(directory.file("none"))) {
            try Passphrase.firstLine(of: directory.file("none"))
        }
    }

    @Test func `lines of a stream are taken one at a time, and the end is told from an empty line`() throws {
        let pipe = Pipe()
        let reader = pipe.fileHandleForReading.fileDescriptor
        pipe.fileHandleForWriting.write(Data("first\nsecond\n\nlast".utf8))
        try pipe.fileHandleForWriting.close()
        #expect(try Passphrase.nextLine(from: reader).text == "first")
        #expect(try Passphrase.nextLine(from: reader).text == "second")
        #expect(throws: KeyFailure.unfitPassphrase) { try Passphrase.nextLine(from: reader) }
        #expect(try Passphrase.nextLine(from: reader).text == "last")
        #expect(throws: KeyFailure.locked) { try Passphrase.nextLine(from: reader) }
    }
}
