import ArgumentParser
import CRDT
import ChangeLog
import Inbox
import Keys
import Storage

/// `nexus doctor`
struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Tell what happened to copies and devices that somebody ought to know of.",
        discussion: """
            Copies that were restored or copied and what came back, devices that told different peers different things, \
            what waits and what is in quarantine. The status is 1 if a device has two histories that it has not \
            explained. It reads only what is here, and changes nothing; nexus verify walks every byte.
            """)

    @OptionGroup var options: GlobalOptions
    @Option(help: "Write the proofs of two histories into this directory, two files each.") var proof: String?

    func run() throws {
        let replica = try options.home.open(.reading)
        let forks = try replica.forks()
        if let proof { try ProofFiles(directory: proof).write(forks) }
        let findings = try Findings(of: replica, forks: forks).all
        if options.json {
            Console.print(JSONOutput.object([("findings", .array(findings.map(\.json)))]).text())
        } else if findings.isEmpty {
            Console.print("Nothing to tell: no copy was restored, no device has two histories, nothing waits.")
        } else {
            for finding in findings { finding.lines(width: Console.width).forEach(Console.print) }
        }
        if findings.contains(where: { $0.level == .alarm }) { throw ExitCode(1) }
    }
}

/// Something that somebody ought to know of.
private struct Finding {
    enum Level: String {
        /// As it should be; told so that nobody wonders.
        case note
        /// Somebody ought to do something.
        case advice
        /// Somebody lied, or two copies of one key are in use and one has not explained itself.
        case alarm
    }

    let name: String
    let level: Level
    let what: String
    var hint = ""
    var device: DeviceID?

    var json: JSONOutput {
        .object([
            ("finding", .string(name)), ("level", .string(level.rawValue)), ("message", .string(what)),
            ("hint", .string(hint)), ("device", JSONOutput(device?.text)),
        ])
    }

    func lines(width: Int) -> [String] {
        let text =
            "\(level == .note ? "" : "\(level.rawValue.uppercased()): ")\(what)" + (hint.isEmpty ? "" : " \(hint)")
        return TerminalText.wrapped(TerminalText.safe(text, multiline: false), width: width - 2).enumerated().map {
            ($0.offset == 0 ? "- " : "  ") + $0.element
        }
    }
}

/// Looks at everything that is noted about accidents and misdeeds.
private struct Findings {
    private let replica: Replica
    private let words: OperationWords
    private(set) var all: [Finding] = []

    init(of replica: Replica, forks: [Fork]) throws {
        self.replica = replica
        words = OperationWords(try replica.read { try People($0) })
        try addThisCopy()
        try addDeclared()
        for fork in forks { try add(fork) }
        try addOwners()
        try addHeld()
    }

    private mutating func addThisCopy() throws {
        if let accident = try replica.accident() {
            all.append(
                Finding(
                    name: "this-copy-\(accident)", level: .note,
                    what: "This copy was \(accident.words) and has not written since.",
                    hint: "Go on as usual: the next sync brings back what it lost.", device: replica.id.device))
        }
        for recovery in try replica.recoveries() {
            let back =
                recovery.returned == 0
                ? "nothing was missing"
                : "\(Plural.of(Int(clamping: recovery.returned), "change")) that it had lost came back"
            all.append(
                Finding(
                    name: "recovered", level: .note,
                    what: "This copy was \(recovery.accident.words), noticed \(OperationWords.time(recovery.noticed)); "
                        + "\(back).", device: replica.id.device))
        }
    }

    private mutating func addDeclared() throws {
        for epoch in try replica.accidents() where epoch.replica.device != replica.id.device {
            all.append(
                Finding(
                    name: "declared-\(epoch.accident)", level: .note,
                    what: "A copy of \(try name(of: epoch.replica.device)) was \(epoch.accident.words), as it said "
                        + "itself at \(OperationWords.time(epoch.stamp.milliseconds)). Everything it wrote counts once.",
                    device: epoch.replica.device))
        }
    }

    private mutating func add(_ fork: Fork) throws {
        let device = fork.replica.device
        let what =
            "\(try name(of: device)) has \(fork.tips.count) histories after change \(fork.number)"
        if fork.isDeclared {
            all.append(
                Finding(
                    name: "declared-fork", level: .note,
                    what: "\(what), and has said why: a copy was restored or copied. All of it counts.", device: device
                ))
        } else {
            all.append(
                Finding(
                    name: "fork", level: .alarm,
                    what: "\(what), signed with one key, and has not said why. All of it counts.",
                    hint: "If its person knows of no backup or copy, somebody else has the key: nexus device revoke "
                        + "\(device.text.prefix(8)). nexus doctor --proof DIR writes down what proves it.",
                    device: device))
        }
    }

    private mutating func addOwners() throws {
        let members = try replica.read { try Member.all(in: $0) }
        let owners = members.filter { $0.role == .owner && !$0.isRevoked }
        guard owners.count == 1, members.count(where: { $0.role.isForPeople && !$0.isRevoked }) > 1 else { return }
        all.append(
            Finding(
                name: "one-owner", level: .advice,
                what: "One device alone holds the role owner: \(try name(of: owners[0].device)).",
                hint: "If it is lost, nobody can replace it: nexus invite --for its person, or make somebody else an "
                    + "owner.", device: owners[0].device))
    }

    private mutating func addHeld() throws {
        let waiting = try replica.waiting()
        if !waiting.isEmpty {
            all.append(
                Finding(
                    name: "waiting", level: .note,
                    what: "Waiting for what they build on, or for their time: "
                        + "\(Plural.of(waiting.reduce(0) { $0 + $1.changes }, "change")).", hint: "See nexus waiting."))
        }
        let quarantined = try replica.quarantine().count
        if quarantined > 0 {
            all.append(
                Finding(
                    name: "quarantine", level: .advice,
                    what: "Not counted: \(Plural.of(quarantined, "change")) of people who were cut off or not let in.",
                    hint: "See nexus quarantine."))
        }
    }

    private func name(of device: DeviceID) throws -> String {
        let member = try replica.member(device)
        let own = member.map { $0.deviceName.isEmpty ? "" : " (\($0.deviceName))" } ?? ""
        return "\(words.name(of: member))'s device \(device.text.prefix(8))\(own)"
    }
}

extension Accident {
    /// As it follows "was".
    var words: String {
        switch self {
        case .restored: "restored from an older copy"
        case .copied: "copied"
        }
    }
}

/// Proofs as files: two deltas without bodies, which verify by themselves and contradict each other.
private struct ProofFiles {
    let directory: String

    func write(_ forks: [Fork]) throws {
        try PrivateDirectory.make(directory)
        for fork in forks where !fork.isDeclared {
            guard let proof = fork.proof else { continue }
            try proof.write(to: "\(directory)/\(fork.replica.text.prefix(16))-\(fork.number)")
        }
    }
}
