/// An error of the WhatsApp Cloud API: what follows from it, and what it means for somebody who writes to customers.
///
/// Source: developers.facebook.com, "Error codes" of the Cloud API (2026), and pywa's errors.py. One goes by the code
/// and never by the title, which changes.
public struct WhatsAppError: Sendable {
    /// Those that mean the same.
    let codes: ClosedRange<Int64>
    /// What follows from it.
    let consequence: Consequence
    /// What it means.
    let words: String

    /// What an error that came as an answer, and so proves that the message was not taken, leads to. One that is not
    /// known here is final: it is the safest for the customer.
    public static func consequence(of code: Int64) -> Consequence { of(code)?.consequence ?? .fail }

    /// What a code means, for somebody who writes to customers.
    ///
    /// - Parameter code: of a ``Refusal`` or a ``ProviderReceipt``.
    public static func words(for code: String) -> String {
        Int64(code).flatMap(of)?.words ?? ownWords[code]
            ?? "WhatsApp refused it and gave a reason this version does not know (\(code))."
    }

    static func of(_ code: Int64) -> WhatsAppError? { table.first { $0.codes.contains(code) } }

    private init(_ codes: ClosedRange<Int64>, _ consequence: Consequence, _ words: String) {
        (self.codes, self.consequence, self.words) = (codes, consequence, words)
    }

    private init(_ code: Int64, _ consequence: Consequence, _ words: String) {
        self.init(code...code, consequence, words)
    }

    /// Where the provider was not reached, or said nothing that it has a number for.
    private static let ownWords = [
        "unreachable": "WhatsApp cannot be reached from here.",
        "no-tls": "No secure connection to WhatsApp comes about.",
        "untrusted": "What answers in WhatsApp's place cannot show that it is WhatsApp.",
        "expired": "The certificate of WhatsApp's server is out of date, or this machine's clock is wrong.",
        "other-key": "What answers in WhatsApp's place has another key than was named.",
        "bad-address": "The address given for WhatsApp is none.",
        "bad-token": "The access token holds characters that none can have.",
        "no-libcurl": "libcurl is not installed on the gateway's machine.",
    ]

    static let table: [WhatsAppError] = later + window + templates + channel + never

    /// Told so by an answer, and so not taken; it may be tried again.
    private static let later = [
        WhatsAppError(1...2, .retry(after: .seconds(30)), "WhatsApp had a passing fault."),
        WhatsAppError(4, .retry(after: .seconds(60)), "This account asked WhatsApp too often for the moment."),
        WhatsAppError(80_007, .retry(after: .seconds(60)), "This WhatsApp account has sent too much for the moment."),
        WhatsAppError(
            130_429, .retry(after: .seconds(10)), "More messages at once than WhatsApp takes from this number."),
        WhatsAppError(131_000, .retry(after: .seconds(30)), "WhatsApp had a fault it gives no reason for."),
        WhatsAppError(131_016, .retry(after: .seconds(60)), "A part of WhatsApp is out of service for now."),
        WhatsAppError(131_056, .retry(after: .seconds(6)), "Too many messages to this one customer in a short time."),
        WhatsAppError(
            131_057, .retry(after: .seconds(300)), "WhatsApp is maintaining this account; it takes some minutes."),
    ]

    private static let window = [
        WhatsAppError(
            131_047, .windowClosed,
            "The customer has not written for more than 24 hours: only a template can be sent until they write.")
    ]

    private static let templates = [
        WhatsAppError(132_000, .templateChanged, "The template has another number of places than were filled in."),
        WhatsAppError(132_001, .templateChanged, "There is no such template in this language, or it is not approved."),
        WhatsAppError(132_005, .templateChanged, "With what was filled in, the template is too long."),
        WhatsAppError(132_007, .templateChanged, "The template breaks WhatsApp's rules."),
        WhatsAppError(132_008, .templateChanged, "What was filled in does not have the form the template asks for."),
        WhatsAppError(132_012, .templateChanged, "What was filled in is not of the kind the template asks for."),
        WhatsAppError(132_015, .templateChanged, "The template is paused, because customers complained about it."),
        WhatsAppError(
            132_016, .templateChanged, "The template is disabled for good, because customers complained about it."),
    ]

    /// Somebody has to see to the account.
    private static let channel = [
        WhatsAppError(0, .channelDown, "WhatsApp does not accept the access token: it has expired or was taken back."),
        WhatsAppError(3, .channelDown, "The access token does not allow sending."),
        WhatsAppError(10, .channelDown, "The access token does not allow this, or was not given it yet."),
        WhatsAppError(190, .channelDown, "The access token has expired."),
        WhatsAppError(200...299, .channelDown, "The access token does not allow this."),
        WhatsAppError(368, .channelDown, "WhatsApp has blocked the account for a while, for breaking its rules."),
        WhatsAppError(131_005, .channelDown, "The access token does not allow sending from this number."),
        WhatsAppError(131_031, .channelDown, "WhatsApp has locked the account."),
        WhatsAppError(131_037, .channelDown, "The number's display name has not been approved yet."),
        WhatsAppError(131_042, .channelDown, "There is something wrong with paying for the account."),
        WhatsAppError(131_045, .channelDown, "The business number is not registered properly."),
    ]

    private static let never = [
        WhatsAppError(100, .fail, "WhatsApp cannot read the request: one of its parts is wrong."),
        WhatsAppError(
            130_472, .fail, "WhatsApp keeps marketing messages from this customer for an experiment of its own."),
        WhatsAppError(130_497, .fail, "The business may not write to customers in that country."),
        WhatsAppError(131_008, .fail, "The request lacks something that WhatsApp needs."),
        WhatsAppError(131_009, .fail, "Something in the message is not as WhatsApp needs it."),
        WhatsAppError(131_021, .fail, "The customer's number is the business's own."),
        WhatsAppError(
            131_026, .fail,
            "It cannot be delivered: the number has no WhatsApp, an old version of it, or has not accepted its terms."),
        WhatsAppError(131_030, .fail, "The number is not on the list of those that a test account may write to."),
        WhatsAppError(
            131_048, .fail, "WhatsApp holds messages of this number back, because too many were reported as spam."),
        WhatsAppError(
            131_049, .fail,
            "WhatsApp did not deliver it, to keep this customer from too much marketing. Try again after a day at the earliest."
        ),
        WhatsAppError(131_050, .fail, "The customer does not want marketing messages from this business."),
        WhatsAppError(131_051, .fail, "WhatsApp does not know this kind of message."),
        WhatsAppError(131_052, .fail, "WhatsApp could not fetch the file that the customer sent."),
        WhatsAppError(131_053, .fail, "WhatsApp could not take the message's file."),
        WhatsAppError(131_062, .fail, "This kind of message cannot be sent to a customer who hides their number."),
        WhatsAppError(
            137_000, .fail, "The customer's identity on WhatsApp has changed, and has to be confirmed first."),
    ]
}
