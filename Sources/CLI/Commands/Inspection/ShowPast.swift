import ChangeLog
import Inbox
import Storage

extension Show {
    /// `nexus show --at`: from what had come here by then. No mark is made of it: nothing of now was shown.
    func showPast(at time: Int64) throws {
        let replica = try options.home.open(.reading)
        guard
            let detail = try ConversationReader.conversation(
                conversation, in: replica, at: UInt64(clamping: time), limit: max(limit, 0), before: before)
        else { throw InspectionFailure.notHereYet(conversation: conversation, at: time) }
        if options.json { return Console.print(JSONOutput(detail: detail, seen: nil).text()) }
        Console.print("As it stood here at \(Instant.text(milliseconds: time))")
        ConversationScreen(width: Console.width, now: time).lines(of: detail).forEach(Console.print)
    }
}
