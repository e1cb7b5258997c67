import CRDT
import ChangeLog
public import Channels
import Inbox
public import Storage
import Sync

/// Sends one channel account's messages: the only caller of its provider.
///
/// Each round takes the lease, syncs, decides on the state as of one transaction, bids, and asks the provider only for
/// what the relay has granted, within ten seconds of asking for that. What it does not come to know is noted as unknown,
/// and never tried again by itself.
public final class Dispatcher {
    /// How long after bidding a provider may still be asked, in milliseconds: whoever was asleep meanwhile asks anew.
    public static let grace: UInt64 = 10_000
    /// How many messages are bid for at once: as many as a provider usually takes within that time.
    static let batch = 16
    /// How often in turn a round decides anew where the relay granted nothing, or too late.
    static let patience = 4
    /// How long a lease is used before it is renewed, in milliseconds.
    static let renewal: UInt64 = 10_000

    let replica: Replica
    let account: RootID
    let ids: NaturalID
    let relay: any GatewayRelay
    let provider: any Provider
    let clock: GatewayClock
    /// What this process has bid for, and not asked the provider to send.
    private var unasked: Set<DispatchPlan.Underway> = []

    /// - Throws: `.notAGateway`.
    public init(
        _ replica: Replica, relay: any GatewayRelay, provider: any Provider, clock: GatewayClock
    ) throws {
        guard let account = try replica.localValue(.channel).bytes.flatMap({ RootID(bytes: $0) }),
            let secret = try replica.localValue(.secret).bytes
        else { throw GatewayFailure.notAGateway }
        (self.replica, self.account, ids) = (replica, account, NaturalID(secret: secret))
        (self.relay, self.provider, self.clock) = (relay, provider, clock)
    }

    /// What a round did, each by how many messages.
    public struct Report: Hashable, Sendable {
        /// The provider took them.
        public var dispatched = 0
        /// A person has to look at them.
        public var held = 0
        /// They are not sent.
        public var dropped = 0
        /// The provider refused them.
        public var failed = 0
        /// Nobody knows whether the provider took them.
        public var unknown = 0
        /// They are tried again later.
        public var postponed = 0
        /// When there is something to do again without anything happening, in milliseconds since 1970 by the relay's
        /// clock; nil where there is not.
        public var nextAt: Int64?

        /// Nothing yet.
        public init() {}
    }

    // MARK: A round

    /// - Throws: `.leaseTaken`, or what the relay throws. Whatever was stored before stays stored.
    public func round() throws -> Report {
        var report = Report()
        var lease = try takeLease()
        try relay.sync()
        try settleForgotten(&report)
        var disappointments = 0
        while disappointments < Self.patience {
            if lease.age(at: clock.running()) > Self.renewal { lease = try takeLease() }
            // A relay that takes so long to answer does not tell the time.
            guard lease.age(at: clock.running()) <= Self.renewal else { break }
            let bids = try decide(lease, now: lease.time(at: clock.running()), &report)
            try relay.sync()
            guard !bids.isEmpty else { break }
            disappointments = try send(bids, &report) > 0 ? 0 : disappointments + 1
        }
        try relay.sync()
        return report
    }

    /// Gives the lease back, so that another gateway need not wait until it runs out.
    public func giveBack() throws { _ = try relay.lease(LeaseScope(of: account), givesBack: true) }

    // MARK: The lease

    struct Holding {
        let token: LeaseToken
        /// By the relay's clock, in milliseconds since 1970, when it answered.
        let time: Int64
        /// When the lease was asked for, by the clock that nobody sets.
        let startedAt: UInt64
        /// When the answer was here, by that clock.
        let answeredAt: UInt64
        /// What was queued before may have been sent, without the relay's remembering it: milliseconds since 1970.
        let steadySince: Int64

        /// For how long it may have been held, in milliseconds.
        func age(at running: UInt64) -> UInt64 { running - startedAt }

        /// The relay's clock, in milliseconds since 1970: never ahead of it, and behind by what the answer took to come.
        func time(at running: UInt64) -> Int64 { time + Int64(clamping: running - answeredAt) }
    }

    private func takeLease() throws -> Holding {
        let startedAt = clock.running()
        let reply = try relay.lease(LeaseScope(of: account), givesBack: false)
        guard reply.outcome == .lent else { throw GatewayFailure.leaseTaken(until: reply.until) }
        let token = LeaseToken(
            scope: LeaseScope(of: account), incarnation: reply.incarnation, counter: reply.counter)
        return Holding(
            token: token, time: Int64(clamping: reply.time), startedAt: startedAt, answeredAt: clock.running(),
            steadySince: try RelayMemory(replica).doubtBefore(reply.steadySince))
    }

