import ArgumentParser
import Benchmark
import ChangeLog
import Channels
import Gateway
import Glibc
import Inbox
import Keys
import ProviderServer
import Relay
import RelayClient
import Storage

/// A failure in words: what happened, what to do, and the exit status. The only place that words failures.
struct Explanation {
    /// Kebab-case, for programs.
    let name: String
    let what: String
    let hint: String
    let status: Int32
    /// In how many seconds to try again, where the other side said so.
    let retryAfter: UInt64?

    init(_ name: String, _ status: Int32, _ what: String, hint: String = "", retryAfter: UInt64? = nil) {
        (self.name, self.status, self.what, self.hint) = (name, status, what, hint)
        self.retryAfter = retryAfter
    }

    /// Prints what an error means and ends the process with its status.
    static func end(with error: any Error, isJSON: Bool) -> Never {
        if let code = error as? ExitCode { exit(code.rawValue) }
        let parserStatus = Nexus.exitCode(for: error)
        if parserStatus == .success {
            Console.print(Nexus.fullMessage(for: error))
            exit(0)
        }
        let explanation = of(error)
        if isJSON {
            Console.note(explanation.json.text())
        } else {
            Console.note("nexus: " + TerminalText.safe(explanation.what, multiline: true))
            if !explanation.hint.isEmpty { Console.note(TerminalText.safe(explanation.hint, multiline: true)) }
        }
        exit(explanation.status)
    }

    private var json: JSONOutput {
        let fields: [(String, JSONOutput)] = [
            ("error", .string(name)), ("message", .string(what)), ("hint", .string(hint)),
            ("status", .integer(Int64(status))),
        ]
        return .object(fields + (retryAfter.map { [("retryAfterSeconds", JSONOutput($0))] } ?? []))
    }

    /// What an error means.
    static func of(_ error: any Error) -> Explanation {
        switch error {
        case let failure as CLIFailure: of(failure)
        case let failure as KeyFailure: of(failure)
        case let failure as InboxFailure: of(failure)
        case let failure as LibraryFailure: of(failure)
        case let failure as UndoFailure: of(failure)
        case let problem as TemplateArgumentProblem: of(problem)
        case let failure as UnfilledTemplate: of(failure)
        case let failure as StorageFailure: of(failure)
        case let failure as MembershipFailure: of(failure)
        case let failure as InspectionFailure: of(failure)
        case let failure as BundleFailure: of(failure)
        case let failure as SyncFailure: of(failure)
        case let failure as GatewayFailure: of(failure)
        case let failure as RelayFailure: of(failure)
        case let failure as ServiceFailure: of(failure)
        case let rejection as ScriptRejection: of(rejection)
        case let failure as DemoFailure: Explanation("demo", 70, failure.description, hint: "Run it again with --keep.")
        case let failure as BenchmarkFailure: of(failure)
        case let rejection as LineRejection: Explanation("bad-line", 65, "The line was not taken: \(words(rejection)).")
        default:
            Explanation("usage", 2, Nexus.message(for: error), hint: "See nexus --help.")
        }
    }

