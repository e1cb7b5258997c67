import ChangeLog
import Glibc
import Keys

/// Where the passphrase of a key comes from: a file or standard input, if the command line names one, else the terminal.
/// Never the command line itself or the environment, which other processes can read.
struct PassphraseSource {
    /// What `--passphrase-file` names; `-` is standard input.
    let file: String?

    private var isTerminal: Bool { isatty(STDIN_FILENO) == 1 }

    /// A key ready to sign. Asks only if the key is under a passphrase.
    ///
    /// - Throws: a ``KeyFailure``; `.locked` if there is nobody to ask.
    func unlocked(_ key: StoredKey) throws -> SigningKey {
        guard key.isSealed else { return try signing(key) }
        guard file != nil || isTerminal else { throw KeyFailure.locked }
        return try signing(key.opened(with: current("Passphrase: ")))
    }

    private func signing(_ key: StoredKey) throws -> SigningKey {
        guard let key = key.signing else { throw KeyFailure.locked }
        return key
    }

    /// The passphrase that a key is under already; without a file or a terminal, the next line of standard input.
    func current(_ prompt: String) throws -> SecretBytes {
        guard let file, file != "-" else { return try line(prompt) }
        do {
            return try Passphrase.firstLine(of: file)
        } catch .missing {
            throw CLIFailure.noSuchFile(file)
        }
    }

    /// A passphrase for a key to be put under: typed twice, or the next line of standard input.
    ///
    /// - Throws: `CLIFailure.passphrasesDiffer`.
    func new(_ prompt: String) throws -> SecretBytes {
        let first = try line(prompt)
        guard isTerminal else { return first }
        guard try line("The same again: ") == first else { throw CLIFailure.passphrasesDiffer }
        return first
    }

    private func line(_ prompt: String) throws -> SecretBytes {
        try isTerminal ? HiddenInput.line(prompt) : Passphrase.nextLine(from: STDIN_FILENO)
    }
}

/// A line typed at the terminal, which does not show it.
private enum HiddenInput {
    /// As the terminal was before; for whoever ends the program meanwhile.
    ///
    /// Unsafe because a signal's handler reads it, which may wait for no lock: it is written before any handler is set,
    /// and not again while one is.
    nonisolated(unsafe) private static var shown = termios()
    /// What ends a program that does nothing about it, and can come from the keyboard or the terminal.
    private static let endings = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

    static func line(_ prompt: String) throws -> SecretBytes {
        guard tcgetattr(STDIN_FILENO, &shown) == 0 else { throw KeyFailure.locked }
        let handlers = endings.map { number in signal(number) { HiddenInput.end(by: $0) } }
        // Suspended here, the program would leave a terminal that shows nothing.
        let suspending = signal(SIGTSTP, SIG_IGN)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown)
            for (number, handler) in zip(endings, handlers) { signal(number, handler) }
            signal(SIGTSTP, suspending)
        }
        var hidden = shown
        hidden.c_lflag &= ~tcflag_t(ECHO)
        // Before the question: whoever sees it may type.
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0 else { throw KeyFailure.locked }
        Console.prompt(prompt)
        defer { Console.note("") }
        return try Passphrase.nextLine(from: STDIN_FILENO)
    }

    /// Nothing else is allowed in a signal's handler than such calls to the system.
    private static func end(by number: Int32) -> Never {
        tcsetattr(STDIN_FILENO, TCSANOW, &shown)
        _exit(128 + number)
    }
}

/// What somebody was given to prove who they are, as a provider's access token, in a file that only they can read.
enum SecretFile {
    /// - Throws: `CLIFailure.noSecret` where it is empty or too long; else what keeps the file from being read.
    static func firstLine(of path: String) throws -> SecretBytes {
        do {
            return try Passphrase.firstLine(of: path)
        } catch .missing {
            throw CLIFailure.noSuchFile(path)
        } catch .unfitPassphrase {
            throw CLIFailure.noSecret(path)
        }
    }
}
