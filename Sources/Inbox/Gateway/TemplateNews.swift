public import CRDT
import ChangeLog
import Storage

extension InboxWriter {
    /// Notes what the provider says of a template of the account that this gateway serves.
    ///
    /// - Parameters:
    ///   - status: nil leaves it.
    ///   - category: nil leaves it.
    /// - Returns: nil for a template that is not here, or if it is known already.
    public func noteTemplate(
        _ name: String, _ language: String, status: TemplateStatus? = nil, category: TemplateCategory? = nil,
        ids: NaturalID
    ) throws -> ChangeID? {
        let id = ids.template(account: try servedChannel().id, name: name, language: language)
        var edit = try RootEdit(InboxSchema.template, id, in: database)
        guard edit.exists else { return nil }
        edit.set("status", to: status?.rawValue)
        edit.set("category", to: category?.rawValue)
        return try commit(edit).change
    }
}
