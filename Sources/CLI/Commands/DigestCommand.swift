import ArgumentParser
import CRDT
import ChangeLog
import Inbox
import Storage

/// `nexus digest`
struct StateDigest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "digest", abstract: "Print a digest of everything shared: equal where replicas are equal.")

    @OptionGroup var options: GlobalOptions

    func run() throws {
        let replica = try options.home.open(.reading)
        let digest = Hex.text(try replica.digest())
        let counts = try replica.counts()
        let frontier = try replica.frontier()
        guard options.json else { return Console.print(digest) }
        Console.print(
            JSONOutput.object([
                ("digest", .string(digest)), ("changes", JSONOutput(counts.applied)),
                ("waiting", JSONOutput(counts.waiting)),
                (
                    "frontier",
                    .array(
                        frontier.map { tip in
                            .object([
                                ("replica", .string(tip.replica.text)), ("number", JSONOutput(tip.number)),
                                ("tip", .string(Base32.text(tip.prefix))),
                            ])
                        })
                ),
            ]).text())
    }
}

/// Lowercase hexadecimal.
enum Hex {
    static func text(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

extension JSONOutput {
    /// A person's id and name, or null.
    init(_ person: Person?) {
        self = person.map { .object([("id", .string($0.id.text)), ("name", .string($0.name))]) } ?? .null
    }
}
