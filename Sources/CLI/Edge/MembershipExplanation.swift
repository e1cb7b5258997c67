import ChangeLog
import Storage

extension Explanation {
    /// What a failure about who belongs means.
    static func of(_ failure: MembershipFailure) -> Explanation {
        switch failure {
        case .notAllowed(let role):
            Explanation(
                "not-allowed", 77, "The role \(role.name) does not allow that.", hint: "Ask an owner or admin.")
        case .revoked:
            Explanation(
                "device-revoked", 77, "This device was cut off from the workspace.",
                hint:
                    "Ask for a new invitation, and join in another home. What is here stays here; nexus bundle export "
                    + "hands on what was not synced, and an owner or admin can adopt it.")
        case .ownersOnly:
            Explanation("owners-only", 77, "Only an owner makes, cuts off or demotes owners.", hint: "Ask an owner.")
        case .lastOwner:
            Explanation(
                "last-owner", 65, "Then the workspace would have no owner.",
                hint: "Make somebody else an owner first: nexus members role PERSON owner.")
        case .alreadySo: Explanation("already-so", 65, "That is so already.", hint: "See nexus members --all.")
        case .personGone:
            Explanation(
                "person-gone", 65, "All devices of that person were cut off.",
                hint: "Let them in again: nexus invite --for PERSON.")
        case .notForPeople(let role):
            Explanation("bad-choice", 2, "\(role.name) is no role for people.", hint: "owner, admin, agent or viewer.")
        case .unknownInvitation(let text):
            Explanation(
                "unknown-invitation", 66, "There is no one invitation \(text).",
                hint: "Give at least four letters of its id, as nexus invite list --all shows it.")
        case .unknownDevice(let text):
            Explanation(
                "unknown-device", 66, "There is no device \(text).",
                hint: "Give its name or at least four letters of its id, as nexus device list shows them.")
        case .ambiguousDevice(let text):
            Explanation(
                "ambiguous-device", 66, "More than one device is \(text).", hint: "Give more letters of its id.")
        case .unknownChange(let text):
            Explanation(
                "unknown-change", 66, "There is no change \(text) in quarantine.",
                hint: "Give at least four letters of its id, as nexus quarantine list shows it.")
        case .ambiguousChange(let text):
            Explanation(
                "ambiguous-change", 66, "More than one change begins with \(text).", hint: "Give more letters.")
        }
    }
}
