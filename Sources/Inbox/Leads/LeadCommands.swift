public import CRDT
import ChangeLog
import GRDB
import Storage

import struct Foundation.Data

extension InboxWriter {
    /// Sets fields of a person that are not so already, on the lead with the lowest id.
    ///
    /// - Returns: nil if all of them are.
    public func setLead(_ text: String, _ patch: LeadPatch) throws -> ChangeID? {
        let group = try LeadGroup(of: try lead(text).row, in: database)
        let plan = try LeadPlan(
            patch, on: group, by: transaction.author().role, settings: WorkspaceSettings(database), in: database)
        return try commit(plan)
    }

    /// Leaves a note about a person among the team.
    public func noteLead(_ text: String, _ body: String) throws -> Written {
        try Self.check(body)
        let group = try LeadGroup(of: try lead(text).row, in: database)
        let root = InboxSchema.lead
        let note = Operation(
            field: root.number(of: "note"), action: .append(Element(fields: [.init(1, .text(body))])))
        guard let head = group.ids.first, let change = try commit([note], on: head, of: root) else {
            throw InboxFailure.unknown(.lead, text)
        }
        return Written(message: ElementID(change: change.id, body: 0, operation: 0), change: change.id)
    }

    /// Says that two leads are two people, whatever they share.
    ///
    /// - Returns: nil if somebody has said so.
    public func keepApart(_ one: String, _ other: String) throws -> ChangeID? {
        let pair = try pair(one, other)
        let root = InboxSchema.lead
        let add = Operation(field: root.number(of: "apart"), action: .add(.bytes(pair[1].id.bytes)))
        try requireRight(to: [add], on: root)
        guard try removals(of: pair).isEmpty else { return nil }
        return try commit([add], on: pair[0].id, of: root)?.id
    }

    /// Takes back that two leads are two people. Whether they are one is then seen from what they share.
    ///
    /// - Returns: nil if nobody has said so.
    public func undoKeepApart(_ one: String, _ other: String) throws -> ChangeID? {
        let pair = try pair(one, other)
        let root = InboxSchema.lead
        try requireRight(
            to: [Operation(field: root.number(of: "apart"), action: .remove(.bytes(pair[1].id.bytes), dots: []))],
            on: root)
        let segments = try removals(of: pair)
        return segments.isEmpty ? nil : try transaction.commit(Draft(segments: segments)).id
    }

    // MARK: Helpers

    private func commit(_ plan: LeadPlan) throws -> ChangeID? {
        try requireRight(to: plan.wanted, on: InboxSchema.lead)
        return plan.segments.isEmpty ? nil : try transaction.commit(Draft(segments: plan.segments)).id
    }

    /// Two leads, the one with the lower id first. Both are meant as they are, not all that are one person with them.
    private func pair(_ one: String, _ other: String) throws -> [(row: Int64, id: RootID)] {
        let pair = try [lead(one), lead(other)].sorted { $0.id < $1.id }
        guard pair[0].id != pair[1].id else { throw InboxFailure.lead(.sameLead) }
        return pair
    }

    /// What takes back all that was said of the two, on either.
    private func removals(of pair: [(row: Int64, id: RootID)]) throws -> [Segment] {
        let root = InboxSchema.lead
        return try zip(pair, pair.reversed()).compactMap { lead, other in
            let dots = try SetReader(root, "apart", of: lead.row, in: database).dots(of: other.id)
            guard !dots.isEmpty else { return nil }
            let removal = Operation(
                field: root.number(of: "apart"), action: .remove(.bytes(other.id.bytes), dots: dots))
            return Segment(kind: root.number, root: lead.id, operations: [removal])
        }
    }
}
