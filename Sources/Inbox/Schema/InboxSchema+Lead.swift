import ChangeLog
public import Storage

/// A person outside the team.
extension InboxSchema {
    /// A person outside the team, as one channel or file knows them. Those with an equal phone number, e-mail address or
    /// identity are shown as one person.
    public static let lead = Schema.Root(
        2, "lead", about: "A person outside the team, known by one or more conversations.",
        fields: [
            .init(1, "name", .register(.text), writers: .any(acquainted), about: "The person's name."),
            .init(2, "email", .register(.text), writers: .any(acquainted), about: "E-mail address."),
            .init(
                3, "phone", .register(.text), writers: .any(acquainted),
                about: "Phone number, in E.164 where it could be read."),
            .init(4, "avatar", .register(.text), writers: .any(acquainted), about: "Where a picture of them is."),
            .init(5, "username", .register(.text), writers: .any(inbound), about: "The name on the channel."),
            .init(6, "locale", .register(.text), writers: .any(inbound), about: "Their language."),
            .init(
                7, "attributes", .register(.text), writers: .any(inbound), about: "JSON: what a channel tells besides."),
            .init(
                8, "status", .causalRegister(.text), writers: progress.writers, yielding: progress.yielding,
                about: "How far the lead has come; of concurrent writes the higher stamp shows."),
            .init(
                9, "score", .causalRegister(.integer), writers: shared().writers, yielding: shared().yielding,
                about: "0 to 100; a person's is pinned until a person writes null."),
            .init(10, "labels", .set(.text), writers: .any(people), about: "Labels."),
            .init(
                11, "identities", .set(.text), writers: .any(acquainted),
                about: "Names that only this person has, such as `whatsapp:4915112345678`."),
            .init(
                12, "interests", .set(.text), writers: .any(people.union([.assistant])), about: "What they care about."),
            .init(
                13, "assignee", .causalRegister(.bytes), writers: shared().writers, yielding: shared().yielding,
                about: "The person who looks after them, by id; null for nobody."),
            .init(
                14, "summary", .causalRegister(.text), writers: shared().writers, yielding: shared().yielding,
                about: "Who they are and what they want, in a few sentences."),
            .init(
                15, "note", .sequence(note, marked: nil), writers: .init(own: people), about: "Notes among the team."),
            .init(
                16, "apart", .set(.bytes), writers: .any(people),
                about: "Leads that are other people, whatever they share, by id."),
        ])

    private static let note: [Schema.Column] = [
        .init(1, "text", .text, about: "Its text."),
        .init(
            2, "about", .bytes, isIndexed: true,
            about: "The note that it takes back, by id; its author's alone can."),
    ]

    private static let progress = shared([.gateway: .values([.text(LeadStatus.new.rawValue)])])
}
