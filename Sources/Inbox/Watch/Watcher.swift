import CRDT
import ChangeLog
import GRDB
public import Storage

/// Says what happens on a replica, event by event, from a position that is kept on the device.
///
/// Whoever tells an event first writes the position with it as *in flight*, and that is what acknowledges the one before:
/// killed at any moment, only the event in flight may come again, and it is known to be that.
public final class Watcher {
    /// So many changes are looked at together.
    private static let batchSize = 256

    private let replica: Replica
    private let person: ChangeID
    private let notice: Int64
    /// Up to where everything was told.
    public private(set) var position: WatchPosition
    /// What is to be told, with the position behind it.
    private var queue: [(event: Event, after: WatchPosition)] = []
    /// When it is to be told of each conversation that its window closes soon; nil before they were looked for.
    private var alarms: [RootID: WatchPosition.Alarm]?
    /// What was in flight when the position was written last.
    private var suspect: String?

    /// - Parameters:
    ///   - position: where to go on; nil for what happens from now on.
    ///   - notice: how long before a window closes it is told, in milliseconds.
    public init(_ replica: Replica, from position: WatchPosition?, notice: Int64, now: Int64) throws {
        guard let member = try replica.member(replica.id.device) else { throw StorageFailure.notAMember }
        (self.replica, person, self.notice) = (replica, member.person, notice)
        self.position = try position ?? WatchPosition(behindAllIn: replica, now: now)
        suspect = self.position.inFlight
        self.position.inFlight = nil
    }

    /// Something to tell.
    public struct Notice: Hashable, Sendable {
        /// What.
        public let event: Event
        /// Whether it may have been told before: it was in flight when the one who told it was stopped.
        public let isAgain: Bool
        /// To be written before it is told: what came before is acknowledged, and this is in flight.
        public let position: WatchPosition
        fileprivate let after: WatchPosition
    }

    /// What is to be told next; nil where there is nothing just now. Until ``acknowledge(_:)`` it is the same.
    ///
    /// - Parameter now: milliseconds since 1970.
    public func next(now: Int64) throws -> Notice? {
        while queue.isEmpty, try readChanges(now: now) {}
        if queue.isEmpty { try readAlarms(now: now) }
        guard let (event, after) = queue.first else { return nil }
        var position = position
        position.inFlight = event.id
        return Notice(event: event, isAgain: event.id == suspect, position: position, after: after)
    }

    /// It was told.
    public func acknowledge(_ notice: Notice) {
        (position, suspect) = (notice.after, nil)
        queue.removeFirst()
    }

    /// When the next window is to be told of; nil where none is. In milliseconds since 1970.
    public var nextAlarm: Int64? { alarms?.values.filter { $0 > position.alarm }.map(\.due).min() }

    // MARK: Reading

    /// - Returns: whether there was anything to read.
    private func readChanges(now: Int64) throws -> Bool {
        let changes = try replica.changes(beyond: position.log, limit: Self.batchSize)
        guard !changes.isEmpty else { return false }
        var after = position
        for change in changes {
            let steps =
                try replica.isKnown(change, before: after.log) ? [] : steps(of: change, from: after.step, now: now)
            for step in steps {
                after.step = step.number + 1
                queue.append((step.event, after))
            }
            after.log.pass(change)
            after.step = 0
            if !steps.isEmpty { queue[queue.count - 1].after = after }
        }
        // What means nothing is behind at once, or together with the event before it.
        if queue.isEmpty { position = after } else { queue[queue.count - 1].after = after }
        try look(at: Set(changes.flatMap(\.parts).map(\.root)), now: now)
        return true
    }

    private func steps(of change: ChangeContent, from first: UInt64, now: Int64) throws -> [EventReader.Step] {
        let overtaken = try Overtaken(by: change, in: replica)
        return try read(now: now, overtaken: overtaken) { try $0.steps(of: change).filter { $0.number >= first } }
    }

    private func look(at roots: Set<RootID>, now: Int64) throws {
        guard alarms != nil else { return }
        for root in roots { alarms?[root] = try read(now: now) { try $0.alarm(of: root) } }
    }

    private func readAlarms(now: Int64) throws {
        if alarms == nil {
            let all = try read(now: now) { try $0.alarms() }
            alarms = Dictionary(all.map { ($0.conversation, $0) }, uniquingKeysWith: { first, _ in first })
        }
        let due = (alarms ?? [:]).values.filter { $0 > position.alarm && $0.due <= now }.sorted()
        var after = position
        for alarm in due {
            after.alarm = alarm
            guard let event = try read(now: now, { try $0.event(of: alarm) }) else { continue }
            queue.append((event, after))
        }
        if queue.isEmpty { position = after }
    }

    private func read<Result>(
        now: Int64, overtaken: Overtaken = Overtaken(), _ body: (EventReader) throws -> Result
    ) throws -> Result {
        try replica.read { database in
            let reader = try EventReader(
                database, for: person, now: now, notice: notice, alarm: position.alarm, overtaken: overtaken)
            return try body(reader)
        }
    }
}