    private static func of(_ failure: CLIFailure) -> Explanation {
        switch failure {
        case .homeExists(let path):
            Explanation("home-exists", 73, "There is a replica in \(path) already.", hint: "Name another with --home.")
        case .noHome(let path):
            Explanation(
                "no-home", 66, "There is no replica in \(path).",
                hint: "Make one with nexus init or nexus join, or name another with --home.")
        case .otherKey:
            Explanation(
                "other-key", 65, "That is another device's key: the replica there was not made with it.",
                hint: "Name the home it belongs to with --home, or the relay's data directory with --data.")
        case .passphrasesDiffer:
            Explanation("bad-passphrase", 65, "The two are not the same. Nothing was changed.", hint: "Try again.")
        case .cannotWrite(let path, let code):
            Explanation("cannot-write", 74, "Cannot write \(path): \(String(cString: strerror(code))).")
        case .noFile(let path):
            Explanation("no-file", 66, "Cannot read \(path).", hint: "Check the path; - reads from standard input.")
        case .noSuchFile(let path): Explanation("no-file", 66, "There is no file \(path).", hint: "Check the path.")
        case .noSecret(let path):
            Explanation("bad-secret", 65, "The first line of \(path) is no secret: it has to have 1 to 1,024 bytes.")
        case .needsPhoneNumberID:
            Explanation(
                "needs-number-id", 2, "Meta's id of the business number is not known.",
                hint: "Name it: nexus gateway run --phone-number-id ID.")
        case .needsToken:
            Explanation(
                "needs-token", 2, "The provider wants an access token.",
                hint: "Write it to a file of yours alone, and name that: --token-file FILE.")
        case .alreadyWatching:
            Explanation(
                "already-watching", 75, "Another nexus watch tells what happens here.",
                hint: "One position is kept on a device; end the other one first.")
        case .badURL(let text):
            Explanation("bad-address", 2, "\(text) is no address.", hint: "Write http://HOST:PORT/PATH, or https://.")
        case .damagedFile(let path):
            Explanation(
                "damaged-file", 65, "\(path) ends in the middle or is damaged.",
                hint: "Get the file again and run it again: what is in already stays as it is.")
        case .tooLongFile(let path):
            Explanation("too-long", 65, "\(path) is longer than 64 MiB.", hint: "Split it up.")
        case .notText:
            Explanation("not-text", 65, "That text is not UTF-8.", hint: "Convert it, for instance with iconv.")
        case .badName:
            Explanation(
                "bad-name", 65, "That name cannot be seen, or is longer than 200 bytes.",
                hint: "Use letters, digits and punctuation.")
        case .badUses: Explanation("bad-uses", 2, "An invitation lets in 1 to 10,000 devices.", hint: "See --uses.")
        case .roleOfPerson:
            Explanation(
                "usage", 2, "One more device of somebody has the role they have.", hint: "Leave out --role or --for.")
        case .noDevice: Explanation("usage", 2, "No device was named.", hint: "See nexus device list.")
        case .nothingToAdopt: Explanation("usage", 2, "No change was named.", hint: "See nexus quarantine list.")
        case .needsPersonName:
            Explanation("usage", 2, "This invitation is for somebody new.", hint: "Give a name with --person.")
        case .badInvitation:
            Explanation(
                "bad-invitation", 65, "That is not a whole invitation.",
                hint: "Copy it again from nexus1- to its last letter.")
        case .notForGateways:
            Explanation(
                "gateway-invitation", 77, "This invitation is for a gateway.",
                hint: "Use it with nexus gateway init.")
        case .needsGatewayInvitation:
            Explanation(
                "needs-gateway-invitation", 77, "This invitation is not for a gateway.",
                hint: "Ask for one made with nexus invite --role gateway.")
        case .notAnAssistant:
            Explanation(
                "not-an-assistant", 77, "This device is no assistant.",
                hint: "Let it in with nexus invite --role assistant, or look what one would do with --dry-run.")
        case .otherInvitation:
            Explanation(
                "home-exists", 73, "This home belongs to another workspace.", hint: "Name another with --home.")
        case .noRelay:
            Explanation("no-relay", 2, "No relay is known here.", hint: "Name one: nexus sync --relay URL.")
        case .badTime(let text):
            Explanation("bad-time", 2, "\(text) is no time.", hint: "Write 2026-11-22 or 2026-11-22T15:30:00Z.")
        case .badLifetime(let text):
            Explanation("bad-lifetime", 2, "\(text) is no span of time.", hint: "Write 7d, 12h or 30m.")
        case .badChoice(let name, let value, let allowed):
            Explanation(
                "bad-choice", 2, "\(value) is no \(name).", hint: "One of: \(allowed.joined(separator: ", ")).")
        case .emptyName: Explanation("empty-name", 2, "A name has to have a letter.", hint: "Give one with --person.")
        case .nothingToSet:
            Explanation("usage", 2, "Nothing to set was named.", hint: "The command's --help lists what can be set.")
        case .badScore(let text): badScore(text)
        case .someLinesFailed(let count):
            Explanation(
                "some-lines-failed", 65, "\(count) line\(count == 1 ? " was" : "s were") not taken; the rest is in.",
                hint: "Mend the lines named above and run it again: what is in stays as it is.")
        case .notEqual:
            Explanation("not-equal", 1, "The replicas are not equal.", hint: "Look at them with --keep.")
        case .badListenAddress(let text):
            Explanation("bad-address", 2, "\(text) is no address to listen on.", hint: "Write 127.0.0.1:7001.")
        case .noDraft(let id):
            Explanation("no-draft", 66, "There is no draft for \(id) on this device.", hint: "See nexus draft list.")
        case .badWorkspace(let text):
            Explanation("bad-workspace", 2, "\(text) is no workspace's id.", hint: "nexus status prints it.")
        }
    }

