import ArgumentParser
import ChangeLog
import Inbox
import Storage

extension OutboxGroup {
    /// `nexus outbox review`
    struct Review: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "review",
            abstract: "Walk through your held replies, each beside what you had not seen, and decide.",
            discussion: """
                Answers a line each: s sends it as it is, e puts another text in its place, d drops it, n leaves it for \
                later, q ends. With --json, or where nobody can answer, it lists them and changes nothing.
                """)
        @OptionGroup var options: GlobalOptions
        @Flag(help: "Everybody's, which owners and admins may decide on.") var all = false

        func run() throws {
            let replica = try options.home.open()
            let own = all ? nil : try replica.member(replica.id.device)?.person
            let held = try replica.read { try OutboxReader($0).items(.init(person: own, state: .held)) }
            if options.json { return Console.print(JSONOutput.array(held.map { JSONOutput(outbox: $0) }).text()) }
            guard !held.isEmpty else { return Console.print("Nothing is held.") }
            for (number, item) in held.enumerated() {
                Console.print("\(number + 1) of \(held.count)")
                guard try review(item, in: replica) else { return }
            }
        }

        /// - Returns: whether to go on.
        private func review(_ item: OutboxItem, in replica: Replica) throws -> Bool {
            let (item, detail) = try Outbox.item(item.id.text, in: replica)
            let seen = try replica.markDisplayed(item.conversation)
            try Outbox.lines(item, in: detail, for: replica).forEach(Console.print)
            while true {
                Console.prompt("[s]end, [e]dit, [d]rop, [n]ext, [q]uit? ")
                guard let answer = readLine() else { return false }
                switch answer.trimmingPrefix(while: \.isWhitespace).first?.lowercased() {
                case "s":
                    try writing { try $0.release(item.id.text, seen: seen) }
                    Console.print("Queued again.")
                case "e":
                    Console.prompt("Instead: ")
                    guard let text = readLine(), !text.isEmpty else { continue }
                    try writing { try $0.edit(item.id.text, to: text, seen: seen) }
                    Console.print("Queued in its place.")
                case "d":
                    try writing { try $0.drop(item.id.text) }
                    Console.print("Cancelled.")
                case "n": break
                case "q": return false
                default: continue
                }
                return true
            }
        }

        private func writing<Result>(_ command: (InboxWriter) throws -> Result) throws {
            _ = try Writing(options: options).run(command)
        }
    }
}
