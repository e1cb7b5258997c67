import CRDT
import ChangeLog
import GRDB
import Storage

extension InboxWriter {
    /// Which template to fill in, with what.
    public struct TemplateOrder: Sendable {
        /// Its name, or the start of its id.
        public let template: String
        /// In which language; needed where it is there in several.
        public let language: String?
        /// What goes into its places.
        public let values: TemplateValues

        /// An order.
        public init(template: String, language: String?, values: TemplateValues) {
            (self.template, self.language, self.values) = (template, language, values)
        }
    }

    /// Queues a template with its values filled in: what may be sent where the window is closed. The message keeps what
    /// the template said when it was filled in, so that a change of it can be told before it is sent.
    ///
    /// - Parameter seen: a token of a displayed mark; nil takes the newest one of this device, or nothing.
    /// - Throws: `.notForPeople`; `.noTemplates` on a channel that has none; `.unknown` or `.ambiguous`, of the templates
    ///   of the conversation's account; `.templateNotSendable`; ``UnfilledTemplate`` with all that is missing or wrong.
    public func reply(
        to text: String, filling order: TemplateOrder, seen: String?, terms: SendingTerms = SendingTerms()
    ) throws -> Written {
        let conversation = try conversation(text)
        let contact = try contact(of: conversation.row)
        if case .assistantOnly = contact.window { throw InboxFailure.notForPeople(contact.offers) }
        guard let account = contact.account, contact.policy?.kind == .whatsapp else { throw InboxFailure.noTemplates }
        let scope = TemplateScope(language: order.language, channel: account.id)
        let template = try TemplateReader(database).named(order.template, scope)
        guard let definition = template.definition, template.isSendable else {
            throw InboxFailure.templateNotSendable(name: template.name, status: template.status)
        }
        let filled = try FilledTemplate(definition, order.values)
        let details = JSONValue.object([
            "name": .text(template.name), "language": .text(template.language),
            "category": .text(template.category.rawValue), "hash": .text(Base32.text(definition.sendingHash)),
            "values": JSONValue(json: Array(order.values.canonicalJSON.utf8)) ?? .null,
        ])
        let basis = try transaction.basis(of: conversation.id, token: seen, otherwise: .nothing)
        return try append(
            filled.preview.lines.joined(separator: "\n"), kind: .text, basis: basis,
            fields: [.init(7, .text(details.canonicalText)), .init(14, .bytes(template.id.bytes))] + terms.fields,
            to: conversation.id, unseen: try unseen(beyond: basis, in: conversation.row))
    }
}
