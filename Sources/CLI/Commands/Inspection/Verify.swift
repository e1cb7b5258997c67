import ArgumentParser
import ChangeLog
import Inbox
import Storage

/// `nexus verify`
struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Walk the whole log: every hash, chain, seal and cause; then derive the state anew and compare.",
        discussion: """
            Changes nothing. Exits with 0 if everything is as it has to be, with 1 if anything is not; each problem is \
            named, with what mends it.
            """)

    @OptionGroup var options: GlobalOptions

    func run() throws {
        let report = try open().verify()
        options.json ? Console.print(Self.json(report).text()) : print(report)
        guard report.isClean else { throw InspectionFailure.problemsFound(report.problemCount) }
    }

    /// A file whose tables are damaged may fail in any way before it can be walked.
    private func open() throws -> Replica {
        do {
            return try options.home.open(.inspecting)
        } catch StorageFailure.unexpected {
            throw StorageFailure.corrupt
        }
    }

    private func print(_ report: Verification) {
        Console.print(
            "\(Plural.of(Int(clamping: report.changes), "change")) of \(report.bytes) bytes, on "
                + "\(report.branches == 1 ? "1 branch" : "\(report.branches) branches"); "
                + "\(Plural.of(Int(clamping: report.seals), "seal")) verified; "
                + "\(Plural.of(Int(clamping: report.waiting), "delta")) waiting.")
        for problem in report.problems {
            Console.print("! " + TerminalText.safe(ProblemWords.text(problem), multiline: false))
        }
        if report.problemCount > report.problems.count {
            Console.print("! and \(report.problemCount - report.problems.count) more")
        }
        for remedy in [Problem.Remedy.anotherCopy, .rebuild, .retry]
        where report.problems.contains(where: { $0.remedy == remedy }) {
            TerminalText.wrapped(ProblemWords.hint(remedy), width: Console.width).forEach(Console.print)
        }
        guard report.isClean, let digest = report.digest else { return }
        Console.print("The state is what the changes say. Digest \(Hex.text(digest))")
    }

    private static func json(_ report: Verification) -> JSONOutput {
        .object([
            ("clean", .bool(report.isClean)), ("changes", JSONOutput(report.changes)),
            ("bytes", JSONOutput(report.bytes)), ("branches", JSONOutput(report.branches)),
            ("seals", JSONOutput(report.seals)), ("waiting", JSONOutput(report.waiting)),
            ("digest", JSONOutput(report.digest.map(Hex.text))),
            ("problems", .array(report.problems.map(json))),
            ("omitted", JSONOutput(report.problemCount - report.problems.count)),
        ])
    }

    private static func json(_ problem: Problem) -> JSONOutput {
        .object([
            ("problem", .string(problem.fault.name)), ("replica", JSONOutput(problem.change?.replica.text)),
            ("number", JSONOutput(problem.change.map { Int64(clamping: $0.number) })),
            ("message", .string(ProblemWords.text(problem))), ("hint", .string(ProblemWords.hint(problem.remedy))),
        ])
    }
}

/// `nexus rebuild`
struct RebuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild", abstract: "Derive everything shown anew from the log, and compare before and after.")

    @OptionGroup var options: GlobalOptions

    func run() throws {
        // Of a damaged state there may be no digest.
        let before = try? options.home.open(.inspecting).digest()
        let replica = try options.home.open()
        try replica.rebuild()
        let after = try replica.digest()
        if options.json {
            Console.print(
                JSONOutput.object([
                    ("before", JSONOutput(before.map(Hex.text))), ("after", .string(Hex.text(after))),
                    ("equal", .bool(before == after)),
                ]).text())
        } else {
            Console.print("Before  \(before.map(Hex.text) ?? "could not be read")")
            Console.print("After   \(Hex.text(after))")
            Console.print(
                before == after
                    ? "Equal: what was shown is what the changes say."
                    : "They differ. Trust the one after: it follows from the signed changes, and what was shown before "
                        + "did not.")
        }
    }
}
