import Inbox

extension Explanation {
    /// What a failure about the things that the workspace works with means.
    static func of(_ failure: LibraryFailure) -> Explanation {
        switch failure {
        case .badName(let name):
            Explanation(
                "bad-name", 65, "\(name.prefix(40)) cannot be a name.",
                hint: "One line of 1 to 100 characters; the title of an article may have 500.")
        case .minutesOutOfRange(let minutes):
            Explanation("bad-minutes", 65, "\(minutes) minutes are no span.", hint: "0 minutes to a hundred years.")
        case .channelWithoutKind(let name):
            Explanation(
                "unknown-channel", 66, "There is no channel \(name) here.",
                hint: "nexus channel list shows those there are; --kind makes a new one.")
        case .badRegion(let region):
            Explanation("bad-region", 65, "\(region) is no region.", hint: "Two letters, as in DE, or none.")
        case .builtInLeadStatus(let status):
            Explanation(
                "built-in-status", 65, "Leads can be \(status) in every workspace.",
                hint: "Only statuses of your own are added and removed.")
        case .unreadableView(let name):
            Explanation(
                "unreadable-view", 65, "The filter of \(name) cannot be read by this version.",
                hint: "Set it anew with nexus view set, or install a newer version.")
        case .unreadableTemplate(let name):
            Explanation(
                "unreadable-template", 65, "What \(name) is made of cannot be read by this version.",
                hint: "Import it anew, or install a newer version.")
        case .noTemplateChannel(let count):
            Explanation(
                "no-channel", 66,
                count == 0 ? "That is no WhatsApp channel." : "There are \(count) WhatsApp channels.",
                hint: "Name one with --channel; nexus channel set NAME --kind whatsapp makes one.")
        case .badFilter(let field, let value):
            Explanation(
                "bad-filter", 65, "There is no \(field) \(value).",
                hint: "If a view says so: nexus view show tells what it holds; nexus view set sets it anew.")
        }
    }
}

extension InboxFailure.Kind {
    /// In a sentence.
    var words: String { self == .savedReply ? "saved reply" : rawValue }

    /// What tells those apart that were meant.
    var distinction: String {
        self == .template ? "Give --language, --channel, or more letters of its id." : "Give more letters."
    }

    /// Where to look for what there is.
    var hint: String {
        switch self {
        case .person: "Write the name as the team has it."
        case .conversation, .lead, .message: "Give at least four letters of its id, as nexus inbox shows it."
        case .change: "Give at least four letters of its id, as nexus log shows it."
        case .channel, .template, .savedReply, .article, .view:
            "Give its name or at least four letters of its id, as nexus \(rawValue) list shows them."
        }
    }
}