    private static func of(_ failure: StorageFailure) -> Explanation {
        switch failure {
        case .busy:
            Explanation("busy", 75, "Another process is writing here and did not finish.", hint: "Try again.")
        case .disk(let code):
            Explanation(
                "disk", 74, "The disk is full or failed (SQLite \(code)). Nothing was written.",
                hint: "Make room, check the disk, and try again.")
        case .corrupt:
            Explanation(
                "corrupt", 74, "The replica's file is damaged.",
                hint: "Move it aside, join again, and sync; keep the file: what was not synced is in it.")
        case .missing: Explanation("no-home", 66, "There is no replica here.", hint: "See nexus init and nexus join.")
        case .exists: Explanation("home-exists", 73, "There is a replica here already.")
        case .newerVersion(let version):
            Explanation(
                "newer-version", 78, "This replica was made by a newer version of nexus (format \(version)).",
                hint: "Install that version.")
        case .draft:
            Explanation(
                "old-draft", 78, "This replica was made by an early draft of nexus, whose format was given up.",
                hint: "Export it with that version, and import it into a new home.")
        case .loosePermissions:
            Explanation("loose-files", 77, "The replica's files can be read by others.", hint: "chmod 600 them.")
        case .rejected: Explanation("too-large", 65, "That is more than one change can hold.", hint: "Split it up.")
        case .notAMember:
            Explanation("not-a-member", 77, "This device's key does not belong to this replica.")
        case .keyLocked: of(KeyFailure.locked)
        case .unknownMark:
            Explanation(
                "unknown-token", 65, "That --seen token is unknown here, or of another conversation.",
                hint: "Take it from nexus show --json, on this device.")
        case .clockExhausted: Explanation("clock", 75, "The clock has reached the end of time.")
        case .unexpected(let code):
            Explanation("bug", 70, "Something that cannot happen did (SQLite \(code)).", hint: "Please report it.")
        }
    }

    private static func of(_ failure: GatewayFailure) -> Explanation {
        switch failure {
        case .notAGateway: of(InboxFailure.notAGateway)
        case .leaseTaken(let until):
            Explanation(
                "lease-taken", 75,
                "Another gateway serves this account, until \(Instant.text(milliseconds: Int64(clamping: until))) or longer.",
                hint: "One is enough. If the other is no more, try again then.")
        }
    }

    private static func of(_ failure: SyncFailure) -> Explanation {
        switch failure {
        case .unreachable(let failure): of(failure)
        case .nonsense:
            Explanation(
                "not-a-relay", 76, "What answers there is no relay: a login page, perhaps.",
                hint: "Open a browser to sign in to the network, or check the address.")
        case .otherRelay:
            Explanation(
                "other-relay", 76, "This is not the relay this replica knows: its key is another.",
                hint: "If it was replaced on purpose, name it: nexus sync --relay URL.")
        case .refused(let reason): of(reason)
        case .notAMember:
            Explanation("not-a-member", 77, "The relay does not know this device.", hint: "Ask for a new invitation.")
        case .notAGateway:
            Explanation(
                "not-a-gateway", 77, "The relay knows this device as no gateway.",
                hint: "Only a home made by nexus gateway init sends to customers; sync it first.")
        case .grantUnknown:
            Explanation(
                "not-yet-admitted", 75, "The invitation has not reached the relay yet.",
                hint: "Whoever invited you has to sync; then sync again.")
        case .notHosted:
            Explanation(
                "not-hosted", 77, "This relay does not host the workspace.",
                hint: "Its operator allows it with nexus relay serve --allow WORKSPACE.")
        case .revoked: of(MembershipFailure.revoked)
        case .busy(let wait): busy(seconds: (wait + 999) / 1_000)
        case .relayFull:
            Explanation(
                "relay-full", 75,
                "The relay's disk is full or failed, so it takes nothing. Nothing is lost: it is all kept here.",
                hint: "Tell its operator to make room. Sync again then; nexus sync --follow tries by itself.")
        case .storage(let failure): of(failure)
        case .relayFailed(let status):
            Explanation("relay-failed", 76, "The relay failed (HTTP \(status)).", hint: "Tell its operator.")
        case .clockOff:
            Explanation("clock", 75, "This device's clock and the relay's lie too far apart.", hint: "Set the clock.")
        }
    }

    private static func busy(seconds: UInt64) -> Explanation {
        Explanation(
            "relay-busy", 75, "The relay cannot just now.",
            hint: "Sync again in \(SpanText.of(seconds: max(1, seconds))).", retryAfter: seconds)
    }

