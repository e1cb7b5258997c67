import CRDT
import ChangeLog
import GRDB
import PhoneNumbers
import Storage

/// The operations that a patch comes to, on all leads of a person.
struct LeadPlan {
    /// What makes the person as the patch says, on the leads concerned.
    private(set) var segments: [Segment] = []
    /// All that the patch says, be it so already or not: who may not do it is told so.
    private(set) var wanted: [Operation] = []

    private let root = InboxSchema.lead
    private let role: Role
    private let group: LeadGroup
    private let database: Database
    private var operationsByLead: [RootID: [Operation]] = [:]

    init(
        _ patch: LeadPatch, on group: LeadGroup, by role: Role, settings: WorkspaceSettings, in database: Database
    ) throws {
        (self.role, self.group, self.database) = (role, group, database)
        let profile = try Row.fetchOne(
            database, sql: "SELECT name, email, phone FROM profile WHERE id=?", arguments: [group.head])
        try write("name", patch.name, over: profile?[0])
        try write("email", patch.email.map(Self.email), over: profile?[1])
        try write("phone", patch.phone.map { try Self.phone($0, in: settings) }, over: profile?[2])
        try setShared(patch, settings)
        try change("interests", adding: patch.newInterests, removing: patch.oldInterests)
        try change("labels", adding: patch.newLabels, removing: patch.oldLabels)
        segments = group.ids.compactMap { lead in
            operationsByLead[lead].map { Segment(kind: root.number, root: lead, operations: $0) }
        }
    }

    // MARK: Registers

    private mutating func write(_ field: String, _ new: String?, over old: String?) throws {
        guard let new else { return }
        guard new.utf8.count <= FormatLimit.text.rawValue else {
            throw InboxFailure.textTooLong(byteCount: new.utf8.count)
        }
        add(root.write(field, new.isEmpty ? .null : .text(new)), isSo: new == old ?? "")
    }

    private static func email(_ text: String) throws -> String {
        guard !text.isEmpty else { return text }
        guard let address = EmailAddress(text) else { throw InboxFailure.lead(.badEmail(text)) }
        return address.written
    }

    private static func phone(_ text: String, in settings: WorkspaceSettings) throws -> String {
        guard !text.isEmpty else { return text }
        guard let number = settings.phone(text) else {
            throw InboxFailure.lead(.badPhone(text, region: settings.region))
        }
        return number.e164
    }

    // MARK: Fields that people and the assistant share

    private mutating func setShared(_ patch: LeadPatch, _ settings: WorkspaceSettings) throws {
        let writes = try LeadWrites(of: group.rows, in: database)
        try set("status", LeadField.status, patch.status, writes) { status in
            guard settings.allLeadStatuses.contains(status) else {
                throw InboxFailure.lead(.badStatus(status, known: settings.allLeadStatuses))
            }
            return .text(status)
        }
        try set("score", LeadField.score, patch.score, writes) { score in
            guard 0...100 ~= score else { throw InboxFailure.lead(.badScore(score)) }
            return .integer(score)
        }
        // Nobody is an id without bytes: null would leave it to the assistant.
        try set("assignee", LeadField.assignee, patch.assignee, writes) { .bytes($0?.bytes ?? []) }
        let summary = patch.summary.map { $0.isEmpty ? LeadPatch.Setting.automatic : .to($0) }
        try set("summary", LeadField.summary, summary, writes) { text in
            try InboxWriter.check(text)
            return .text(text)
        }
    }

    private mutating func set<Content>(
        _ name: String, _ field: Int64, _ setting: LeadPatch.Setting<Content>?, _ writes: LeadWrites,
        _ value: (Content) throws -> Value
    ) throws {
        let yields = root.field(named: name).yielding.contains(role)
        let shown = writes.shown(field, amongYielding: yields)
        switch setting {
        case nil: break
        case .automatic: add(root.set(name, .null), isSo: yields ? shown.shown == nil : !shown.isPinned)
        case .to(let content):
            let value = try value(content)
            add(root.set(name, value), isSo: shown.value == value && (yields || shown.isPinned))
        }
    }

    // MARK: Sets

    private mutating func change(_ name: String, adding new: [String], removing old: [String]) throws {
        for member in new + old { try InboxWriter.checkLabel(member) }
        for member in Set(new).sorted() {
            let isHeld = try group.rows.rows.contains { try !dots(of: member, in: name, on: $0).isEmpty }
            add(root.add(name, member), isSo: isHeld)
        }
        let field = root.number(of: name)
        for member in Set(old).sorted() {
            wanted.append(Operation(field: field, action: .remove(.text(member), dots: [])))
            for (lead, row) in zip(group.ids, group.rows.rows) {
                let dots = try dots(of: member, in: name, on: row)
                guard !dots.isEmpty else { continue }
                operationsByLead[lead, default: []].append(
                    Operation(field: field, action: .remove(.text(member), dots: dots)))
            }
        }
    }

    private func dots(of member: String, in name: String, on row: Int64) throws -> [ChangeID] {
        try SetReader(root, name, of: row, in: database).dots(of: member)
    }

    private mutating func add(_ operation: Operation, isSo: Bool) {
        wanted.append(operation)
        guard !isSo, let head = group.ids.first else { return }
        operationsByLead[head, default: []].append(operation)
    }
}
