import ArgumentParser
import Inbox
import Storage

/// `nexus undo`
struct UndoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo", abstract: "Take back what you did last, by a change that puts things as they were.",
        discussion: """
            Where somebody else has written since, or meanwhile, their word is left alone. Each further undo takes back \
            what you did before; to take an undo back, name its change. A message that has left stays sent.
            """)

    @OptionGroup var options: GlobalOptions
    @Argument(help: "The start of a change's id, as nexus log shows it; without one, your last change on this device.")
    var change: String?
    @Flag(name: .customLong("dry-run"), help: "Say what would be put back, and write nothing.") var dryRun = false

    func run() throws {
        let undo = try Writing(options: options).run { try $0.undo(change, isRehearsal: dryRun) }
        let replica = try options.home.open(.reading)
        let words = UndoWords(OperationWords(try replica.read { try People($0) }))
        if options.json {
            Console.print(words.json(undo).text())
        } else {
            words.lines(undo, isRehearsal: dryRun).forEach(Console.print)
        }
    }
}
