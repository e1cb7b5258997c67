/// Why something that the workspace works with cannot be set so, or used. Facts only; nothing was written.
public enum LibraryFailure: Error, Hashable, Sendable {
    /// Not a name or a title: see ``ItemName``.
    case badName(String)
    /// Minutes of a window or a timer: below 0, or more than a hundred years.
    case minutesOutOfRange(Int64)
    /// There is no such channel, and nobody has said of which kind to make one.
    case channelWithoutKind(String)
    /// No region with telephone numbers of its own.
    case badRegion(String)
    /// A lead status that always exists can be neither added nor taken away.
    case builtInLeadStatus(String)
    /// What a view holds is no filter that this version can read.
    case unreadableView(String)
    /// What a template holds is no definition that this version can read.
    case unreadableTemplate(String)
    /// Of the WhatsApp channels that templates could belong to there is not exactly one.
    case noTemplateChannel(count: Int)
    /// A filter asks for what there is not.
    case badFilter(field: String, value: String)
}
