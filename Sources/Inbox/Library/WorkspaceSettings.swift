import CRDT
import ChangeLog
public import GRDB
import PhoneNumbers
import Storage

import struct Foundation.Data

/// What holds for the whole workspace.
public struct WorkspaceSettings: Hashable, Sendable {
    /// Where phone numbers without a country code are from, as in `DE`; nil where nobody has said.
    public let region: String?
    /// Lead statuses besides those that there always are, sorted.
    public let leadStatuses: [String]

    /// As of this view.
    public init(_ database: Database) throws {
        let id = NaturalID(secret: try LocalValues.value(.secret, in: database).bytes ?? []).workspace()
        let row = try Row.fetchOne(
            database, sql: "SELECT id, region FROM workspace WHERE key=?", arguments: [Data(id.bytes)])
        region = (row?["region"] as String?).flatMap { Self.isRegion($0) ? $0 : nil }
        leadStatuses =
            try (row?["id"] as Int64?).map { id in
                try SetReader(InboxSchema.workspace, "lead_statuses", of: id, in: database).members().filter {
                    LeadStatus.isValid($0) && LeadStatus(rawValue: $0) == nil
                }
            } ?? []
    }

    /// All lead statuses: those that there always are, and the workspace's own.
    public var allLeadStatuses: [String] { LeadStatus.allCases.map(\.rawValue) + leadStatuses }

    /// Reads a phone number as it would be dialled in the region.
    func phone(_ text: String) -> PhoneNumber? { PhoneNumber(text, region: region.flatMap(Region.init)) }

    /// A phone number as it is to be stored: in E.164 where it can be read, else as it came.
    func storedPhone(_ text: String) -> String { phone(text)?.e164 ?? text }

    /// Whether there is such a region: two capital letters, as in ISO 3166-1.
    public static func isRegion(_ text: String) -> Bool { Region(text)?.code == text }
}

/// What to set for the whole workspace.
public struct WorkspacePatch: Hashable, Sendable {
    /// Where phone numbers without a country code are from; empty for nowhere in particular, nil leaves it.
    public var region: String?
    /// Lead statuses to add.
    public var added: [String] = []
    /// Lead statuses to take away; leads that have one keep it.
    public var removed: [String] = []

    /// Nothing to set.
    public init() {}
}

extension InboxWriter {
    /// Sets what holds for the whole workspace.
    public func setWorkspace(_ patch: WorkspacePatch, ids: NaturalID) throws -> Outcome {
        if let region = patch.region, !region.isEmpty, !WorkspaceSettings.isRegion(region) {
            throw LibraryFailure.badRegion(region)
        }
        for status in patch.added + patch.removed {
            guard LeadStatus.isValid(status) else {
                throw InboxFailure.lead(.badStatus(status, known: try WorkspaceSettings(database).allLeadStatuses))
            }
            guard LeadStatus(rawValue: status) == nil else { throw LibraryFailure.builtInLeadStatus(status) }
        }
        var edit = try RootEdit(InboxSchema.workspace, ids.workspace(), in: database)
        edit.set("region", to: patch.region)
        try edit.change("lead_statuses", adding: patch.added, removing: patch.removed)
        return try commit(edit)
    }
}