    // MARK: Deciding

    struct PendingBid {
        let change: ChangeID
        let conversation: RootID
        let customer: String
        let step: DispatchPlan.Step
        let askedAt: UInt64

        var attempt: DispatchPlan.Underway { .init(message: step.message, attempt: step.attempt) }
    }

    /// Holds, drops and bids, all on one state.
    private func decide(_ lease: Holding, now: Int64, _ report: inout Report) throws -> [PendingBid] {
        let askedAt = clock.running()
        report.nextAt = nil
        let bids = try replica.transact(now: clock.wall()) { transaction in
            let reader = try DispatchReader(
                transaction.database, ids: ids, now: now, steadySince: lease.steadySince)
            let writer = InboxWriter(transaction)
            var bids: [PendingBid] = []
            for plan in try reader.plans(for: account) {
                for step in plan.steps {
                    if let bid = try act(on: step, plan, writer, lease, room: Self.batch - bids.count, &report) {
                        bids.append(
                            PendingBid(
                                change: bid, conversation: plan.conversation, customer: plan.customer ?? "", step: step,
                                askedAt: askedAt))
                    }
                }
            }
            return bids
        }
        unasked.formUnion(bids.map(\.attempt))
        return bids
    }

    /// - Returns: the change that bids, if one does.
    private func act(
        on step: DispatchPlan.Step, _ plan: DispatchPlan, _ writer: InboxWriter, _ lease: Holding, room: Int,
        _ report: inout Report
    ) throws -> ChangeID? {
        switch step.decision {
        case .hold:
            if try writer.note(step, in: plan.conversation) != nil { report.held += 1 }
        case .drop:
            if try writer.note(step, in: plan.conversation) != nil { report.dropped += 1 }
        case .wait(let time):
            if let time { report.nextAt = min(report.nextAt ?? .max, time) }
        case .send where room > 0: return try writer.bid(step, in: plan.conversation, lease: lease.token)
        case .send: break
        }
        return nil
    }

    // MARK: Sending

    /// What the relay refuses is decided anew, with what it knew and this gateway did not.
    ///
    /// - Returns: of how many it came to something. A grant that came too late did not, and on a slow line the next would
    ///   not either.
    private func send(_ bids: [PendingBid], _ report: inout Report) throws -> Int {
        var settled = 0
        for bid in bids {
            guard try replica.ruling(on: bid.change) == .granted else { continue }
            let result = outcome(of: bid)
            if result != .notAsked { settled += 1 }
            try settle(bid, result, &report)
        }
        return settled
    }

    private func outcome(of bid: PendingBid) -> SendingResult {
        guard let message = OutgoingMessage(bid.step, to: bid.customer) else {
            return .held(.templateChanged, code: "template", details: nil)
        }
        guard clock.running() - bid.askedAt < Self.grace else { return .notAsked }
        unasked.remove(bid.attempt)
        return SendingResult(provider.send(message), attempt: bid.step.attempt)
    }

    private func settle(_ bid: PendingBid, _ result: SendingResult, _ report: inout Report) throws {
        _ = try replica.transact(now: clock.wall()) { transaction in
            try InboxWriter(transaction).settle(
                bid.step.message, attempt: bid.step.attempt, result, in: bid.conversation, ids: ids)
        }
        switch result {
        case .sent: report.dispatched += 1
        case .refused: report.failed += 1
        case .unknown: report.unknown += 1
        case .held: report.held += 1
        case .notAsked, .postponed: report.postponed += 1
        }
    }

    /// What was granted to a process that is no more, or to another gateway, may have been sent or not.
    private func settleForgotten(_ report: inout Report) throws {
        let now = Int64(clamping: clock.wall())
        report.unknown += try replica.transact(now: clock.wall()) { transaction in
            let plans = try DispatchReader(transaction.database, ids: ids, now: now).plans(for: account)
            let writer = InboxWriter(transaction)
            var count = 0
            for plan in plans {
                for attempt in plan.underway {
                    let result = unasked.contains(attempt) ? SendingResult.notAsked : .unknown(details: nil)
                    let change = try writer.settle(
                        attempt.message, attempt: attempt.attempt, result, in: plan.conversation, ids: ids)
                    if change != nil, !unasked.contains(attempt) { count += 1 }
                }
            }
            return count
        }
    }
}
