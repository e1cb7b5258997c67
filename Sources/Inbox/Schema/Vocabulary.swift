/// Where a conversation takes place.
public enum ChannelKind: String, CaseIterable, Sendable {
    /// WhatsApp Cloud API: a 24-hour window, templates outside it.
    case whatsapp
    /// WhatsApp on the business phone: no window.
    case whatsappDirect = "whatsapp-direct"
    /// Facebook Messenger.
    case messenger
    /// Instagram direct messages.
    case instagram
    /// The widget on a web page.
    case webChat = "web-chat"
}

/// Who is to deal with a conversation.
public enum ConversationStatus: String, CaseIterable, Sendable {
    /// The assistant or nobody in particular.
    case active
    /// A person: taken over or escalated.
    case humanNeeded = "human_needed"
    /// Done, until the customer writes again.
    case closed
}

/// How far a lead has come. A workspace may add names of its own; these always exist.
public enum LeadStatus: String, CaseIterable, Sendable {
    /// Just written for the first time.
    case new
    /// Showed interest.
    case interested
    /// To be followed up.
    case followUp = "follow_up"
    /// Fits.
    case qualified
    /// Bought.
    case converted
    /// Did not.
    case lost

    /// Whether `name` can be a status: one of these, or a workspace's own of lowercase letters, digits and `_`.
    public static func isValid(_ name: String) -> Bool {
        (1...32).contains(name.utf8.count)
            && name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
    }
}

/// Who a message is from. The codes are part of the format.
public enum Sender: Int64, Sendable {
    /// The customer.
    case customer = 0
    /// A person of the team.
    case agent = 1
    /// The assistant.
    case assistant = 2
    /// Neither: a notice.
    case system = 3
    /// A person of the team who wrote on the business phone, past this program.
    case phone = 4

    /// The name in commands and reports.
    public var name: String { String(describing: self) }

    /// - Returns: nil for a name that is no sender's.
    public init?(name: String) {
        switch name {
        case "customer": self = .customer
        case "agent": self = .agent
        case "assistant": self = .assistant
        case "system": self = .system
        case "phone": self = .phone
        default: return nil
        }
    }
}

/// What a message is. The codes are part of the format; a kind of a later version shows as `unsupported`.
public enum MessageKind: Int64, CaseIterable, Sendable {
    /// Text.
    case text = 0
    /// A note among the team; never sent.
    case note = 1
    /// A picture.
    case image = 2
    /// A voice message or other sound.
    case audio = 3
    /// A film.
    case video = 4
    /// A file.
    case document = 5
    /// A sticker.
    case sticker = 6
    /// A place.
    case location = 7
    /// A contact card.
    case contact = 8
    /// A reaction to another message.
    case reaction = 9
    /// A press on a button.
    case buttonReply = 10
    /// A choice from a list.
    case listReply = 11
    /// A correction of an earlier message.
    case edit = 12
    /// An earlier message taken back.
    case revocation = 13
    /// Something the channel sends and this version does not know: kept raw.
    case unsupported = 14
    /// What is said in a voice message, in words.
    case transcript = 15

    /// Whether it stands in the thread by itself. The others say something of an earlier message.
    public var isSaid: Bool {
        switch self {
        case .reaction, .edit, .revocation, .transcript: false
        default: true
        }
    }

    /// Those that the team never sends, as SQL lists them. Of what it takes back only notes can be.
    static let unsentCodes = [note, revocation, transcript].map { String($0.rawValue) }.joined(separator: ",")
    /// Those that do not stand by themselves, as SQL lists them.
    static let unsaidCodes = allCases.filter { !$0.isSaid }.map { String($0.rawValue) }.joined(separator: ",")

    /// The name in commands and reports.
    public var name: String {
        switch self {
        case .buttonReply: "button_reply"
        case .listReply: "list_reply"
        default: String(describing: self)
        }
    }

    /// - Returns: nil for a name that is no kind's.
    public init?(name: String) {
        guard let kind = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = kind
    }
}

/// What was last said about the assistant in a conversation.
public enum AIControl: String, Sendable {
    /// It may answer.
    case on
    /// Paused by hand.
    case manual
    /// Paused because a person was asked for.
    case escalation
}
