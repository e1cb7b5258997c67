import ArgumentParser
import Inbox
import Storage

/// `nexus workspace`
struct WorkspaceGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workspace", abstract: "What holds for the whole workspace.", subcommands: [Show.self, Set.self],
        defaultSubcommand: Show.self)

    /// `nexus workspace show`
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show what holds for the whole workspace.")
        @OptionGroup var options: GlobalOptions

        func run() throws {
            let settings = try options.home.open(.reading).read { try WorkspaceSettings($0) }
            let builtIn = LeadStatus.allCases.map(\.rawValue)
            if options.json {
                let object = JSONOutput.object([
                    ("region", JSONOutput(settings.region)),
                    ("leadStatuses", .array((builtIn + settings.leadStatuses).map(JSONOutput.string))),
                    ("own", .array(settings.leadStatuses.map(JSONOutput.string))),
                ])
                return Console.print(object.text())
            }
            ItemScreen.print([
                ("Region", settings.region ?? "none: phone numbers need their country code"),
                ("Leads", (builtIn + settings.leadStatuses).joined(separator: ", ")),
            ])
        }
    }

    /// `nexus workspace set`
    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set", abstract: "Set what holds for the whole workspace.")
        @OptionGroup var options: GlobalOptions
        @Option(help: "Where phone numbers without a country code are from: two letters as in DE, or none.")
        var region: String?
        @Option(help: "A lead status of your own, of a-z, 0-9 and _; may be given several times.")
        var addStatus: [String] = []
        @Option(help: "A lead status of your own; leads that have it keep it. May be given several times.")
        var removeStatus: [String] = []

        func run() throws {
            var patch = WorkspacePatch()
            patch.region = region.map { $0 == "none" ? "" : $0.uppercased() }
            (patch.added, patch.removed) = (addStatus, removeStatus)
            guard patch != WorkspacePatch() else { throw CLIFailure.nothingToSet }
            try Writing(options: options).item("Set.") { writer, ids in try writer.setWorkspace(patch, ids: ids) }
        }
    }
}
