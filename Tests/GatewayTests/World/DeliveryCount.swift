import GRDB
import Inbox

/// How many records say that something happened to messages on their way.
struct DeliveryCount {
    let event: DeliveryEvent
    let code: String?
    let count: Int

    static func all(in database: Database) throws -> [DeliveryCount] {
        try Row.fetchAll(
            database, sql: "SELECT event, code, count(*) FROM conversation_delivery GROUP BY event, code"
        ).compactMap { row in
            guard let event = (row[0] as Int64?).flatMap(DeliveryEvent.init), let count = row[2] as Int? else {
                return nil
            }
            return DeliveryCount(event: event, code: row[1], count: count)
        }
    }
}
