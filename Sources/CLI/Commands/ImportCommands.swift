import ArgumentParser
import ChangeLog
import Inbox
import Storage

/// `nexus import`
struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take conversations in from a JSON Lines file, plain or gzip. The same file twice changes nothing.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "FILE.jsonl or FILE.jsonl.gz, or - for standard input.") var file: String

    func run() throws {
        let replica = try options.home.open()
        let role = try replica.member(replica.id.device)?.role
        guard role == .owner || role == .admin else { throw InboxFailure.notAllowed(role ?? .viewer) }
        var run = try ImportRun(replica, path: file, isJSON: options.json)
        try run.all()
        let counts = run.counts
        if options.json {
            Console.print(
                JSONOutput.object([
                    ("conversations", JSONOutput(counts.conversations)), ("messages", JSONOutput(counts.messages)),
                    ("changes", JSONOutput(counts.changes)), ("failed", JSONOutput(counts.failed)),
                ]).text())
        } else {
            Console.print(
                "\(counts.conversations) conversations with \(counts.messages) messages; \(counts.changes) changes made."
            )
        }
        if counts.failed > 0 { throw CLIFailure.someLinesFailed(counts.failed) }
    }
}

/// Reads a file line by line and commits a batch of lines at a time: memory stays flat, and a run that was cut off is
/// taken up again by running it again.
struct ImportRun {
    struct Counts {
        var conversations = 0
        var messages = 0
        var changes = 0
        var failed = 0
    }

    /// Lines and bytes that share a commit, at the most.
    private static let batch = (lines: 200, bytes: 2 << 20)
    private let replica: Replica
    private let ids: NaturalID
    private var lines: LineReader
    private(set) var counts = Counts()
    private var number = 0
    private var isAtEnd = false
    private var damage: CLIFailure?
    private let isJSON: Bool

    init(_ replica: Replica, path: String, isJSON: Bool) throws {
        (self.replica, self.isJSON) = (replica, isJSON)
        ids = NaturalID(secret: try replica.localValue(.secret).bytes ?? [])
        try LineReader.check(path: path)
        lines = try LineReader(path: path)
    }

    mutating func all() throws {
        defer { lines.close() }
        while !isAtEnd {
            let batch = try nextBatch()
            counts.changes += try replica.transact(now: WallClock.now()) { transaction in
                let writer = InboxWriter(transaction)
                return try batch.reduce(0) { try $0 + writer.importConversation($1, ids: ids) }
            }
            Console.progress("\(counts.conversations) conversations, \(counts.messages) messages …")
        }
        Console.progress("")
        if let damage { throw damage }
    }

    private mutating func nextBatch() throws -> [ImportedConversation] {
        var batch: [ImportedConversation] = []
        var bytes = 0
        while batch.count < Self.batch.lines, bytes < Self.batch.bytes {
            do {
                number += 1
                guard let line = try lines.next() else {
                    isAtEnd = true
                    break
                }
                guard line.contains(where: { $0 != 0x20 && $0 != 0x0D }) else { continue }
                let conversation = try ImportedConversation(line: line)
                bytes += line.count
                counts.conversations += 1
                counts.messages += conversation.messageCount
                batch.append(conversation)
            } catch let rejection as LineRejection {
                counts.failed += 1
                LineNote.print(number, rejection, json: isJSON)
            } catch let failure as CLIFailure {
                // What was read so far is taken in first.
                (damage, isAtEnd) = (failure, true)
                break
            }
        }
        return batch
    }
}

/// Names a line that was not taken, by its number.
enum LineNote {
    static func print(_ number: Int, _ rejection: LineRejection, json: Bool) {
        let words = Explanation.words(rejection)
        guard json else { return Console.note("Line \(number): \(words).") }
        Console.note(JSONOutput.object([("line", JSONOutput(number)), ("message", .string(words))]).text())
    }
}

/// `nexus receive`
struct Receive: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "On a gateway: take customers' messages and receipts in, a line of JSON each. The same twice is one.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "FILE, or - for standard input.") var file: String

    func run() throws {
        let replica = try options.home.open()
        let ids = NaturalID(secret: try replica.localValue(.secret).bytes ?? [])
        guard try replica.localValue(.channel) != .null else {
            throw InboxFailure.notAGateway
        }
        try LineReader.check(path: file)
        var lines = try LineReader(path: file)
        defer { lines.close() }
        var (received, changes, failed, number) = (0, 0, 0, 0)
        var isAtEnd = false
        while !isAtEnd {
            number += 1
            do {
                guard let line = try lines.next() else {
                    isAtEnd = true
                    continue
                }
                guard line.contains(where: { $0 != 0x20 && $0 != 0x0D }) else { continue }
                let news = try GatewayLine(line: line)
                let change = try replica.transact(now: WallClock.now()) { transaction in
                    switch news {
                    case .message(let message): try InboxWriter(transaction).receive(message, ids: ids)
                    case .receipt(let receipt): try InboxWriter(transaction).record(receipt, ids: ids)
                    }
                }
                received += 1
                changes += change == nil ? 0 : 1
            } catch let rejection as LineRejection {
                failed += 1
                LineNote.print(number, rejection, json: options.json)
            }
        }
        if options.json {
            Console.print(
                JSONOutput.object([
                    ("received", JSONOutput(received)), ("changes", JSONOutput(changes)),
                    ("failed", JSONOutput(failed)),
                ]).text())
        } else {
            Console.print("\(received) messages received; \(changes) were new.")
        }
        if failed > 0 { throw CLIFailure.someLinesFailed(failed) }
    }
}
