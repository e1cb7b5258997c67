import ArgumentParser
import CRDT
import ChangeLog
import Inbox
import Storage

/// `nexus import`
struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Take conversations in from a JSON Lines file, plain or gzip. The same file twice changes nothing.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "FILE.jsonl or FILE.jsonl.gz, or - for standard input.") var file: String

    /// A batch of lines shares a commit; a run that was cut off is taken up again by running it again.
    func run() throws {
        let replica = try options.home.open()
        let role = try replica.member(replica.id.device)?.role
        guard role == .owner || role == .admin else { throw InboxFailure.notAllowed(role ?? .viewer) }
        let ids = try replica.naturalIDs()
        var batches = try LineBatches(path: file, isJSON: options.json)
        var (conversations, messages, changes) = (0, 0, 0)
        while !batches.isAtEnd {
            let batch = try batches.next { try ImportedConversation(line: $0) }
            conversations += batch.count
            messages += batch.reduce(0) { $0 + $1.messageCount }
            changes += try replica.transact(now: WallClock.now()) { transaction in
                let writer = InboxWriter(transaction)
                return try batch.reduce(0) { try $0 + writer.importConversation($1, ids: ids) }
            }
            Console.progress("\(conversations) conversations, \(messages) messages …")
        }
        Console.progress("")
        try batches.close()
        if options.json {
            Console.print(
                JSONOutput.object([
                    ("conversations", JSONOutput(conversations)), ("messages", JSONOutput(messages)),
                    ("changes", JSONOutput(changes)), ("failed", JSONOutput(batches.failed)),
                ]).text())
        } else {
            Console.print("\(conversations) conversations with \(messages) messages; \(changes) changes made.")
        }
        try batches.checkAll()
    }
}

/// `nexus receive`
struct Receive: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receive",
        abstract: "On a gateway: take customers' messages and receipts in, a line of JSON each. The same twice is one.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "FILE, or - for standard input.") var file: String

    /// Each line is durable before the next one is read.
    func run() throws {
        let replica = try options.home.open()
        let ids = try replica.naturalIDs()
        guard try replica.localValue(.channel) != .null else { throw InboxFailure.notAGateway }
        var batches = try LineBatches(path: file, lineLimit: 1, isJSON: options.json)
        var (received, changes) = (0, 0)
        while !batches.isAtEnd {
            for line in try batches.next({ try GatewayLine(line: $0) }) {
                do {
                    if try take(line, into: replica, ids) != nil { changes += 1 }
                    received += 1
                } catch let rejection as LineRejection {
                    batches.reject(rejection)
                }
            }
        }
        try batches.close()
        if options.json {
            Console.print(
                JSONOutput.object([
                    ("received", JSONOutput(received)), ("changes", JSONOutput(changes)),
                    ("failed", JSONOutput(batches.failed)),
                ]).text())
        } else {
            Console.print("\(received) lines received; \(changes) were new.")
        }
        try batches.checkAll()
    }

    private func take(_ line: GatewayLine, into replica: Replica, _ ids: NaturalID) throws -> ChangeID? {
        try replica.transact(now: WallClock.now()) { transaction in
            switch line {
            case .message(let message): try InboxWriter(transaction).receive(message, ids: ids)
            case .receipt(let receipt): try InboxWriter(transaction).record(receipt, ids: ids)
            }
        }
    }
}
