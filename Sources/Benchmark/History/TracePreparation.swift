import ChangeLog
import Storage

/// Makes a trace into a history: every user action one signed change with its true causes, and all of them the pages
/// in which a new replica pulls them.
public struct TracePreparation {
    private let directory: TraceDirectory
    private let writer: PageWriter
    private var reader: TraceReader
    private var state: State
    private var facts = TraceFacts()
    /// The state when the stretch under way began, and what is in the stretch.
    private var fork: Fork?
    /// The newest stretch that is long enough on both sides.
    private var chosen: Fork?

    /// What continues from one user action to the next. As a value it can be forked.
    fileprivate struct State {
        var timeline: Timeline
        var scribe = TraceScribe(ids: Cast.ids)
        var page = Page()

        mutating func take(_ batch: TraceBatch) throws {
            let change = try timeline.author(scribe.draft(of: batch), by: batch.actor, now: batch.at)
            scribe.note(batch, as: change.id)
            page.add(change, of: batch.actor)
        }

        mutating func close(into writer: PageWriter, time: UInt64) throws {
            guard !page.isEmpty else { return }
            try writer.write(page.deltas(sealedBy: timeline), time: time)
            page = Page()
        }
    }

    /// - Parameter nextLine: the trace's lines, without their breaks; nil at the end.
    public init(in directory: TraceDirectory, nextLine: @escaping () throws -> [UInt8]?) throws {
        self.directory = directory
        reader = try TraceReader(nextLine)
        writer = try PageWriter(path: directory.history)
        let (timeline, founding) = try Timeline.founded(agents: reader.agents, now: 1)
        state = State(timeline: timeline)
        for change in founding { state.page.add(change, of: .gateway) }
        facts.changes = founding.count
        facts.workspace = timeline.workspace.text
    }

    /// Reads the trace to its end.
    ///
    /// - Parameter progress: is told now and then how many user actions were read.
    public mutating func run(progress: (Int) -> Void) throws -> TraceFacts {
        while let batch = try reader.next() {
            try beginStretch(of: batch)
            try state.take(batch)
            fork?.batches.append(batch)
            count(batch)
            if state.page.isFull { try state.close(into: writer, time: batch.at) }
            if facts.changes % 1000 == 0 { progress(facts.changes) }
        }
        try state.close(into: writer, time: facts.lastMilliseconds)
        (facts.pages, facts.deltas) = (writer.pages, writer.deltas)
        (facts.wireBytes, facts.plainBytes) = (writer.wireBytes, writer.plainBytes)
        if let chosen { facts.diverged = try Divergence(chosen, in: directory, facts: facts).make() }
        try directory.keep(facts)
        return facts
    }

    private mutating func beginStretch(of batch: TraceBatch) throws {
        guard fork?.stretch != batch.stretch else { return }
        if let ended = fork, ended.isLongEnough { chosen = ended }
        fork = Fork(state: state, stretch: batch.stretch, pages: writer.pages)
    }

    private mutating func count(_ batch: TraceBatch) {
        facts.changes += 1
        facts.operations += batch.operations.count
        facts.lastMilliseconds = batch.at
        for operation in batch.operations {
            switch operation {
            case .newConversation: facts.conversations += 1
            case .message(_, let message):
                facts.messages += 1
                facts.textBytes += message.text.utf8.count
            default: break
            }
        }
    }
}

/// A point of the history at which two replicas go apart.
private struct Fork {
    /// How many operations each side makes on its own, about.
    static let operationsPerSide = 1500

    var state: TracePreparation.State
    let stretch: Int
    /// How many pages had been closed.
    let pages: Int
    var batches: [TraceBatch] = []

    /// What each side does: those offline, and the others. Conversations made in the stretch are known to both, since
    /// what either does may need them.
    var sides: [[TraceBatch]] {
        [true, false].map { isOffline in
            var operations = 0
            return batches.filter { !$0.makesConversation && $0.isOffline == isOffline }.prefix { batch in
                defer { operations += batch.operations.count }
                return operations < Self.operationsPerSide
            }.map { $0 }
        }
    }

    var isLongEnough: Bool { sides.allSatisfy { Self.operations(in: $0) >= Self.operationsPerSide } }

    static func operations(in batches: [TraceBatch]) -> Int { batches.reduce(0) { $0 + $1.operations.count } }
}

/// Makes the two replicas that diverged.
private struct Divergence {
    private var fork: Fork
    private let directory: TraceDirectory
    private let workspace: WorkspaceID
    private let now: UInt64

    init(_ fork: Fork, in directory: TraceDirectory, facts: TraceFacts) {
        (self.fork, self.directory) = (fork, directory)
        workspace = fork.state.timeline.workspace
        now = facts.lastMilliseconds
    }

    /// - Returns: how many operations each made.
    func make() throws -> [Int] {
        let scribe = try writeCommon()
        guard let first = directory.sides.first, let second = directory.sides.last, let mine = Desk.sides.first,
            let theirs = Desk.sides.last
        else { return [] }
        try mergeCommon(into: first, of: mine)
        try theirs.takeOver(first, from: mine, to: second)
        for (place, batches) in zip(zip(directory.sides, Desk.sides), fork.sides) {
            try write(batches, scribe, in: place.1.open(place.0))
        }
        return fork.sides.map(Fork.operations)
    }

    /// Both know the conversations that are new in the stretch.
    private func writeCommon() throws -> TraceScribe {
        var state = fork.state
        let writer = try PageWriter(path: directory.common)
        for batch in fork.batches where batch.makesConversation {
            try state.take(batch)
            if state.page.isFull { try state.close(into: writer, time: batch.at) }
        }
        try state.close(into: writer, time: now)
        return state.scribe
    }

    private func mergeCommon(into path: String, of desk: Desk) throws {
        var merge = PageMerge(into: try desk.create(at: path, workspace: workspace), now: now)
        let history = try PageFile(path: directory.history)
        for _ in 0..<fork.pages {
            guard let body = try history.next() else { throw BenchmarkFailure.badDirectory }
            try merge.take(body)
        }
        let common = try PageFile(path: directory.common)
        while let body = try common.next() { try merge.take(body) }
    }

    private func write(_ batches: [TraceBatch], _ known: TraceScribe, in replica: Replica) throws {
        var scribe = known
        for batch in batches {
            try replica.transact(now: batch.at) { transaction in
                let change = try transaction.commit(scribe.draft(of: batch))
                scribe.note(batch, as: change.id)
            }
        }
    }
}
