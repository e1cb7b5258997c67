import ArgumentParser
import ChangeLog
import Inbox
import Storage

/// `nexus lead`
struct LeadGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lead", abstract: "Show and set leads.", subcommands: [List.self, Show.self, Set.self])

    /// `nexus lead list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List leads by name.")
        @OptionGroup var options: GlobalOptions
        @Option(help: "Only of this status.") var status: String?
        @Option(help: "How many; 0 is all.") var limit = 50

        func run() throws {
            let leads = try options.home.open(.reading).read {
                try LeadReader($0).all(status: status, limit: max(limit, 0))
            }
            if options.json {
                Console.print(JSONOutput.array(leads.map(JSONOutput.init(lead:))).text())
            } else {
                leads.map(LeadScreen.line).forEach(Console.print)
            }
        }
    }

    /// `nexus lead show`
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a lead.")
        @OptionGroup var options: GlobalOptions
        @Argument(help: "The start of the lead's id.") var lead: String

        func run() throws {
            let lead = try options.home.open(.reading).read { try LeadReader($0).lead(self.lead) }
            if options.json {
                Console.print(JSONOutput(lead: lead).text())
            } else {
                LeadScreen.lines(of: lead).forEach(Console.print)
            }
        }
    }

    /// `nexus lead set`
    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Set fields of a lead.")
        @OptionGroup var options: GlobalOptions
        @Argument(help: "The start of the lead's id.") var lead: String
        @Option(help: "The person's name.") var name: String?
        @Option(help: "E-mail address.") var email: String?
        @Option(help: "Phone number.") var phone: String?
        @Option(help: "new, interested, follow_up, qualified, converted, lost, or one of your own.") var status: String?
        @Option(help: "0 to 100.") var score: Int64?

        func run() throws {
            let patch = LeadPatch(name: name, email: email, phone: phone, status: status, score: score)
            guard patch != LeadPatch() else { throw CLIFailure.nothingToSet }
            try Writing(options: options).change("Set.") { try $0.setLead(lead, patch) }
        }
    }
}

/// Draws leads.
enum LeadScreen {
    static func line(_ lead: Lead) -> String {
        let name = TerminalText.truncated(TerminalText.safe(lead.name ?? "-", multiline: false), to: 29)
        return TerminalText.padded(String(lead.id.text.prefix(8)), to: 9) + TerminalText.padded(name, to: 30)
            + TerminalText.padded(lead.status, to: 14) + (lead.score.map(String.init) ?? "")
    }

    static func lines(of lead: Lead) -> [String] {
        let fields: [(String, String?)] = [
            ("Name", lead.name), ("E-mail", lead.email), ("Phone", lead.phone), ("Status", lead.status),
            ("Score", lead.score.map(String.init)),
            ("Labels", lead.labels.isEmpty ? nil : lead.labels.joined(separator: ", ")),
            ("Talks", lead.conversations.map { String($0.text.prefix(8)) }.joined(separator: ", ")),
        ]
        return fields.compactMap { name, value in
            value.map { TerminalText.padded(name, to: 10) + TerminalText.safe($0, multiline: false) }
        }
    }
}
