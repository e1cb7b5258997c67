import CRDT
import ChangeLog
import Inbox
import Storage

extension Writing {
    /// Prints which thing it was and the change, or that there was nothing to change.
    func item(_ done: String, _ command: (InboxWriter, NaturalID) throws -> InboxWriter.Outcome) throws {
        let replica = try options.home.open()
        let ids = try replica.naturalIDs()
        let outcome = try replica.transact(now: WallClock.now()) { try command(InboxWriter($0), ids) }
        if options.json {
            Console.print(
                JSONOutput.object([
                    ("id", .string(outcome.id.text)), ("change", JSONOutput(outcome.change?.text)),
                ]).text())
        } else {
            Console.print(outcome.change == nil ? "Nothing to change." : done)
        }
    }
}

extension Replica {
    /// The natural ids of this workspace.
    func naturalIDs() throws -> NaturalID { NaturalID(secret: try localValue(.secret).bytes ?? []) }
}

extension RootID {
    /// One that nothing has.
    static func random() -> RootID { RootID(bytes: SystemRandom.bytes(16)) ?? RootID(high: 0, low: 0) }
}

/// Prints things that have a name: as JSON, or as a table of one line each.
struct ItemList<Item> {
    /// In the plural.
    let things: String
    let columns: [TextTable.Column]
    let cells: (Item) -> [String]
    let json: (Item) -> JSONOutput

    func print(_ items: [Item], asJSON: Bool) {
        if asJSON { return Console.print(JSONOutput.array(items.map(json)).text()) }
        guard !items.isEmpty else { return Console.print("No \(things).") }
        TextTable(columns: columns, width: Console.width).lines(items.map(cells)).forEach(Console.print)
    }
}

/// Prints one thing: as JSON, or as its fields with their names, and then a text.
enum ItemScreen {
    /// - Parameter fields: those without a value are left out.
    static func print(_ fields: [(String, String?)], text: String? = nil) {
        for (name, value) in fields {
            guard let value, !value.isEmpty else { continue }
            Console.print(TerminalText.padded(name, to: 10) + TerminalText.safe(value, multiline: false))
        }
        guard let text else { return }
        Console.print("")
        TerminalText.wrapped(TerminalText.safe(text, multiline: true), width: Console.width).forEach(Console.print)
    }
}
