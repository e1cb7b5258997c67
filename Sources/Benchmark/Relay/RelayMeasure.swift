import ChangeLog
import Replication
import Storage
import Sync

/// Measures a relay that it starts on this machine: how fast it passes on what some write to many who follow, and what
/// that takes of it.
public struct RelayMeasure {
    private let load: RelayLoad
    private let directory: String
    private let relay: RelayProcess
    private let say: (String) -> Void

    /// - Parameters:
    ///   - program: a `nexus`, which becomes the relay.
    ///   - directory: for the replicas and the relay's data; it is removed at the end.
    ///   - say: is told now and then what is being done.
    public init(_ load: RelayLoad, program: String, directory: String, say: @escaping (String) -> Void) {
        (self.load, self.directory, self.say) = (load, directory, say)
        relay = RelayProcess(program, in: directory)
    }

    /// All there is to measure.
    ///
    /// - Throws: a ``BenchmarkFailure``, or what kept a replica from working. No relay is left running.
    public func report() throws -> RelayReport {
        try OpenFiles.allow(load.replicas + load.writers + Self.otherFiles)
        defer { relay.end() }
        var report = RelayReport(load)
        let (place, founder) = try prepare(&report)
        let changes = WrittenChanges()
        let writers = try writers(in: founder.workspace, at: place, changes, &report)
        guard let position = try founder.relayProgress().position else {
            throw BenchmarkFailure.wrongOutcome(.wrongSync)
        }
        let followers = try Followers(load, of: founder.workspace, at: place, from: Cursor(position), changes)
        try open(followers, &report)
        try write(writers, to: followers, changes, &report)
        if load.restarts { try restart(followers, &report) }
        return report
    }

    /// What is open besides connections.
    private static let otherFiles = 256
    /// The longest time until all can follow, or all that was written has reached all, in seconds.
    private static let patience = 60.0

    // MARK: Before

    private func prepare(_ report: inout RelayReport) throws -> (RelayPlace, Replica) {
        say("admitting \(load.replicas) replicas …")
        let (founder, founding) = try Spent.on { try RelayCast.found(load, at: directory + "/founder.sqlite") }
        report.foundingSeconds = founding
        try relay.start()
        var place = RelayPlace(port: relay.port)
        let key = try RelayConversation(place, as: RelayCast.founder).askForKey()
        place.key = key
        let conversation = try RelayConversation(place, as: RelayCast.founder)
        report.pushSeconds = try Spent.on {
            try founder.welcomeRelay(key, now: WallTime.now())
            return try conversation.sync(founder)
        }.seconds
        report.idle = try conversation.sync(founder)
        return (place, founder)
    }

    private func writers(
        in workspace: WorkspaceID, at place: RelayPlace, _ changes: WrittenChanges, _ report: inout RelayReport
    ) throws -> RelayWriters {
        say("syncing \(load.writers) writers …")
        let writers = RelayWriters(load)
        let (load, directory) = (load, directory)
        report.firstSyncSeconds = try Spent.on {
            try writers.prepare { index in
                try RelayWriter(
                    index, of: load, in: workspace, at: place, file: "\(directory)/writer-\(index).sqlite", changes)
            }
        }.seconds
        return writers
    }

    private func open(_ followers: Followers, _ report: inout RelayReport) throws {
        say("opening \(load.replicas) streams …")
        report.startBytes = relay.residentBytes
        let spent = Spent()
        guard try followers.run(limit: Self.patience, until: { followers.openCount == load.replicas }) else {
            throw BenchmarkFailure.tooFewFollow(count: followers.openCount)
        }
        report.openingSeconds = spent.seconds
        report.openingLosses = followers.losses
        // What opening left behind is given back within a moment, or not at all.
        try followers.run(limit: 1) { false }
        report.idleBytes = relay.residentBytes
    }

    // MARK: Under load

    private func write(
        _ writers: RelayWriters, to followers: Followers, _ changes: WrittenChanges, _ report: inout RelayReport
    ) throws {
        say("writing for \(load.seconds) s …")
        let (own, processor, start) = (Spent(), relay.processorSeconds, Ticks.now)
        writers.start(at: start)
        let limit = Double(load.seconds) + Self.patience
        try followers.run(limit: limit) {
            try writers.areDone() && followers.deliveries.count >= changes.accepted.count * load.replicas
        }
        report.processorSeconds = relay.processorSeconds - processor
        report.ownProcessorSeconds = own.processorSeconds
        report.loadedBytes = relay.residentBytes
        (report.accepted, report.writers) = (changes.accepted.count, writers.outcome)
        report.writingSeconds = Ticks.seconds(from: start, to: changes.accepted.last)
        (report.deliveries, report.losses) = (followers.deliveries, followers.losses - report.openingLosses)
        report.deliveringSeconds = Ticks.seconds(from: start, to: followers.deliveries.last)
    }

    // MARK: Restarting

    private func restart(_ followers: Followers, _ report: inout RelayReport) throws {
        say("restarting …")
        followers.mostAtOnce = .max
        let start = Ticks.now
        relay.stop()
        guard try followers.run(limit: Self.patience, until: { !relay.isRunning }) else {
            throw BenchmarkFailure.relayIsGone
        }
        try relay.start()
        let listening = Ticks.now
        var restart = RelayReport.Restart(outageSeconds: Ticks.seconds(from: start, to: listening))
        for perCent in [50, 99, 100] {
            let count = (load.replicas * perCent + 99) / 100
            guard try followers.run(limit: Self.patience, until: { followers.openCount >= count }) else {
                throw BenchmarkFailure.tooFewFollow(count: followers.openCount)
            }
            restart.returns.append((perCent, Ticks.seconds(from: listening, to: Ticks.now)))
        }
        report.restart = restart
    }
}
