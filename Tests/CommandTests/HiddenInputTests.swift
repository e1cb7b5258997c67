import Foundation
import Testing

/// A program at a terminal of its own, as a person sits at it.
private final class Dialogue {
    private let process = Process()
    private let ours: Int32
    private let theirs: Int32
    private(set) var shown = ""

    init(_ arguments: [String]) throws {
        var (ours, theirs): (Int32, Int32) = (-1, -1)
        try #require(openpty(&ours, &theirs, nil, nil, nil) == 0)
        (self.ours, self.theirs) = (ours, theirs)
        process.executableURL = URL(fileURLWithPath: Terminal.program)
        process.arguments = arguments
        let handle = FileHandle(fileDescriptor: theirs)
        (process.standardInput, process.standardOutput, process.standardError) = (handle, handle, handle)
        // The threads that tests run on hold signals back, and what they start would, too.
        var (none, held) = (sigset_t(), sigset_t())
        pthread_sigmask(SIG_SETMASK, &none, &held)
        defer { pthread_sigmask(SIG_SETMASK, &held, nil) }
        try process.run()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        close(ours)
        close(theirs)
    }

    /// Whether what is typed is shown.
    var showsTyping: Bool {
        var settings = termios()
        return tcgetattr(ours, &settings) == 0 && settings.c_lflag & tcflag_t(ECHO) != 0
    }

    /// Waits for a question, and answers it. What is typed does not show.
    func answer(_ question: String, _ text: String) throws {
        try wait(for: question)
        let bytes = Array((text + "\n").utf8)
        try #require(write(ours, bytes, bytes.count) == bytes.count)
    }

    /// Waits until the program has said this, at the end.
    func wait(for question: String) throws {
        let deadline = Date(timeIntervalSinceNow: 20)
        while !shown.hasSuffix(question) {
            try #require(Date() < deadline, "\(shown)")
            receive()
        }
        #expect(!showsTyping)
    }

    func interrupt() { kill(process.processIdentifier, SIGTERM) }

    /// Waits until the program has ended.
    ///
    /// - Returns: its exit status.
    func end() throws -> Int32 {
        let deadline = Date(timeIntervalSinceNow: 20)
        while process.isRunning {
            try #require(Date() < deadline, "\(shown)")
            receive(for: 10)
        }
        while receive(for: 50) {}
        return process.terminationStatus
    }

    @discardableResult
    private func receive(for milliseconds: Int32 = 100) -> Bool {
        var asked = pollfd(fd: ours, events: Int16(POLLIN), revents: 0)
        guard poll(&asked, 1, milliseconds) == 1, asked.revents & Int16(POLLIN) != 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(ours, &buffer, buffer.count)
        shown += String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
        return count > 0
    }
}

/// Passphrases typed at a terminal.
struct HiddenInputTests {
    private func home() throws -> Terminal {
        let terminal = try Terminal()
        try terminal.foundWorkspace()
        return terminal
    }

    private func dialogue(_ terminal: Terminal, _ arguments: String...) throws -> Dialogue {
        try Dialogue(["--home", terminal.path("olga")] + arguments)
    }

    @Test func `a passphrase is asked for twice, the one before first, and is not shown`() throws {
        let terminal = try home()
        let first = try dialogue(terminal, "key", "passphrase")
        try first.answer("New passphrase: ", "swordfish")
        try first.answer("The same again: ", "swordfish")
        #expect(try first.end() == 0)
        let second = try dialogue(terminal, "key", "passphrase")
        try second.answer("Passphrase now: ", "swordfish")
        try second.answer("New passphrase: ", "marlin")
        try second.answer("The same again: ", "marlin")
        #expect(try second.end() == 0)
        let invite = try dialogue(terminal, "invite")
        try invite.answer("Passphrase: ", "marlin")
        #expect(try invite.end() == 0)
        #expect(invite.shown.contains("nexus1-"))
        for dialogue in [first, second, invite] {
            #expect(dialogue.showsTyping, "as before")
            #expect(!dialogue.shown.contains("swordfish") && !dialogue.shown.contains("marlin"))
        }
    }

    @Test func `two that differ set nothing`() throws {
        let terminal = try home()
        let dialogue = try dialogue(terminal, "key", "passphrase")
        try dialogue.answer("New passphrase: ", "swordfish")
        try dialogue.answer("The same again: ", "swordfisH")
        #expect(try dialogue.end() == 65)
        #expect(try terminal.nexus("olga", "invite").status == 0)
    }

    @Test func `whoever is ended at the question leaves a terminal that shows what is typed`() throws {
        let terminal = try home()
        let dialogue = try dialogue(terminal, "key", "passphrase")
        try dialogue.wait(for: "New passphrase: ")
        dialogue.interrupt()
        #expect(try dialogue.end() == 128 + SIGTERM)
        #expect(dialogue.showsTyping)
    }
}
