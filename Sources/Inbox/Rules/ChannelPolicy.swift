/// What can be sent on a channel and when: what its kind allows, unless the workspace has said otherwise.
///
/// Limits are those that the providers publish; where none is known, none is set, and the provider has the last word.
public struct ChannelPolicy: Hashable, Sendable {
    /// What the rest derives from.
    public let kind: ChannelKind
    /// For how long after a customer's last message a reply may go out, in minutes, 1 or more; nil: there is no window.
    public let windowMinutes: Int64?
    /// For how long a person's reply pauses the assistant, in minutes; 0: until it is resumed by hand.
    public let timerMinutes: Int64
    /// For how long a reply may wait for its turn before its author is asked again, in minutes, 1 or more; nil: for ever.
    public let patienceMinutes: Int64?
    /// The files that can be sent, in the order of their kinds. Text can always be.
    public let media: [Media]

    /// A policy from a channel's registers. What another replica may have written there is never trusted: a number
    /// below 0 is nobody's policy, so the kind's stands; one over a hundred years is a hundred years.
    ///
    /// - Parameters:
    ///   - window: in minutes, 0 for none; nil is the kind's.
    ///   - timer: in minutes, 0 for until resumed; nil is the default.
    ///   - patience: in minutes, 0 for ever; nil is the default.
    ///   - media: names of kinds with blanks between; nil is the kind's. Names that are no file's are passed over.
    public init(
        kind: ChannelKind, window: Int64? = nil, timer: Int64? = nil, media: String? = nil, patience: Int64? = nil
    ) {
        self.kind = kind
        let minutes = Self.minutes(window) ?? kind.window
        windowMinutes = minutes == 0 ? nil : minutes
        timerMinutes = Self.minutes(timer) ?? Self.timer
        let waiting = Self.minutes(patience) ?? Self.patience
        patienceMinutes = waiting == 0 ? nil : waiting
        self.media = media.map { kind.media(named: $0.split(separator: " ").map(String.init)) } ?? kind.media
    }

    /// The longest window or timer there is: a hundred years, in minutes.
    public static let longest = Lifetime.longest / 60_000
    /// How long a person's reply pauses the assistant unless somebody says otherwise, in minutes.
    static let timer: Int64 = 60
    /// For how long a reply may wait unless somebody says otherwise, in minutes: a day.
    static let patience: Int64 = 24 * 60

    /// Whether a person may reply there. In a web chat only the assistant does.
    public var isForPeople: Bool { kind != .webChat }

    /// The longest text, in characters; nil where the provider names none.
    ///
    /// Source: WhatsApp Cloud API, text messages.
    public var textLimit: Int? { kind == .whatsapp ? 4_096 : nil }

    /// Whether such a message can be sent at all.
    public func canSend(_ kind: MessageKind) -> Bool { kind == .text || media(of: kind) != nil }

    /// What holds for files of that kind; nil if none can be sent.
    public func media(of kind: MessageKind) -> Media? { media.first { $0.kind == kind } }

    private static func minutes(_ stored: Int64?) -> Int64? {
        stored.flatMap { $0 < 0 ? nil : min($0, longest) }
    }
}

extension ChannelPolicy {
    /// What holds for files of one kind.
    public struct Media: Hashable, Sendable {
        /// Image, audio, video, document or sticker.
        public let kind: MessageKind
        /// The largest file, in bytes; nil where no limit is known.
        public let byteLimit: Int64?
        /// Media types that are taken, in lowercase; empty: any.
        public let types: [String]

        /// Kinds of message that are a file.
        public static let kinds: [MessageKind] = [.image, .audio, .video, .document, .sticker]

        init(_ kind: MessageKind, megabytes: Int64? = nil, types: [String] = []) {
            // Of the two megabytes the smaller: the providers do not say which they mean.
            self.init(kind, byteLimit: megabytes.map { $0 * 1_000_000 }, types: types)
        }

        init(_ kind: MessageKind, byteLimit: Int64?, types: [String]) {
            (self.kind, self.byteLimit, self.types) = (kind, byteLimit, types)
        }

        /// Whether a file of that many bytes is small enough.
        public func fits(byteCount: Int64) -> Bool { byteLimit.map { byteCount <= $0 } ?? true }

        /// Whether files of that media type are taken. Parameters count only where a type is listed with some, as in
        /// `audio/ogg; codecs=opus`.
        public func accepts(type: String) -> Bool {
            let whole = type.lowercased().filter { $0 != " " }
            let plain = String(whole.prefix { $0 != ";" })
            return types.isEmpty || types.contains(plain) || types.contains { $0.contains(";") && $0 == whole }
        }
    }
}

/// What a kind of channel allows, as its provider publishes it.
extension ChannelKind {
    /// In minutes; 0 for none. Source: WhatsApp Cloud API, Messenger Platform and Instagram Messaging policies.
    fileprivate var window: Int64 {
        switch self {
        case .whatsapp, .messenger, .instagram: 24 * 60
        case .whatsappDirect, .webChat: 0
        }
    }

    /// Source: WhatsApp Cloud API, supported media types; Instagram Messaging, attachment upload; Messenger Platform,
    /// attachment upload.
    fileprivate var media: [ChannelPolicy.Media] {
        switch self {
        case .whatsapp: Self.cloudMedia
        case .messenger: [.image, .audio, .video, .document].map { .init($0, megabytes: 25) }
        case .instagram: Self.instagramMedia
        // The gateway's own business: nothing is published.
        case .whatsappDirect: [.image, .audio, .video, .document].map { .init($0) }
        case .webChat: []
        }
    }

    /// Those of the named kinds, each with its limits where the provider publishes some.
    fileprivate func media(named names: [String]) -> [ChannelPolicy.Media] {
        ChannelPolicy.Media.kinds.filter { names.contains($0.name) }.map { kind in
            media.first { $0.kind == kind } ?? .init(kind)
        }
    }

    private static let cloudMedia: [ChannelPolicy.Media] = [
        .init(.image, megabytes: 5, types: ["image/jpeg", "image/png"]),
        .init(
            .audio, megabytes: 16,
            types: ["audio/ogg;codecs=opus", "audio/mpeg", "audio/amr", "audio/mp4", "audio/aac"]),
        .init(.video, megabytes: 16, types: ["video/mp4", "video/3gpp"]), .init(.document, megabytes: 100),
        .init(.sticker, byteLimit: 500_000, types: ["image/webp"]),
    ]

    /// No voice messages in Ogg: what is recorded for WhatsApp has to be converted first.
    private static let instagramMedia: [ChannelPolicy.Media] = [
        .init(.image, megabytes: 8, types: ["image/png", "image/jpeg", "image/gif"]),
        .init(
            .audio, megabytes: 25,
            types: ["audio/aac", "audio/mp4", "audio/m4a", "audio/x-m4a", "audio/wav", "audio/x-wav"]),
        .init(
            .video, megabytes: 25,
            types: ["video/mp4", "video/ogg", "video/x-msvideo", "video/quicktime", "video/webm"]),
        .init(.document, megabytes: 25, types: ["application/pdf"]),
    ]
}
