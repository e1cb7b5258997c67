/// How the demo ended.
struct DemoOutcome {
    /// Two or more who did not know of each other, and what everyone sees now.
    struct Conflict {
        let conversation: String
        let what: String
        let writes: [String]
        let settled: String
    }

    var digests: [(name: String, digest: String)] = []
    var conversations = 0
    var messages = 0
    var changes = 0
    var conflicts: [Conflict] = []

    var isEqual: Bool { digests.count > 1 && Set(digests.map(\.digest)).count == 1 }

    func json(seconds: Double) -> JSONOutput {
        .object([
            ("equal", .bool(isEqual)), ("digests", .object(digests.map { ($0.name, .string($0.digest)) })),
            ("conversations", JSONOutput(conversations)), ("messages", JSONOutput(messages)),
            ("changes", JSONOutput(changes)),
            (
                "conflicts",
                .array(
                    conflicts.map { conflict in
                        .object([
                            ("conversation", .string(conflict.conversation)), ("what", .string(conflict.what)),
                            ("writes", .array(conflict.writes.map(JSONOutput.string))),
                            ("settled", .string(conflict.settled)),
                        ])
                    })
            ), ("seconds", .number(seconds)),
        ])
    }
}
