import ArgumentParser
import CRDT
import ChangeLog
import Inbox
import Storage

/// `nexus lead`
struct LeadGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lead", abstract: "Show and set leads.",
        subcommands: [List.self, Show.self, Set.self, KeepApart.self, Note.self])

    /// `nexus lead show`
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show a lead, and all leads that are the same person.")
        @OptionGroup var options: GlobalOptions
        @Argument(help: "The start of the lead's id.") var lead: String
        @Flag(help: "Show who set status and score, and when.") var history = false

        func run() throws {
            let replica = try options.home.open(.reading)
            let lead = try replica.read { try LeadReader($0).lead(self.lead) }
            let history = try history ? LeadHistory(of: lead, in: replica) : nil
            if options.json {
                Console.print(JSONOutput(lead: lead, history: history).text())
            } else {
                let screen = LeadScreen(width: Console.width)
                screen.lines(of: lead).forEach(Console.print)
                if let history { screen.lines(of: history).forEach(Console.print) }
            }
        }
    }

    /// `nexus lead keep-apart`
    struct KeepApart: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "keep-apart", abstract: "Say that two leads are two people, whatever they share.",
            discussion: "Other leads stay with whichever of the two they are found to be with first.")
        @OptionGroup var options: GlobalOptions
        @Argument(help: "The start of a lead's id.") var lead: String
        @Argument(help: "The start of the other one's.") var other: String
        @Flag(help: "Take it back.") var undo = false

        func run() throws {
            try Writing(options: options).change(undo ? "No longer kept apart." : "Kept apart.") {
                undo ? try $0.undoKeepApart(lead, other) : try $0.keepApart(lead, other)
            }
        }
    }

    /// `nexus lead note`
    struct Note: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "note", abstract: "Leave a note about a lead among the team.")
        @OptionGroup var options: GlobalOptions
        @Argument(help: "The start of the lead's id.") var lead: String
        @Argument(help: "What to note, or - for standard input.") var text: String

        func run() throws {
            let body = try StandardInput.text(or: text)
            try Writing(options: options).message("Noted.") { try $0.noteLead(lead, body) }
        }
    }
}
