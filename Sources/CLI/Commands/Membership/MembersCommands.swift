import ArgumentParser
import CRDT
import ChangeLog
import Inbox
import Storage

/// `nexus members`
struct MembersGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "members", abstract: "List who belongs, and give them other roles.",
        subcommands: [MembersList.self, MembersRole.self], defaultSubcommand: MembersList.self)
}

/// `nexus members` without more
struct MembersList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List who belongs, and as what.")

    @OptionGroup var options: GlobalOptions
    @Flag(help: "Also those who were cut off.") var all = false

    func run() throws {
        let replica = try options.home.open(.reading)
        let roster = try Roster(replica)
        let people = roster.people.filter { all || !$0.isGone }
        if options.json { return Console.print(JSONOutput.array(people.map { JSONOutput(member: $0) }).text()) }
        let table = TextTable(
            columns: [.init("NAME", 24), .init("ROLE", 11), .init("DEVICES", 9), .init("", 0)], width: Console.width)
        table.lines(people.map { [$0.name, $0.role.name, "\($0.present)", $0.remark] }).forEach(Console.print)
    }
}

/// `nexus members role`
struct MembersRole: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "role", abstract: "Give a person another role, on all of their devices.",
        discussion: """
            With fewer rights than before, of what they wrote and nobody here has heard of yet, that counts which the new \
            role may do; the rest is kept in quarantine. To hand the workspace over, make somebody an owner first, and \
            then yourself something else.
            """)

    @OptionGroup var options: GlobalOptions
    @Argument(help: "The person's name, or the start of their id.") var person: String
    @Argument(help: "owner, admin, agent or viewer.") var role: String

    func run() throws {
        let names = Role.allCases.filter(\.isForPeople).map(\.name)
        let role = try Choice.of(role, named: "role", among: names) { Role(name: $0) }
        let replica = try options.home.open()
        let member = try MemberLookup(replica).person(person)
        let changes = try replica.transact(now: WallClock.now()) { try $0.setRole(of: member.person, to: role) }
        Acknowledgement(change: changes.last?.id).print(json: options.json)
        if !options.json { Console.print("\(TerminalText.safe(member.name, multiline: false)) is \(role.name) now.") }
    }
}

/// Devices by the people who use them.
struct Roster {
    /// A person or a machine, with what it may do.
    struct Entry {
        let id: ChangeID
        let name: String
        let role: Role
        let devices: [Member]

        var present: Int { devices.count { !$0.isRevoked } }
        var isGone: Bool { present == 0 }
        var remark: String {
            if isGone { return "cut off" }
            return devices.allSatisfy { $0.admitted == nil } ? "not admitted yet" : ""
        }
    }

    let people: [Entry]

    init(_ replica: Replica) throws {
        let (members, people) = try replica.read { (try Member.all(in: $0), try People($0)) }
        var order: [ChangeID] = []
        var devicesByPerson: [ChangeID: [Member]] = [:]
        for member in members {
            if devicesByPerson[member.person] == nil { order.append(member.person) }
            devicesByPerson[member.person, default: []].append(member)
        }
        self.people = order.compactMap { id in
            guard let devices = devicesByPerson[id] else { return nil }
            let present = devices.filter { !$0.isRevoked }
            guard let first = present.first ?? devices.first else { return nil }
            let name = people.person(id)?.name ?? first.name
            return Entry(
                id: id, name: name.isEmpty ? "the \(first.role.name)" : name, role: first.role, devices: devices)
        }
    }
}

/// Finds a member by what somebody wrote.
struct MemberLookup {
    private let members: [Member]
    private let people: People

    init(_ replica: Replica) throws {
        (members, people) = try replica.read { (try Member.all(in: $0), try People($0)) }
    }

    /// A device of the person of that name, or with an id that begins so: one that was not cut off, if there is.
    func person(_ text: String) throws -> Member {
        let id = try people.named(text).id
        let devices = members.filter { $0.person == id }
        guard let member = devices.first(where: { !$0.isRevoked }) ?? devices.first else {
            throw InboxFailure.unknown(.person, text)
        }
        return member
    }

    /// A device of that name, or with a key that begins so.
    func device(_ text: String) throws -> Member {
        let named = members.filter { $0.deviceName == text }
        let found = !named.isEmpty || text.utf8.count < 4 ? named : members.filter { $0.device.text.hasPrefix(text) }
        guard let member = found.first else { throw MembershipFailure.unknownDevice(text) }
        guard found.count == 1 else { throw MembershipFailure.ambiguousDevice(text) }
        return member
    }
}

/// That something was written, with the id of the change.
struct Acknowledgement {
    let change: ChangeID?

    func print(json: Bool) {
        if json { Console.print(JSONOutput.object([("change", JSONOutput(change?.text))]).text()) }
    }
}

extension JSONOutput {
    fileprivate init(member: Roster.Entry) {
        self = .object([
            ("person", .object([("id", .string(member.id.text)), ("name", .string(member.name))])),
            ("role", .string(member.role.name)), ("revoked", .bool(member.isGone)),
            ("devices", .array(member.devices.map { .string($0.device.text) })),
        ])
    }
}
