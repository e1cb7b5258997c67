import ArgumentParser
import ChangeLog
import Inbox
import Storage

/// `nexus waiting`
struct WaitingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "waiting", abstract: "List what is held and not applied yet: of whom, why, for what, since when.")

    @OptionGroup var options: GlobalOptions
    @Flag(help: "Try everything again first; what is damaged is let go.") var retry = false

    func run() throws {
        let replica = try options.home.open(retry ? .writing : .reading)
        let tried = retry ? try replica.retryWaiting(now: WallClock.now()) : nil
        let waiting = try replica.waiting()
        let names = try DeviceNames(replica, of: waiting)
        if options.json {
            Console.print(json(waiting, names, tried).text())
        } else {
            if let tried { Console.print(Self.text(tried)) }
            if waiting.isEmpty { Console.print("Nothing waits.") }
            for delta in waiting { Console.print(text(delta, names)) }
        }
    }

    private static func text(_ tried: WaitingRetry) -> String {
        let applied = "\(Plural.of(Int(clamping: tried.applied), "change")) applied"
        guard tried.dropped > 0 else { return applied + "." }
        return "\(applied); \(Plural.of(tried.dropped, "damaged delta")) let go, to be synced or imported again."
    }

    private func text(_ delta: WaitingDelta, _ names: DeviceNames) -> String {
        let numbers =
            delta.changes == 1
            ? "change \(delta.first)" : "changes \(delta.first) to \(delta.first + UInt64(delta.changes) - 1)"
        return "\(names[delta.replica]), \(numbers), since \(OperationWords.time(delta.since)): "
            + reason(of: delta, names)
    }

    private func reason(of delta: WaitingDelta, _ names: DeviceNames) -> String {
        switch (delta.reason, delta.need) {
        case (.early, .time(let due)), (_, .time(let due)):
            "stamped ahead of this device's clock; due \(OperationWords.time(due))"
        case (.gap, .change(_, let number)): "what comes before is not here; for change \(number) of the same device"
        case (.body, .change): "a part of it was withheld on the way"
        case (.cause, .change(let replica, let number)), (.early, .change(let replica, let number)):
            "it builds on what is not here; for change \(number) of \(names[replica])"
        }
    }

    private func json(_ waiting: [WaitingDelta], _ names: DeviceNames, _ tried: WaitingRetry?) -> JSONOutput {
        let deltas = waiting.map { delta in
            JSONOutput.object([
                ("replica", .string(delta.replica.text)), ("author", JSONOutput(names.known(delta.replica))),
                ("first", JSONOutput(delta.first)), ("changes", JSONOutput(delta.changes)),
                ("reason", .string(String(describing: delta.reason))), ("for", JSONOutput(need: delta.need)),
                ("since", .string(OperationWords.time(delta.since))),
            ])
        }
        return .object([
            ("applied", JSONOutput(tried.map { Int64(clamping: $0.applied) })),
            ("dropped", JSONOutput(tried.map { Int64($0.dropped) })), ("waiting", .array(deltas)),
        ])
    }
}

extension JSONOutput {
    fileprivate init(need: Need) {
        switch need {
        case .change(let replica, let number):
            self = .object([("replica", .string(replica.text)), ("number", JSONOutput(number))])
        case .time(let due): self = .object([("time", .string(OperationWords.time(due)))])
        }
    }
}

/// What to call devices: by their person's name, else by the start of their replica's id.
struct DeviceNames {
    private var nameByDevice: [DeviceID: String] = [:]

    init(_ replica: Replica, of waiting: [WaitingDelta]) throws {
        let words = OperationWords(try replica.read { try People($0) })
        var devices = Set(waiting.map(\.replica.device))
        for case .change(let other, _) in waiting.map(\.need) { devices.insert(other.device) }
        for device in devices {
            guard let member = try replica.member(device) else { continue }
            nameByDevice[device] = words.name(of: member)
        }
    }

    func known(_ replica: ReplicaID) -> String? { nameByDevice[replica.device] }

    subscript(replica: ReplicaID) -> String { known(replica) ?? "the device \(replica.text.prefix(8))" }
}
