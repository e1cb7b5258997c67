import CRDT
import ChangeLog
public import Channels
import Inbox
public import Storage

/// Takes in what a provider tells: messages, receipts, and news of templates.
public struct EventIntake {
    private let replica: Replica
    private let ids: NaturalID
    private let clock: GatewayClock

    /// What came of some events, by how many.
    public struct Report: Hashable, Sendable {
        /// They were new, and are stored.
        public var stored = 0
        /// They were known, or concern nothing here.
        public var passedOver = 0
        /// They cannot be read.
        public var unreadable = 0
    }

    /// - Throws: `.notAGateway`.
    public init(_ replica: Replica, clock: GatewayClock) throws {
        guard let secret = try replica.localValue(.secret).bytes, try replica.localValue(.channel) != .null else {
            throw GatewayFailure.notAGateway
        }
        (self.replica, self.clock, ids) = (replica, clock, NaturalID(secret: secret))
    }

    /// Stores them, each durable when this returns; the same twice is one.
    ///
    /// - Throws: what storing throws; what was stored before stays stored.
    public func take(_ events: [ProviderEvent]) throws -> Report {
        var report = Report()
        for event in events {
            do {
                if case .unreadable = event {
                    report.unreadable += 1
                } else if try store(event) == nil {
                    report.passedOver += 1
                } else {
                    report.stored += 1
                }
            } catch is LineRejection {
                report.unreadable += 1
            }
        }
        return report
    }

    private func store(_ event: ProviderEvent) throws -> ChangeID? {
        try replica.transact(now: clock.wall()) { transaction in
            let writer = InboxWriter(transaction)
            switch event {
            case .message(let message): return try writer.receive(message, ids: ids)
            case .receipt(let receipt):
                return try writer.record(
                    .init(
                        event: receipt.event, provider: receipt.providerID, reference: receipt.reference,
                        customer: receipt.customer, at: receipt.at, code: receipt.code, words: receipt.words), ids: ids)
            case .template(let update):
                switch update.news {
                case .status(let status, _):
                    return try writer.noteTemplate(update.name, update.language, status: status, ids: ids)
                case .category(let category):
                    return try writer.noteTemplate(update.name, update.language, category: category, ids: ids)
                case .components, .quality: return nil
                }
            case .ignored, .unreadable: return nil
            }
        }
    }
}