    private static func of(_ reason: RefusalReason) -> Explanation {
        switch reason {
        case .stranger:
            Explanation("not-a-member", 77, "The relay does not know this device.", hint: "Ask for a new invitation.")
        case .tooManyBranches:
            Explanation(
                "too-many-branches", 65, "The relay holds too many other histories of this device.",
                hint: "Its home was restored or copied again and again. Keep this directory and join in another home.")
        case .tooMuchWaiting:
            Explanation(
                "too-much-waiting", 75, "The relay holds as much of this device's that cannot be applied as it may.",
                hint: "Whoever wrote what it waits for has to sync first.")
        case .expired:
            Explanation("invitation-expired", 77, "The invitation has expired.", hint: "Ask for a new one.")
        case .used: Explanation("invitation-used", 77, "The invitation has been used.", hint: "Ask for a new one.")
        case .withdrawn:
            Explanation("invitation-withdrawn", 77, "The invitation was taken back.", hint: "Ask for a new one.")
        case .nameTaken:
            Explanation(
                "name-taken", 65, "Somebody in the team has that name already.",
                hint: "Choose another: nexus join INVITATION --person NAME, in this home.")
        case .malformed:
            Explanation("refused", 70, "The relay could not read what was sent.", hint: "Please report it.")
        }
    }

    private static func of(_ failure: RelayFailure) -> Explanation {
        switch failure {
        case .addressInUse(let host, let port):
            Explanation(
                "address-in-use", 69, "Another program listens on \(host):\(port).",
                hint: "Choose another port, or 0 for any free one.")
        case .cannotListen(let host, let port, _):
            Explanation("cannot-listen", 69, "Cannot listen on \(host):\(port).", hint: "Check --listen.")
        case .badDataDirectory:
            Explanation("no-data", 66, "There is no data directory to use there.", hint: "Check --data.")
        case .dataDirectoryInUse:
            Explanation("data-in-use", 75, "Another relay serves from this data directory.", hint: "Stop it first.")
        case .cannotReadFile(let path, let code):
            Explanation(
                "no-file", 66, "Cannot read \(path): \(String(cString: strerror(code))).", hint: "Check the path.")
        case .noCertificate(let path):
            Explanation(
                "bad-certificate", 65, "\(path) holds no certificate in PEM form.",
                hint: "Name the file that begins with BEGIN CERTIFICATE.")
        case .noPrivateKey(let path):
            Explanation(
                "bad-tls-key", 65, "\(path) holds no private key in PEM form, or one under a passphrase.",
                hint: "openssl pkey -in FILE -out FILE takes the passphrase off.")
        case .otherPrivateKey:
            Explanation(
                "other-tls-key", 65, "The private key is not the certificate's.",
                hint: "Name the two files that were made together.")
        case .key(.missing(let path)):
            Explanation(
                "no-key", 66, "There is no file \(path), and clients know the relay by that key.",
                hint: "nexus key import FILE --data DIR brings back an exported one; it is never made anew.")
        case .key(let failure): of(failure)
        case .storage(let failure): of(failure)
        }
    }

    private static func of(_ failure: BenchmarkFailure) -> Explanation {
        switch failure {
        case .notATrace(let line):
            Explanation("not-a-trace", 65, "Line \(line) is no line of a trace of the form inbox-ops/1.")
        case .badDirectory:
            Explanation(
                "bad-directory", 65, "The directory does not hold what this version keeps there.",
                hint: "Name another with --keep.")
        case .wrongOutcome(let outcome):
            Explanation(
                "wrong-outcome", 70, "What was to be measured went wrong (\(outcome.rawValue)).",
                hint: "Please report it.")
        case .relayDidNotStart:
            Explanation("no-relay", 69, "The relay to be measured did not start.", hint: "Check --relay-binary.")
        case .relayIsGone: Explanation("relay-gone", 69, "The relay that was measured does not answer any more.")
        case .notARelay:
            Explanation("not-a-relay", 76, "What was started answers, but is no relay.", hint: "Check --relay-binary.")
        case .relayAnswered(let status):
            Explanation("relay-refused", 76, "The relay that was measured refused a request with status \(status).")
        case .tooFewFollow(let count):
            Explanation(
                "too-few-follow", 69, "Only \(count) replicas could follow the relay.",
                hint: "Measure with fewer --replicas.")
        case .tooFewOpenFiles(let limit):
            Explanation(
                "too-few-files", 78, "Only \(limit) files may be open at a time.",
                hint: "Raise that (ulimit -n), or measure with fewer --replicas.")
        }
    }
}
