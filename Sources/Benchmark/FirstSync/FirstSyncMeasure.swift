import ChangeLog
public import Inbox
import Replication
import Storage

import struct Foundation.Data
import class Foundation.FileHandle
import class Foundation.JSONDecoder
import class Foundation.Pipe
import class Foundation.Process
import struct Foundation.URL

/// Measures how a whole history gets from one device over a relay to a new one: who founded the workspace imports it and
/// pushes, and somebody joins and pulls, in a process of their own.
public struct FirstSyncMeasure {
    private let program: String
    private let directory: String
    private let relay: RelayProcess
    private let say: (String) -> Void

    /// - Parameters:
    ///   - program: this very `nexus`, which becomes the new device.
    ///   - relayProgram: a `nexus`, which becomes the relay.
    ///   - directory: for the replicas and the relay's data; it is removed at the end.
    ///   - say: is told now and then what is being done.
    public init(program: String, relayProgram: String, directory: String, say: @escaping (String) -> Void) {
        (self.program, self.directory, self.say) = (program, directory, say)
        relay = RelayProcess(relayProgram, in: directory)
    }

    /// All there is to measure.
    ///
    /// - Parameter next: the next conversations of the history; none when all have been read.
    /// - Throws: a ``BenchmarkFailure``, or what kept a replica from working. No relay is left running.
    public func figures(_ next: () throws -> [ImportedConversation]) throws -> [Figure] {
        defer { relay.end() }
        let founder = try Replica.found(
            at: directory + "/founder.sqlite", name: "History", person: "Founder", secret: Cast.secret,
            key: RelayCast.founder, now: WallTime.now(), configuration: InboxSchema.configuration)
        let history = try read(next, into: founder)
        let (invitation, push) = try push(founder)
        say("pulling the history into a new device …")
        let start = relay.processorSeconds
        let figures = try pull(invitation)
        let served = relay.processorSeconds - start
        return history + push + pulled(figures, served: served)
    }

    // MARK: The history

    private func read(_ next: () throws -> [ImportedConversation], into founder: Replica) throws -> [Figure] {
        let spent = Spent()
        var (conversations, messages) = (0, 0)
        while case let batch = try next(), !batch.isEmpty {
            try founder.transact(now: WallTime.now()) { transaction in
                let writer = InboxWriter(transaction)
                for conversation in batch { _ = try writer.importConversation(conversation, ids: Cast.ids) }
            }
            conversations += batch.count
            messages += batch.reduce(0) { $0 + $1.messageCount }
            say("importing: \(conversations) conversations, \(messages) messages …")
        }
        return [
            Figure("conversations", "conversations", conversations), Figure("messages", "messages", messages),
            Figure("importSeconds", "importing them", spent.seconds, "s"),
        ]
    }

    private func push(_ founder: Replica) throws -> (Invitation, [Figure]) {
        say("pushing the history …")
        try relay.start()
        var place = RelayPlace(port: relay.port)
        let key = try RelayConversation(place, as: RelayCast.founder).askForKey()
        place.key = key
        let conversation = try RelayConversation(place, as: RelayCast.founder)
        let (report, seconds) = try Spent.on { try conversation.sync(founder) }
        try founder.welcomeRelay(key, now: WallTime.now())
        let invitation = try RelayCast.invitation(by: founder, relay: key)
        _ = try conversation.sync(founder)
        return (
            invitation,
            [
                Figure("pushSeconds", "pushing them: sealing, sending, the relay's commit", seconds, "s"),
                Figure("pushedChanges", "  changes", report.sent),
                Figure("pushBytes", "  bytes of bodies", report.bytesSent + report.bytesReceived, "bytes"),
                Figure("pushRoundTrips", "  round trips", report.roundTrips),
            ]
        )
    }

    // MARK: The new device

    private func pull(_ invitation: Invitation) throws -> FirstSyncFigures {
        let plain = try PlainServer()
        let (process, input, output) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = [
            "bench", "first-sync", directory + "/newcomer.sqlite", "--port", String(relay.port), "--plain-port",
            String(plain.port),
        ]
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data((invitation.text + "\n").utf8))
        try input.fileHandleForWriting.close()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        withExtendedLifetime(plain) {}
        guard process.terminationStatus == 0,
            let figures = try? JSONDecoder().decode(FirstSyncFigures.self, from: data)
        else { throw BenchmarkFailure.wrongOutcome(.wrongSync) }
        return figures
    }

    private func pulled(_ figures: FirstSyncFigures, served: Double) -> [Figure] {
        let (seconds, plain) = (max(figures.seconds, 1e-9), max(figures.plainSeconds, 1e-9))
        return [
            Figure("firstSyncSeconds", "first sync of a new device", figures.seconds, "s"),
            Figure("firstSyncRate", "  changes a second", Double(figures.changes) / seconds),
            Figure("firstSyncChanges", "  changes", figures.changes),
            Figure("firstSyncBytes", "  bytes of answer bodies", figures.bytesReceived, "bytes"),
            Figure("firstSyncRequestBytes", "  bytes of request bodies", figures.bytesSent, "bytes"),
            Figure("firstSyncRoundTrips", "  round trips", figures.roundTrips),
            Figure("firstSyncSignatures", "  signatures checked", figures.signatures),
            Figure("firstSyncProcessorSeconds", "  processor time", figures.processorSeconds, "s"),
            Figure("servingProcessorSeconds", "  the relay's", served, "s"),
            Figure("firstSyncStartBytes", "  memory at the start", figures.startKibibytes << 10, "bytes"),
            Figure(
                "firstSyncPeakBytes", "  peak memory over that", (figures.peakKibibytes - figures.startKibibytes) << 10,
                "bytes"),
            Figure("relayBytes", "relay's memory after it", relay.residentBytes, "bytes"),
            Figure("plainSeconds", "plain download of as many bytes", figures.plainSeconds, "s"),
            Figure("timesPlain", "  the first sync takes as many times that", seconds / plain),
        ]
    }
}
