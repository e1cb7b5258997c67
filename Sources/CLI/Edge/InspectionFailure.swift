import CRDT
import ChangeLog
import Glibc
import Inbox
import Storage

/// What the commands that look inside and repair find wrong. The words are below.
enum InspectionFailure: Error {
    case problemsFound(Int)
    case notHereYet(conversation: String, at: Int64)
    case someDeltasRefused([RefusalReason: Int])
    case bundleToTerminal
}

extension Explanation {
    /// What an inspection's failure means.
    static func of(_ failure: InspectionFailure) -> Explanation {
        switch failure {
        case .problemsFound(let count):
            Explanation(
                "problems-found", 1, "\(Plural.of(count, "problem")) found; above is named what to do.",
                hint: "Before mending anything, copy the whole home while no command runs.")
        case .notHereYet(let conversation, let time):
            Explanation(
                "unknown-conversation", 66,
                "Nothing of the conversation \(conversation) was here yet at \(Instant.text(milliseconds: time)).",
                hint: "nexus log \(conversation) says when its changes came.")
        case .someDeltasRefused(let refused):
            Explanation(
                "some-refused", 65,
                "Of the bundle, \(Plural.of(refused.values.reduce(0, +), "delta")) could not be taken; the rest is in.",
                hint: refused.keys.map { words($0) }.sorted().joined(separator: " "))
        case .bundleToTerminal:
            Explanation(
                "usage", 2, "A bundle is no text for a terminal.", hint: "Name a file, or send it on: … export - | …")
        }
    }

    private static func words(_ reason: RefusalReason) -> String {
        switch reason {
        case .stranger: "Its author is no member of this workspace."
        case .tooManyBranches: "Too many histories of its author are here already."
        case .malformed: "It is damaged, or its author did not vouch for it."
        case .tooMuchWaiting: "As much of its author's waits already as may: bring what it waits for first."
        case .expired, .used, .withdrawn: "The invitation it came with holds no longer."
        case .nameTaken: "The name that its author goes by is taken."
        }
    }

    /// What a bundle's failure means.
    static func of(_ failure: BundleFailure) -> Explanation {
        switch failure {
        case .unreadable(let path, let code):
            Explanation(
                "no-file", 66, "Cannot read \(path): \(String(cString: strerror(code))).",
                hint: "Check the path; - reads from standard input.")
        case .unwritable(let path, let code):
            Explanation(
                "cannot-write", 74, "Cannot write \(path): \(String(cString: strerror(code))).",
                hint: "What was there before is there still. Check the path and the room, and export again.")
        case .exists(let path):
            Explanation(
                "file-exists", 73, "There is a file \(path) already.", hint: "Name another, or replace it with --force."
            )
        case .notABundle:
            Explanation(
                "not-a-bundle", 65, "That is no bundle.", hint: "A bundle is what nexus bundle export writes.")
        case .newerVersion(let version):
            Explanation(
                "newer-version", 78, "The bundle was written by a newer version of nexus (format \(version)).",
                hint: "Install that version, or have it exported by this one.")
        case .truncated:
            Explanation(
                "truncated-bundle", 65, "The bundle ends in the middle. Nothing was taken in.",
                hint: "Copy the file again, and wait until the stick may be pulled; or export it again.")
        case .altered:
            Explanation(
                "altered-bundle", 65, "The bundle is damaged: it is not what was written. Nothing was taken in.",
                hint: "Copy the file again, or export it again.")
        case .otherWorkspace(let workspace):
            Explanation(
                "other-workspace", 65, "That is of another workspace (\(workspace.text.prefix(8))).",
                hint: "Name the home that belongs to it with --home.")
        case .notAFrontier(let line):
            Explanation(
                "not-a-frontier", 65, "That is no whole frontier file: line \(line) is not what it should be.",
                hint: "Write it again on the other device: nexus bundle frontier FILE.")
        case .storage(let failure): of(failure as any Error)
        }
    }
}

/// Problems that a verification found, in words.
enum ProblemWords {
    static func text(_ problem: Problem) -> String {
        let place = problem.change.map { "Change \($0.number) of \($0.replica.text.prefix(8)): " } ?? ""
        return place + text(problem.fault)
    }

    static func hint(_ remedy: Problem.Remedy) -> String {
        switch remedy {
        case .rebuild: "nexus rebuild derives it anew from the changes, which are sound."
        case .retry: "nexus waiting --retry lets go of it; then sync, or import it again."
        case .sync:
            "nexus sync, or importing a bundle, brings back what had left this device; it goes on by itself, with a new chain."
        case .anotherCopy:
            "The log itself is damaged. Join again in a new home, by a new invitation, and sync or import a bundle "
                + "there; keep this home: what was in no other copy can still be read from it."
        }
    }

    private static func text(_ fault: Problem.Fault) -> String {
        switch fault {
        case .file(let line): "SQLite says of the file: \(line)"
        case .unreadable(let step): "the file could not be read on \(words(step))"
        case .branch: "a chain's entry is damaged"
        case .missingBytes: "bytes of changes are missing, or there are some of no chain"
        case .damagedBytes: "its bytes are damaged"
        case .row: "its entry is missing, or there is one without a change"
        case .hash: "its hash is not that of its bytes and the change before"
        case .id: "its id is not that of its bytes"
        case .stamp: "its stamp is not that of its bytes"
        case .verdict: "whether it takes effect is not noted as it follows"
        case .cause: "it builds on a change that is not here"
        case .causeNote: "what it builds on is not noted as it says itself"
        case .seal: "the seal does not hold: its author did not vouch for these bytes"
        case .unsealed: "it passes for sealed, and no seal vouches for it"
        case .tip: "the chain's tip is not its last change"
        case .past: "what it had seen is not noted as it follows"
        case .act: "what it says about who belongs is not noted as it says itself"
        case .mention: "what it is about is not noted as it says itself"
        case .copy: "copies of one change are not noted as such"
        case .arrival: "when it came is not noted without gaps"
        case .ownChain: "this device has published more than is here, or under another name"
        case .forgotten:
            "this device has written more than is here: the last commits are gone, or this is an older copy"
        case .secret: "the workspace secret is not the one that the workspace was founded with"
        case .waiting: "it waits, and its bytes are damaged"
        case .otherSchema: "the state was derived by another version of nexus"
        case .table(let name): "the table \(name) is not what the changes say"
        case .digest: "the digest is not what the changes say"
        }
    }

    private static func words(_ step: Problem.Step) -> String {
        switch step {
        case .file: "while SQLite checked it"
        case .changes: "while the changes were walked"
        case .past: "while it was followed who had seen what"
        case .local: "where it keeps what is this device's own"
        case .state: "while the state was compared"
        }
    }
}
