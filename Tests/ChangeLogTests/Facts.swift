import CRDT
import Testing

@testable import ChangeLog

/// What stands in a delta, line by line, in a notation that any reader of the format can produce: how two of them are
/// compared. `Docs/FORMAT.md` describes it.
struct Facts {
    private(set) var lines: [String] = []

    init(_ changes: [Change], in workspace: WorkspaceID) throws {
        lines.append("workspace \(workspace.bytes.hex)")
        if let replica = changes.first?.replica { lines.append("replica \(replica.bytes.hex)") }
        for change in changes { try add(change) }
    }

    private mutating func add(_ change: Change) throws {
        let wire = try ChangeWire(change.wire[...])
        func note(_ line: String) { lines.append("change \(change.number) \(line)") }
        note("hash \(change.hash.bytes.hex)")
        note("id \(change.id.bytes.hex)")
        note("stamp \(change.stamp.fact)")
        for (index, cause) in change.causes.enumerated() { note("cause \(index) \(cause.fact)") }
        for (index, act) in change.acts.enumerated() { note("act \(index) \(act.fact)") }
        for (index, body) in change.bodies.enumerated() {
            note("body \(index) hash \(wire.parts[index].hash.hex)")
            guard case .here(let segment) = body else {
                note("body \(index) withheld")
                continue
            }
            note("body \(index) kind \(segment.kind) root \(segment.root.bytes.hex)")
            for (place, operation) in segment.operations.enumerated() {
                note("body \(index) operation \(place) field \(operation.field) \(operation.action.fact)")
                if case .append(let element) = operation.action {
                    let id = element.id ?? ElementID(change: change.id, body: index, operation: place)
                    note("body \(index) operation \(place) element \(id.bytes.hex)")
                }
            }
        }
    }
}

extension Sequence<UInt8> {
    /// Hexadecimal, and a dash for nothing.
    fileprivate var fact: String { hex.isEmpty ? "-" : hex }
}

extension Stamp {
    fileprivate var fact: String { "\(milliseconds) \(counter)" }
}

extension Cause {
    fileprivate var fact: String { "\(replica.bytes.hex) \(number) \(prefix.hex)" }
}

extension Value {
    fileprivate var fact: String {
        switch self {
        case .null: "null"
        case .integer(let number): "integer \(number)"
        case .text(let text): "text \(text.utf8.fact)"
        case .bytes(let bytes): "bytes \(bytes.fact)"
        }
    }
}

extension Basis {
    fileprivate var fact: String {
        switch self {
        case .nothing: "nothing"
        case .everything: "everything"
        case .heads(let heads): (["heads \(heads.count)"] + heads.map(\.fact)).joined(separator: " ")
        }
    }
}

extension Operation.Action {
    fileprivate var fact: String {
        switch self {
        case .write(let value): "write \(value.fact)"
        case .set(let value, let basis): "set \(value.fact) basis \(basis.fact)"
        case .add(let value): "add \(value.fact)"
        case .remove(let value, let dots):
            (["remove \(value.fact) dots \(dots.count)"] + dots.map(\.bytes.hex)).joined(separator: " ")
        case .append(let element): "append \(element.fact)"
        case .raise(let basis): "raise basis \(basis.fact)"
        case .unknown(let code, let payload): "unknown \(code) \(payload.fact)"
        }
    }
}

extension Element {
    fileprivate var fact: String {
        let fields = fields.map { "field \($0.number) \($0.value.fact)" }
        return
            ([
                "id \(id?.bytes.hex ?? "-")", "position \(position?.fact ?? "-")", "basis \(basis.fact)",
                "fields \(self.fields.count)",
            ] + fields).joined(separator: " ")
    }
}

extension Act {
    fileprivate var fact: String {
        switch self {
        case .found(let workspace, let person, let digest):
            "found \(workspace.utf8.fact) \(person.utf8.fact) \(digest.hex)"
        case .grant(let grant):
            "grant role \(grant.role.rawValue) device \(grant.isDevice ? 1 : 0) key \(grant.key.bytes.hex) "
                + "expires \(grant.expires.map(String.init) ?? "-") uses \(grant.uses) "
                + "person \(grant.person?.bytes.hex ?? "-")"
        case .join(let grant, let proof, let person): "join \(grant.fact) \(proof.bytes.hex) \(person.utf8.fact)"
        case .admit(let device, let grant, let milliseconds):
            "admit \(device.bytes.hex) \(grant.fact) \(milliseconds)"
        case .rename(let person): "rename \(person.utf8.fact)"
        case .revoke(let device, let tips):
            (["revoke \(device.bytes.hex) tips \(tips.count)"] + tips.map(\.fact)).joined(separator: " ")
        case .adopt(let changes):
            (["adopt \(changes.count)"] + changes.map(\.bytes.hex)).joined(separator: " ")
        case .withdraw(let grant): "withdraw \(grant.fact)"
        case .declare(let accident, let tips):
            (["declare \(accident.rawValue) tips \(tips.count)"] + tips.map(\.fact)).joined(separator: " ")
        case .nameDevice(let name): "name-device \(name.utf8.fact)"
        case .bid(let bid):
            "bid \(bid.subject.bytes.hex) \(bid.content.fact) \(bid.attempt) \(bid.lease.scope.bytes.hex) "
                + "\(bid.lease.incarnation) \(bid.lease.counter)"
        case .rule(let ruling): "rule \(ruling.refusal?.rawValue ?? 0) \(ruling.bid.fact)"
        case .unknown(let code, let payload): "unknown \(code) \(payload.fact)"
        }
    }
}
