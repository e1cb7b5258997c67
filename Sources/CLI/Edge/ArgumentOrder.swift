/// Brings arguments into the order the parser wants: global options after the command's name, and `--` before a text
/// that begins with `-`.
enum ArgumentOrder {
    private static let groups: Set<String> = [
        "ai", "article", "assistant", "bench", "bundle", "channel", "dev", "device", "draft", "gateway", "invite",
        "key", "lead",
        "members", "outbox", "quarantine", "relay", "saved-reply", "template", "view", "workspace",
    ]
    /// Commands that take a free text, with the options they know besides the global ones.
    private static let valueOptions: [String: Set<String>] = [
        "reply": [
            "--seen", "--about", "--template", "--language", "--set", "--expires", "--schedule", "--undo-seconds",
        ], "outbox edit": ["--seen"], "note": [], "lead note": [],
        "search": ["--limit"], "label": [], "saved-reply set": ["--name"],
        "article set": ["--title", "--language", "--source", "--label", "--remove-label"],
    ]
    /// Global options that take a value.
    private static let globalValueOptions: Set<String> = ["--home", "--passphrase-file"]

    static func arranged(_ arguments: [String]) -> [String] {
        var rest = arguments[...]
        var global: [String] = []
        while let next = rest.first, next == "--json" || isOption(next, among: globalValueOptions) {
            let count = globalValueOptions.contains(next) ? 2 : 1
            global += rest.prefix(count)
            rest = rest.dropFirst(count)
        }
        guard let command = rest.popFirst() else { return global + rest }
        var path = [command]
        if groups.contains(command), let next = rest.first, !next.hasPrefix("-") { path.append(rest.removeFirst()) }
        return path + global + guarded(Array(rest), of: path.joined(separator: " "))
    }

    private static func guarded(_ arguments: [String], of command: String) -> [String] {
        guard let valueOptions = valueOptions[command], !arguments.contains("--") else { return arguments }
        var options: [String] = []
        var texts: [String] = []
        var index = 0
        while index < arguments.count {
            let argument = arguments[index]
            if globalValueOptions.contains(argument) || valueOptions.contains(argument) {
                options += arguments[index...].prefix(2)
                index += 1
            } else if isFlag(argument) || isOption(argument, among: valueOptions.union(globalValueOptions)) {
                options.append(argument)
            } else {
                texts.append(argument)
            }
            index += 1
        }
        return options + ["--"] + texts
    }

    private static func isFlag(_ argument: String) -> Bool {
        ["--json", "--help", "-h", "--draft", "--send-anyway", "--if-no-reply"].contains(argument)
    }

    private static func isOption(_ argument: String, among valueOptions: Set<String>) -> Bool {
        valueOptions.contains { argument == $0 || argument.hasPrefix($0 + "=") }
    }
}

/// What the command line is made of.
enum ArgumentText {
    /// - Throws: `.notText` if an argument is not UTF-8: Swift would mend it silently, and text is stored exactly.
    static func check() throws {
        for index in 0..<Int(CommandLine.argc) {
            guard let argument = CommandLine.unsafeArgv[index] else { continue }
            guard String(validatingCString: argument) != nil else { throw CLIFailure.notText }
        }
    }
}
