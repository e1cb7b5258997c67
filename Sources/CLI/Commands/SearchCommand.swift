import ArgumentParser
import ChangeLog
import Inbox
import Storage

/// `nexus search`
struct Search: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "Find messages that have all these words; the last may be a beginning.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "Words.") var words: [String]
    @Option(help: "How many; 0 is all.") var limit = 50

    func run() throws {
        let text = words.joined(separator: " ")
        let hits = try options.home.open(.reading).read {
            try MessageSearch.hits(for: text, in: $0, limit: max(limit, 0))
        }
        if options.json {
            Console.print(
                JSONOutput.array(
                    hits.map { hit in
                        .object([
                            ("conversation", .string(hit.conversation.text)), ("message", .string(hit.message.text)),
                            ("snippet", .string(hit.snippet)),
                            ("at", JSONOutput(hit.at.map { Instant.text(milliseconds: $0) })),
                        ])
                    }
                ).text())
        } else {
            for hit in hits {
                let line =
                    "\(hit.conversation.text.prefix(8)) \(TerminalText.padded(InboxScreen.minute(hit.at), to: 17))"
                    + TerminalText.safe(hit.snippet, multiline: false)
                Console.print(TerminalText.truncated(line, to: Console.width))
            }
        }
    }
}
