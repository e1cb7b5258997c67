import CRDT
import ChangeLog

@testable import Assistant
@testable import Inbox

/// Conversations written down as lines: `C:` the customer, `A:` the assistant, `P:` a person.
enum Situations {
    static func of(_ lines: String..., waiting: Int = 1, articles: [Article] = Lamps.articles) -> ConversationSituation
    {
        let messages = lines.enumerated().map { index, line in
            let sender: Sender = line.hasPrefix("C:") ? .customer : line.hasPrefix("A:") ? .assistant : .agent
            return ConversationSituation.Message(
                id: ElementID(high: 0, low: UInt64(index)), sender: sender,
                text: String(line.dropFirst(2)).trimmingBlanks, at: Int64(index) * 60_000)
        }
        var situation = ConversationSituation(messages: messages, waiting: waiting)
        situation.articles = articles
        return situation
    }
}

extension String {
    fileprivate var trimmingBlanks: String { String(drop { $0 == " " }) }
}

/// What a small lamp shop has written down.
enum Lamps {
    static let articles: [Article] = [
        article(1, "Opening hours", "We are open Monday to Friday from 9 to 18, and on Saturday from 10 to 16."),
        article(
            2, "Shipping costs and delivery times",
            "Shipping within the country costs 6 euros, from 100 euros on it is free. Delivery takes 3 to 5 working days."
        ),
        article(
            3, "Returns and refunds",
            "You can return a lamp within 30 days. We refund the price within a week of receiving it."),
        article(4, "Price of the Halo pendant lamp", "The Halo costs 89 euros, and 79 euros each from ten pieces on."),
        article(5, "Halo", "A pendant lamp of spun metal, in black, white or brass.", labels: ["product"]),
        article(
            6, "Öffnungszeiten", "Wir haben montags bis freitags von 9 bis 18 Uhr geöffnet.", language: "de"),
        article(7, "Horario de apertura", "Abrimos de lunes a viernes de 9 a 18 horas.", language: "es"),
        article(8, "ساعات العمل", "نحن مفتوحون من الإثنين إلى الجمعة من التاسعة حتى السادسة.", language: "ar"),
    ]

    static func article(
        _ number: UInt64, _ title: String, _ text: String, language: String? = "en", labels: [String] = []
    ) -> Article {
        Article(
            id: RootID(high: 6, low: number), title: title, text: text, language: language, source: nil, labels: labels)
    }
}
