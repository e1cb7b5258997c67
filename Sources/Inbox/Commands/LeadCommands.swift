public import CRDT
import ChangeLog
import GRDB
import Storage

/// What to set on a lead; nil leaves a field as it is.
public struct LeadPatch: Hashable, Sendable {
    /// The person's name.
    public var name: String?
    /// E-mail address.
    public var email: String?
    /// Phone number.
    public var phone: String?
    /// How far the lead has come.
    public var status: String?
    /// 0 to 100.
    public var score: Int64?

    /// Nothing to set.
    public init(
        name: String? = nil, email: String? = nil, phone: String? = nil, status: String? = nil, score: Int64? = nil
    ) {
        (self.name, self.email, self.phone) = (name, email, phone)
        (self.status, self.score) = (status, score)
    }
}

extension InboxWriter {
    /// Sets fields of a lead that are not so already.
    ///
    /// - Returns: nil if all of them are.
    public func setLead(_ text: String, _ patch: LeadPatch) throws -> ChangeID? {
        if let status = patch.status, !LeadStatus.isValid(status) { throw InboxFailure.badLeadStatus(status) }
        if let score = patch.score, !(0...100).contains(score) { throw InboxFailure.scoreOutOfRange(score) }
        let lead = try lead(text)
        let shown = try LeadReader(database).lead(at: lead.row)
        let root = InboxSchema.lead
        var operations: [Operation] = []
        for (field, new, old) in [
            ("name", patch.name, shown.name), ("email", patch.email, shown.email), ("phone", patch.phone, shown.phone),
        ] {
            guard let new, new != old else { continue }
            guard new.utf8.count <= FormatLimit.text.rawValue else {
                throw InboxFailure.textTooLong(byteCount: new.utf8.count)
            }
            operations.append(root.write(field, new.isEmpty ? .null : .text(new)))
        }
        if let status = patch.status, status != shown.status { operations.append(root.set("status", .text(status))) }
        if let score = patch.score, score != shown.score { operations.append(root.set("score", .integer(score))) }
        return try commit(operations, on: lead.id, of: root)?.id
    }
}
