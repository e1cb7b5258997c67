import ArgumentParser
import CRDT
import ChangeLog
import Inbox
import Storage

extension LeadGroup {
    /// `nexus lead list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List leads. Those that are the same person are one.")
        @OptionGroup var options: GlobalOptions
        @Option(help: "Only of this status.") var status: String?
        @Option(help: "very-low (0-20), mild (21-40), moderate (41-60), high (61-80) or very-high (81-100).")
        var band: String?
        @Option(help: "Only with this score or more.") var minScore: Int64?
        @Option(help: "Only with this score or less.") var maxScore: Int64?
        @Option(help: "A person, me, or none.") var assignee: String?
        @Option(help: "Only with this label.") var label: String?
        @Option(help: "name, score or recent. By score where scores are asked for, else by name.") var sort: String?
        @Option(help: "How many; 0 is all.") var limit = 50

        func run() throws {
            let replica = try options.home.open(.reading)
            let own = try replica.member(replica.id.device)?.person
            if options.json {
                let leads = try replica.read { database in
                    try query(own: own, people: People(database)).leads(in: database)
                }
                Console.print(JSONOutput.array(leads.map { JSONOutput(lead: $0) }).text())
            } else {
                let leads = try replica.read { database in
                    try query(own: own, people: People(database)).lines(in: database)
                }
                LeadScreen(width: Console.width).lines(of: leads).forEach(Console.print)
            }
        }

        private func query(own: ChangeID?, people: People) throws -> LeadQuery {
            var query = LeadQuery()
            query.status = status
            query.scores = try scores()
            query.assignee = try assignee.map { try LeadOption.assignee($0, own: own, people: people) }
            query.label = label
            let orders = LeadQuery.Order.allCases.map(\.rawValue)
            query.order =
                try sort.map { try Choice.of($0, named: "order", among: orders) { .init(rawValue: $0) } }
                ?? (query.scores == nil ? .name : .score)
            query.limit = max(limit, 0)
            return query
        }

        /// What both a band and bounds allow. Where that is nothing, a score that there is not.
        private func scores() throws -> ClosedRange<Int64>? {
            guard band != nil || minScore != nil || maxScore != nil else { return nil }
            let bands = ScoreBand.allCases.map(\.rawValue)
            let band = try band.map { try Choice.of($0, named: "band", among: bands) { ScoreBand(rawValue: $0) } }
            let lower = max(band?.scores.lowerBound ?? .min, minScore ?? .min)
            let upper = min(band?.scores.upperBound ?? .max, maxScore ?? .max)
            return lower <= upper ? lower...upper : -1...(-1)
        }
    }
}

/// Words on the command line that mean something about a lead.
enum LeadOption {
    static func assignee(_ text: String, own: ChangeID?, people: People) throws -> LeadQuery.Assignee {
        switch text {
        case "none": .none
        case "me": own.map { .person($0) } ?? .none
        default: .person(try people.named(text).id)
        }
    }
}
