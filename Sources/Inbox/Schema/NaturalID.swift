public import CRDT
public import ChangeLog

/// Ids that two replicas come to alike for the same thing of the outside world.
///
/// They are keyed with the workspace secret: who sees an id alone cannot find out by trying whether a phone number is
/// a customer's.
public struct NaturalID: Sendable {
    private let secret: [UInt8]

    /// - Parameter secret: the workspace secret, as invitations carry it.
    public init(secret: [UInt8]) { self.secret = secret }

    /// A customer's conversation on a channel account.
    public func conversation(account: RootID, customer: String) -> RootID {
        root("conversation", [account.text, customer])
    }

    /// An imported conversation, by the file's channel and its id there.
    public func importedConversation(channel: String, id: String) -> RootID { root("import", [channel, id]) }

    /// A customer, by channel and name there.
    public func lead(channel: String, customer: String) -> RootID { root("lead", [channel, customer]) }

    /// The customer of one conversation only: nameless, or of a deleted account.
    public func lead(of conversation: RootID) -> RootID { root("lead of", [conversation.text]) }

    /// A channel account.
    public func channel(kind: String, account: String) -> RootID { root("channel", [kind, account]) }

    /// A template, by what its provider knows it by.
    public func template(account: RootID, name: String, language: String) -> RootID {
        root("template", [account.text, name, language])
    }

    /// The one root that holds for the whole workspace.
    public func workspace() -> RootID { root("workspace", []) }

    /// A customer's message, by its id with the provider.
    public func message(account: RootID, provider: String) -> ElementID {
        element("message", [account.text, provider])
    }

    /// An imported message, by its id in the file or, without one, by its place and text.
    public func importedMessage(conversation: RootID, id: String?, index: Int, text: String) -> ElementID {
        if let id { return element("imported id", [conversation.text, id]) }
        return element("imported index", [conversation.text, String(index), text])
    }

    /// A gateway's record of what became of a message: each event once.
    ///
    /// - Parameter attempt: which attempt it is about; nil for what a provider told later.
    func record(of message: ElementID, _ event: DeliveryEvent, attempt: Int64? = nil) -> ElementID {
        element("delivery", [message.text, String(event.rawValue)] + (attempt.map { [String($0)] } ?? []))
    }

    private func root(_ domain: String, _ parts: [String]) -> RootID {
        RootID(bytes: bytes(domain, parts)) ?? RootID(high: 0, low: 0)
    }

    private func element(_ domain: String, _ parts: [String]) -> ElementID {
        ElementID(naturally: bytes(domain, parts))
    }

    private func bytes(_ domain: String, _ parts: [String]) -> [UInt8] {
        var writer = ByteWriter()
        writer.raw(secret)
        writer.text(domain)
        for part in parts { writer.text(part) }
        return Digest.of(writer.bytes, domain: "nexus natural id", byteCount: 16)
    }
}
