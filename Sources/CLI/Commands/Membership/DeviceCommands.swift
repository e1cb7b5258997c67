import ArgumentParser
import CRDT
import ChangeLog
import Inbox
import Storage

/// `nexus device`
struct DeviceGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "device", abstract: "List devices, name this one, and cut lost ones off.",
        subcommands: [DeviceList.self, DeviceName.self, DeviceRevoke.self], defaultSubcommand: DeviceList.self)
}

/// `nexus device list`
struct DeviceList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List every device that belongs.")

    @OptionGroup var options: GlobalOptions
    @Flag(help: "Also those that were cut off.") var all = false

    func run() throws {
        let replica = try options.home.open(.reading)
        let (members, people) = try replica.read { (try Member.all(in: $0), try People($0)) }
        let words = OperationWords(people)
        let shown = members.filter { all || !$0.isRevoked }
        if options.json {
            let list = shown.map { JSONOutput(device: $0, words, isThis: $0.device == replica.id.device) }
            return Console.print(JSONOutput.array(list).text())
        }
        let table = TextTable(
            columns: [
                .init("DEVICE", 10), .init("NAME", 18), .init("PERSON", 20), .init("ROLE", 11), .init("IN SINCE", 26),
                .init("", 0),
            ], width: Console.width)
        let rows = shown.map { member in
            let remark = member.isRevoked ? "cut off" : member.device == replica.id.device ? "this device" : ""
            return [
                String(member.device.text.prefix(8)), member.deviceName, words.name(of: member), member.role.name,
                member.admitted.map { OperationWords.time($0.milliseconds) } ?? "not yet", remark,
            ]
        }
        table.lines(rows).forEach(Console.print)
    }
}

/// `nexus device name`
struct DeviceName: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "name", abstract: "Call this device something.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "For instance: Maya's phone.") var name: String

    func run() throws {
        try Names.check(name)
        let change = try options.home.open().transact(now: WallClock.now()) { try $0.nameDevice(name) }
        Acknowledgement(change: change.id).print(json: options.json)
    }
}

/// `nexus device revoke`
struct DeviceRevoke: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Cut devices off: what they write from now on counts for nobody.",
        discussion: """
            What is here of theirs stays. With --since nothing stays that came here later: for a device that was stolen \
            a while ago. What no longer counts is kept, see nexus quarantine, and can be adopted. Whoever has the device \
            can still read what is on it.
            """)

    @OptionGroup var options: GlobalOptions
    @Argument(help: "The device's name, or the start of its id.") var devices: [String] = []
    @Option(help: "All devices of a person.") var person: String?
    @Option(help: "Nothing counts that came here since: 2026-11-22 or 2026-11-22T15:30:00Z.") var since: String?

    func run() throws {
        let time = try TimeOption.milliseconds(since).map { UInt64(clamping: $0) }
        let replica = try options.home.open()
        let lookup = try MemberLookup(replica)
        var keys = try devices.map { try lookup.device($0).device }
        if let person {
            let id = try lookup.person(person).person
            keys += try replica.read { try Member.all(in: $0) }.filter { $0.person == id && !$0.isRevoked }.map(
                \.device)
        }
        guard !keys.isEmpty else { throw person == nil ? CLIFailure.noDevice : MembershipFailure.alreadySo }
        let changes = try replica.transact(now: WallClock.now()) { try $0.revoke(keys, since: time) }
        Acknowledgement(change: changes.last?.id).print(json: options.json)
        if !options.json {
            Console.print("Cut off: \(Plural.of(keys.count, "device")). Sync, so that the others know.")
        }
    }
}

extension JSONOutput {
    fileprivate init(device: Member, _ words: OperationWords, isThis: Bool) {
        self = .object([
            ("device", .string(device.device.text)), ("name", .string(device.deviceName)),
            ("person", .object([("id", .string(device.person.text)), ("name", .string(words.name(of: device)))])),
            ("role", .string(device.role.name)),
            ("admitted", JSONOutput(device.admitted.map { OperationWords.time($0.milliseconds) })),
            ("revoked", .bool(device.isRevoked)), ("thisDevice", .bool(isThis)),
        ])
    }
}
