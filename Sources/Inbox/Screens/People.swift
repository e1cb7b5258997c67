public import CRDT
import ChangeLog
public import GRDB
import Storage

import struct Foundation.Data

/// A person of the team, as screens name them.
public struct Person: Hashable, Sendable {
    /// Names the person for ever.
    public let id: ChangeID
    /// What to call them; two who chose one name offline are `Maya` and `Maya (2)`, by order of admission.
    public let name: String

    /// A person.
    public init(id: ChangeID, name: String) { (self.id, self.name) = (id, name) }
}

/// Everyone in the team.
public struct People: Sendable {
    /// Those who belong, in the order of admission. One person may have several devices.
    public let all: [Person]
    private let peopleByID: [ChangeID: Person]
    private let personByDevice: [[UInt8]: Person]

    /// As the log tells.
    public init(_ database: Database) throws {
        var timesByName: [String: Int] = [:]
        var peopleByID: [ChangeID: Person] = [:]
        var present: Set<ChangeID> = []
        var order: [Person] = []
        var personByDevice: [[UInt8]: Person] = [:]
        for member in try Member.all(in: database) where member.role != .relay && member.role != .gateway {
            var person = peopleByID[member.person]
            if person == nil {
                let times = timesByName[member.name, default: 0] + 1
                timesByName[member.name] = times
                person = Person(id: member.person, name: times == 1 ? member.name : "\(member.name) (\(times))")
            }
            personByDevice[member.device.bytes] = person
            peopleByID[member.person] = person
            if let person, !member.isRevoked, present.insert(member.person).inserted { order.append(person) }
        }
        (all, self.peopleByID, self.personByDevice) = (order, peopleByID, personByDevice)
    }

    /// The person with that id.
    public func person(_ id: ChangeID) -> Person? { peopleByID[id] }

    /// The person with the id in those sixteen bytes.
    func person(_ bytes: Data?) -> Person? { bytes.flatMap { ChangeID(bytes: $0) }.flatMap(person) }

    /// Who uses a device.
    func person(ofDevice device: some Collection<UInt8>) -> Person? { personByDevice[Array(device)] }

    /// Those with the ids in those bytes, sixteen each.
    func people(in bytes: Data?) -> [Person] {
        let bytes = Array(bytes ?? Data())
        return stride(from: 0, to: bytes.count, by: ChangeID.byteCount).compactMap { start in
            ChangeID(bytes: Array(bytes[start...].prefix(ChangeID.byteCount))).flatMap(person)
        }
    }

    /// By exact name, or by the start of an id.
    public func named(_ text: String) throws -> Person {
        let byName = all.filter { $0.name == text }
        if let person = byName.first, byName.count == 1 { return person }
        let byID = text.utf8.count < IDLookup.shortestPrefix ? [] : all.filter { $0.id.text.hasPrefix(text) }
        guard let person = byID.first else { throw InboxFailure.unknown(.person, text) }
        guard byID.count == 1 else { throw InboxFailure.ambiguous(.person, text) }
        return person
    }
}
