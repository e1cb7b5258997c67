public import CRDT
public import ChangeLog

/// What a replica holds, as a text to carry to another device: the workspace, and one change a line.
///
///     nexus-frontier 1
///     workspace WORKSPACE
///     tip REPLICA NUMBER HASH
///     past REPLICA NUMBER HASH
///     end COUNT
///
/// Ids are base32; HASH is the first sixteen bytes of the change's. With each change goes all that lies before it. Behind
/// each tip stand some of the changes before it in its chain, ever farther apart: whoever does not know the tip yet
/// mostly knows one of these, and so sends little that is here already. The count tells a whole file from one cut off.
public struct FrontierFile: Hashable, Sendable {
    /// Which workspace.
    public let workspace: WorkspaceID
    /// The tips of all branches.
    public let tips: [Cause]
    /// Changes before the tips.
    public let past: [Cause]

    /// What a replica of `workspace` holds.
    public init(workspace: WorkspaceID, tips: [Cause], past: [Cause] = []) {
        (self.workspace, self.tips, self.past) = (workspace, tips, past)
    }

    /// Every change it names.
    public var held: [Cause] { tips + past }

    /// More than any workspace's.
    private static let byteLimit = 64 << 20

    /// The file's lines, each with its line break.
    public var text: String {
        let lines = tips.map { Self.line("tip", $0) } + past.map { Self.line("past", $0) }
        return (["nexus-frontier 1", "workspace \(workspace.text)"] + lines + ["end \(lines.count)", ""])
            .joined(separator: "\n")
    }

    private static func line(_ word: String, _ change: Cause) -> String {
        "\(word) \(change.replica.text) \(change.number) \(Base32.text(change.prefix))"
    }

    /// Reads such a text; blanks at a line's end and empty lines are passed over.
    ///
    /// - Throws: `.notAFrontier` at the first line that is not what it has to be.
    public init(_ text: String) throws(BundleFailure) {
        var lines = LineWalk(text)
        guard lines.next() == ["nexus-frontier", "1"], let second = lines.next(), second.count == 2,
            second[0] == "workspace", let workspace = Base32.bytes(second[1]).flatMap({ WorkspaceID($0) })
        else { throw .notAFrontier(line: max(lines.number, 1)) }
        self.workspace = workspace
        var (tips, past): ([Cause], [Cause]) = ([], [])
        while let words = lines.next() {
            if words == ["end", "\(tips.count + past.count)"] {
                (self.tips, self.past) = (tips, past)
                return
            }
            guard let change = Self.change(words) else { throw .notAFrontier(line: lines.number) }
            if words[0] == "tip" { tips.append(change) } else { past.append(change) }
        }
        throw .notAFrontier(line: lines.number)
    }

    /// Reads a file.
    public init(path: String) throws(BundleFailure) {
        let file = try MappedFile(path: path)
        guard file.count <= Self.byteLimit,
            let text = String(validating: file.bytes(0..<file.count), as: UTF8.self)
        else { throw .notAFrontier(line: 1) }
        try self.init(text)
    }

    private static func change(_ words: [Substring]) -> Cause? {
        guard words.count == 4, words[0] == "tip" || words[0] == "past",
            let replica = Base32.bytes(words[1]).flatMap({ ReplicaID($0) }),
            let number = UInt64(words[2]), (1...ChangeNumber.limit).contains(number),
            let prefix = Base32.bytes(words[3]), prefix.count == Cause.prefixByteCount
        else { return nil }
        return Cause(replica: replica, number: number, prefix: prefix)
    }

    /// Writes the file, whole or not at all, for its owner's eyes only.
    ///
    /// - Throws: `.exists` if there is a file of that name and it is not to be replaced.
    public func write(to path: String, replacing: Bool) throws(BundleFailure) {
        let file = try NewFile(path: path)
        try file.write(Array(text.utf8))
        try file.appear(replacing: replacing)
    }
}

/// Lines as words, with the number of the last one read.
private struct LineWalk {
    private var rest: Substring
    private(set) var number = 0

    init(_ text: String) { rest = text[...] }

    mutating func next() -> [Substring]? {
        while !rest.isEmpty {
            number += 1
            let line = rest.prefix { !$0.isNewline }
            rest = rest[line.endIndex...].dropFirst()
            let words = line.split(separator: " ")
            if !words.isEmpty { return words }
        }
        return nil
    }
}

extension Replica {
    /// What this replica holds, to be carried to another.
    public func frontierFile() throws(StorageFailure) -> FrontierFile {
        FrontierFile(workspace: workspace, tips: try frontier(), past: try frontierSamples())
    }

    /// What a person is known to have seen: the tips of all their devices' chains as far as they are here. With each goes
    /// all that lies in its causal past.
    public func seen(by person: ChangeID) throws(StorageFailure) -> [Cause] {
        try readLog { log in
            let members = Members(log: log)
            return try log.branches.all().filter { try members.member($0.replica.device)?.person == person }
                .map(\.tipAsCause)
        }
    }
}
