import Replication

/// What a measurement of a relay found.
public struct RelayReport {
    let load: RelayLoad
    var foundingSeconds = 0.0
    var pushSeconds = 0.0
    /// Of all writers, at the same time.
    var firstSyncSeconds = 0.0
    /// A sync that moved nothing.
    var idle = SyncReport()
    /// The relay's memory before anybody followed, with all following, and after all was written.
    var (startBytes, idleBytes, loadedBytes) = (0, 0, 0)
    var openingSeconds = 0.0
    var openingLosses = 0
    var accepted = 0
    var writers = RelayWriter.Outcome()
    /// From the start to the last change taken, and to the last that reached somebody.
    var (writingSeconds, deliveringSeconds) = (0.0, 0.0)
    var deliveries: DeliveryLog
    var losses = 0
    /// The relay's, and this program's, while all was written and delivered.
    var (processorSeconds, ownProcessorSeconds) = (0.0, 0.0)
    var restart: Restart?

    /// How long it took until those who followed were back.
    struct Restart {
        /// From the signal to stop until the relay listened again.
        var outageSeconds: Double
        /// Since then: how many per cent were back when.
        var returns: [(perCent: Int, seconds: Double)] = []
    }

    init(_ load: RelayLoad) { (self.load, deliveries) = (load, DeliveryLog(load)) }

    /// Whether every change that the relay took reached everybody exactly once.
    public var isComplete: Bool { missing == 0 && deliveries.repeated == 0 }

    private var missing: Int { accepted * load.replicas - deliveries.count }

    // MARK: Figures

    /// What it came to.
    public var figures: [Figure] { preparing + memory + writing + delivering + processor + restarting }

    private var preparing: [Figure] {
        [
            Figure("replicas", "replicas that follow", load.replicas),
            Figure("writers", "replicas that write", load.writers),
            Figure("foundingSeconds", "  admitting all of them, offline", foundingSeconds, "s"),
            Figure("pushSeconds", "  pushing that to the relay", pushSeconds, "s"),
            Figure("firstSyncSeconds", "  the writers' first sync, at the same time", firstSyncSeconds, "s"),
            Figure("openingSeconds", "  opening all streams", openingSeconds, "s"),
            Figure("idleRequestBytes", "idle sync: request body", idle.bytesSent, "bytes"),
            Figure("idleAnswerBytes", "  answer body", idle.bytesReceived, "bytes"),
        ]
    }

    private var memory: [Figure] {
        [
            Figure("startBytes", "relay's memory without streams", startBytes, "bytes"),
            Figure("idleBytes", "  with all of them", idleBytes, "bytes"),
            Figure("loadedBytes", "  after all was written", loadedBytes, "bytes"),
            Figure("idleBytesPerReplica", "  a stream, idle", (idleBytes - startBytes) / load.replicas, "bytes"),
            Figure(
                "loadedBytesPerReplica", "  a stream, after all was written",
                (loadedBytes - startBytes) / load.replicas,
                "bytes"),
        ]
    }

    private var writing: [Figure] {
        let roundTrips = Percentiles(writers.roundTrips)
        return [
            Figure("accepted", "changes accepted", accepted),
            Figure("acceptedRate", "  a second", Double(accepted) / max(writingSeconds, 1e-9)),
            Figure("busyAnswers", "  refused for now, and pushed again", writers.busyAnswers),
            Figure("pushP50Seconds", "  a push, median", roundTrips.seconds(500), "s"),
            Figure("pushP99Seconds", "  a push, p99", roundTrips.seconds(990), "s"),
        ]
    }

    private var delivering: [Figure] {
        let (latency, spread) = (deliveries.latency, deliveries.spread)
        return [
            Figure("deliveries", "deliveries", deliveries.count),
            Figure("deliveryRate", "  a second", Double(deliveries.count) / max(deliveringSeconds, 1e-9)),
            Figure("missingDeliveries", "  that did not come", missing),
            Figure("repeatedDeliveries", "  that came again", deliveries.repeated),
            Figure("lostStreams", "  streams lost meanwhile", losses),
            Figure("deliveryP50Seconds", "push to replica, median", latency.seconds(500), "s"),
            Figure("deliveryP99Seconds", "  p99", latency.seconds(990), "s"),
            Figure("deliveryP999Seconds", "  p99.9", latency.seconds(999), "s"),
            Figure("deliveryMaximumSeconds", "  maximum", latency.seconds(1_000), "s"),
            Figure("spreadP50Seconds", "push to all replicas, median", spread.seconds(500), "s"),
            Figure("spreadP99Seconds", "  p99", spread.seconds(990), "s"),
            Figure("spreadMaximumSeconds", "  maximum", spread.seconds(1_000), "s"),
        ]
    }

    private var processor: [Figure] {
        let seconds = max(deliveringSeconds, 1e-9)
        return [
            Figure("processorShareSeconds", "relay's processor time a second", processorSeconds / seconds, "s"),
            Figure(
                "processorNanoseconds", "  a delivery", 1e9 * processorSeconds / Double(max(1, deliveries.count)), "ns"),
            Figure(
                "ownProcessorShareSeconds", "  beside it, this program's a second", ownProcessorSeconds / seconds, "s"),
        ]
    }

    private var restarting: [Figure] {
        guard let restart else { return [] }
        let outage = Figure("outageSeconds", "restart: from the signal until it listened", restart.outageSeconds, "s")
        return [outage]
            + restart.returns.map { perCent, seconds in
                Figure("return\(perCent)Seconds", "  then until \(perCent) % were back", seconds, "s")
            }
    }
}
