import Inbox

extension Explanation {
    /// What it means that a lead cannot be set so.
    static func of(_ fault: LeadFault) -> Explanation {
        switch fault {
        case .badScore(let score): badScore(String(score))
        case .badStatus(let status, let known):
            Explanation(
                "bad-lead-status", 65, "\(status.prefix(40)) is no lead status of this workspace.",
                hint:
                    "There are \(known.joined(separator: ", ")). An owner or admin adds others, of a-z, 0-9 and _ and "
                    + "at most 32: nexus workspace set --add-status NAME.")
        case .badPhone(let text, let region?):
            Explanation(
                "bad-phone", 65, "\(text.prefix(40)) is no phone number, nor one as dialled in \(region).",
                hint: "Write it with + and country code.")
        case .badPhone(let text, nil):
            Explanation(
                "bad-phone", 65, "\(text.prefix(40)) is no phone number with a country code.",
                hint: "Write it with + and country code, or say where numbers without one are from: "
                    + "nexus workspace set --region DE.")
        case .badEmail(let text):
            Explanation("bad-email", 65, "\(text.prefix(40)) is no e-mail address.", hint: "Write name@example.com.")
        case .sameLead:
            Explanation(
                "same-lead", 65, "That is one lead, named twice.",
                hint: "nexus lead show lists the leads that are shown as one person.")
        }
    }

    /// What it means that something cannot be a score.
    static func badScore(_ text: String) -> Explanation {
        Explanation("bad-score", 65, "\(text.prefix(40)) is no score.", hint: "A score is 0 to 100, or auto.")
    }
}
