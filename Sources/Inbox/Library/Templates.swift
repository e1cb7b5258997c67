import CRDT
public import ChangeLog
public import GRDB
import Storage

import struct Foundation.Data

/// A template, as the workspace keeps it.
public struct Template: Hashable, Sendable {
    /// Names it for ever.
    public let id: RootID
    /// Its name with the provider.
    public let name: String
    /// Its language, as in `en_US`.
    public let language: String
    /// The channel account that it belongs to.
    public let channel: RootID?
    /// What the provider says of it, in capitals; nil where nobody has said anything.
    public let status: TemplateStatus?
    /// What it is for.
    public let category: TemplateCategory
    /// What it is made of; nil where that is none that this version can read.
    public let definition: TemplateDefinition?

    /// Whether a message can be made from it, as far as is known here.
    public var isSendable: Bool { (definition?.isSendable ?? false) && definition?.unsupportedParts.isEmpty == true }
}

/// Which templates to look among; nil is any.
public struct TemplateScope: Hashable, Sendable {
    /// Of this language.
    public var language: String?
    /// Of this channel account.
    public var channel: RootID?
    /// Of which the provider says this.
    public var status: TemplateStatus?

    /// Any.
    public init(language: String? = nil, channel: RootID? = nil, status: TemplateStatus? = nil) {
        (self.language, self.channel, self.status) = (language, channel, status)
    }

    func contains(_ template: Template) -> Bool {
        (language ?? template.language) == template.language && (channel == nil || channel == template.channel)
            && (status == nil || status == template.status)
    }
}

/// Reads templates from the state tables.
public struct TemplateReader {
    private let database: Database

    /// Templates as of this view.
    public init(_ database: Database) { self.database = database }

    /// By name, then language.
    ///
    /// - Parameter removed: those that were taken away, instead of those that are there.
    public func all(_ scope: TemplateScope = TemplateScope(), removed: Bool = false) throws -> [Template] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT * FROM template WHERE name IS NOT NULL AND language IS NOT NULL AND (coalesce(removed, 0) <> 0) = ?
                ORDER BY name, language, key
                """, arguments: [removed]
        ).compactMap(Self.template).filter(scope.contains)
    }

    /// The one of that name, or whose id begins so.
    ///
    /// - Throws: `.unknown`; `.ambiguous` where the name is there in several languages or accounts.
    public func named(_ text: String, _ scope: TemplateScope = TemplateScope()) throws -> Template {
        guard let template = try find(text, among: all(scope)) else { throw InboxFailure.unknown(.template, text) }
        return template
    }

    /// One that is there, else one that was taken away.
    func everNamed(_ text: String, _ scope: TemplateScope) throws -> Template {
        if let template = try find(text, among: all(scope)) { return template }
        guard let template = try find(text, among: all(scope, removed: true)) else {
            throw InboxFailure.unknown(.template, text)
        }
        return template
    }

    /// The one with that id; nil where it was taken away, or nothing is known of it.
    public func template(_ id: RootID) throws -> Template? {
        try Row.fetchOne(
            database.cachedStatement(sql: "SELECT * FROM template WHERE key=? AND coalesce(removed, 0) = 0"),
            arguments: [Data(id.bytes)]
        ).flatMap(Self.template)
    }

    private func find(_ text: String, among templates: [Template]) throws -> Template? {
        var found = templates.filter { $0.name == text }
        if found.isEmpty, text.utf8.count >= IDLookup.shortestPrefix {
            found = templates.filter { $0.id.text.hasPrefix(text) }
        }
        guard found.count < 2 else { throw InboxFailure.ambiguous(.template, text) }
        return found.first
    }

    private static func template(_ row: Row) -> Template? {
        guard let id = RootID(bytes: row["key"] as Data?), let name = row["name"] as String?,
            let language = row["language"] as String?
        else { return nil }
        let status = (row["status"] as String?).map(TemplateStatus.init)
        let category = TemplateCategory(rawValue: row["category"] ?? "")
        let definition = try? TemplateDefinition(
            name: name, language: language, category: category, status: status, contentJSON: row["definition"] ?? "")
        return Template(
            id: id, name: name, language: language, channel: RootID(bytes: row["account"] as Data?), status: status,
            category: category, definition: definition)
    }
}

extension ChannelReader {
    /// The WhatsApp account that templates belong to: the one of that name or, where there is only one, that.
    ///
    /// - Throws: `.noTemplateChannel` where it has to be named, or has no templates.
    public func templateChannel(_ text: String?) throws -> Channel {
        let channels = try text.map { [try named($0)] } ?? all()
        let fitting = channels.filter { $0.kind == ChannelKind.whatsapp.rawValue }
        guard let channel = fitting.first, fitting.count == 1 else {
            throw LibraryFailure.noTemplateChannel(count: fitting.count)
        }
        return channel
    }
}

extension InboxWriter {
    /// Takes templates of a channel account in; what is here already makes no change, and what the provider says of one
    /// is left where the file says nothing.
    public func take(_ templates: [TemplateDefinition], of channel: RootID, ids: NaturalID) throws -> LibraryCounts {
        var counts = LibraryCounts()
        for template in templates {
            let id = ids.template(account: channel, name: template.name, language: template.language)
            var edit = try RootEdit(InboxSchema.template, id, in: database)
            edit.set("account", to: .bytes(channel.bytes))
            edit.set("name", to: template.name)
            edit.set("language", to: template.language)
            edit.set("category", to: template.category.rawValue)
            edit.set("status", to: template.status?.rawValue)
            edit.set("definition", to: template.contentJSON)
            try commit(edit, isRemoved: edit.isRemoved, counts: &counts)
        }
        return counts
    }

    /// Sets what the provider says of a template, and brings it back if it was taken away.
    public func setTemplate(
        _ template: String, _ scope: TemplateScope, status: TemplateStatus?, category: TemplateCategory?
    ) throws -> Outcome {
        let known = try TemplateReader(database).everNamed(template, scope)
        var edit = try RootEdit(InboxSchema.template, known.id, in: database)
        edit.set("status", to: status?.rawValue)
        edit.set("category", to: category?.rawValue)
        edit.bringBack()
        return try commit(edit)
    }

    /// Takes a template away: nobody is offered it any more.
    public func removeTemplate(_ template: String, _ scope: TemplateScope) throws -> Outcome {
        let known = try TemplateReader(database).everNamed(template, scope)
        var edit = try RootEdit(InboxSchema.template, known.id, in: database)
        edit.set("removed", to: .integer(1))
        return try commit(edit)
    }
}
