import ArgumentParser
import CRDT
import ChangeLog
import Inbox
import Storage

extension LeadGroup {
    /// `nexus lead set`
    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set", abstract: "Set fields of a lead.",
            discussion: """
                What a person sets as status, score, assignee or summary stays until a person says otherwise, whatever \
                the assistant finds. auto hands a field back to the assistant.
                """)
        @OptionGroup var options: GlobalOptions
        @Argument(help: "The start of the lead's id.") var lead: String
        @Option(help: "The person's name; an empty one takes it away.") var name: String?
        @Option(help: "E-mail address.") var email: String?
        @Option(help: "Phone number, with + and country code or as dialled in the workspace's region.")
        var phone: String?
        @Option(help: "new, interested, follow_up, qualified, converted, lost, one of the workspace's, or auto.")
        var status: String?
        @Option(help: "0 to 100, or auto.") var score: String?
        @Option(help: "A person, me, none, or auto.") var assignee: String?
        @Option(help: "Who they are and what they want; an empty one is left to the assistant.") var summary: String?
        @Option(help: "Add an interest; may be given several times.") var addInterest: [String] = []
        @Option(help: "Remove an interest; may be given several times.") var removeInterest: [String] = []
        @Option(help: "Add a label; may be given several times.") var addLabel: [String] = []
        @Option(help: "Remove a label; may be given several times.") var removeLabel: [String] = []

        func run() throws {
            var patch = LeadPatch(name: name, email: email, phone: phone)
            patch.status = status.map { $0 == Self.automatic ? .automatic : .to($0) }
            patch.score = try score.map { try setting(score: $0) }
            patch.summary = summary
            (patch.newInterests, patch.oldInterests) = (addInterest, removeInterest)
            (patch.newLabels, patch.oldLabels) = (addLabel, removeLabel)
            guard patch != LeadPatch() || assignee != nil else { throw CLIFailure.nothingToSet }
            try Writing(options: options).change("Set.") { writer in
                patch.assignee = try assignee.map { try setting(assignee: $0, writer) }
                return try writer.setLead(lead, patch)
            }
        }

        private static let automatic = "auto"

        private func setting(score text: String) throws -> LeadPatch.Setting<Int64> {
            if text == Self.automatic { return .automatic }
            guard let score = Int64(text) else { throw CLIFailure.badScore(text) }
            return .to(score)
        }

        private func setting(assignee text: String, _ writer: InboxWriter) throws -> LeadPatch.Setting<ChangeID?> {
            switch text {
            case Self.automatic: .automatic
            case "none": .to(nil)
            case "me": .to(try writer.person(nil))
            default: .to(try writer.person(text))
            }
        }
    }
}
