import CRDT
import ChangeLog
import Foundation
import Inbox
import Storage
import TestSupport

/// What channels bring, and devices that write by hand what no command of ours would.
extension Team {
    /// What a channel brings besides a customer's text.
    ///
    /// - Parameters:
    ///   - about: the provider's id of the message that it names.
    ///   - name: which gateway.
    @discardableResult
    func bring(
        _ kind: String, _ text: String? = nil, about: String? = nil, from customer: String = "anna",
        phone: String? = nil, sender: String = "customer", providerID: String, at: UInt64? = nil,
        by name: String = "gateway", on channel: ChannelKind = .whatsapp
    ) throws -> ChangeID? {
        var whom = ["id": customer, "name": customer]
        whom["phone"] = phone
        var line: [String: Any] = [
            "channel": channel.rawValue, "from": whom, "providerId": providerID,
            "at": Instant.text(milliseconds: Int64(at ?? now)), "kind": kind, "sender": sender,
        ]
        line["text"] = text
        line["about"] = about
        let message = try InboundMessage(line: Array(JSONSerialization.data(withJSONObject: line)))
        return try write(name) { try $0.receive(message, ids: ids) }
    }

    /// The provider tells the gateway what became of a message of the team's.
    ///
    /// - Parameter text: the message's.
    @discardableResult
    func tell(
        _ event: DeliveryEvent, of text: String, in conversation: RootID, at: UInt64? = nil, code: String? = nil,
        providerID: String? = nil
    ) throws -> ChangeID? {
        var line = [
            "event": event.name, "conversation": conversation.text,
            "message": try message(text, in: conversation, on: "gateway").id.text,
            "at": Instant.text(milliseconds: Int64(at ?? now)),
        ]
        line["code"] = code
        line["providerId"] = providerID
        let receipt = try Receipt(line: Array(JSONSerialization.data(withJSONObject: line)))
        return try write("gateway") { try $0.record(receipt, ids: ids) }
    }

    /// A message with that text, as somebody's screen shows it.
    func message(_ text: String, in conversation: RootID, on name: String) throws -> MessageDetail {
        guard let message = try self[name].detail(conversation).messages.first(where: { $0.text == text }) else {
            preconditionFailure("\(name) has no message \(text)")
        }
        return message
    }

    /// A device writes what its program would not let it.
    @discardableResult
    func force(_ name: String, _ operation: ChangeLog.Operation, on conversation: RootID) throws -> Change {
        try govern(name) {
            try $0.commit(
                Draft(segments: [
                    Segment(kind: InboxSchema.conversation.number, root: conversation, operations: [operation])
                ]))
        }
    }

    /// A device says something of an earlier message.
    func remark(_ kind: MessageKind, _ text: String, about message: ElementID, by name: String, in conversation: RootID)
        throws
    {
        let sender: Sender = try self[name].member(self[name].id.device)?.role == .assistant ? .assistant : .agent
        let element = Element(fields: [
            .init(1, .integer(sender.rawValue)), .init(2, .integer(kind.rawValue)), .init(3, .text(text)),
            .init(9, .bytes(message.bytes)),
        ])
        let field = InboxSchema.conversation.field(named: "message").number
        try force(name, ChangeLog.Operation(field: field, action: .append(element)), on: conversation)
    }

    /// The assistant, or a person by hand, sums a conversation up.
    func sumUp(_ json: String, by name: String, in conversation: RootID, basis: Basis = .everything) throws {
        let field = InboxSchema.conversation.field(named: "summary").number
        try force(
            name, ChangeLog.Operation(field: field, action: .set(.text(json), basis: basis)), on: conversation)
    }

    /// Sets what a channel allows.
    func setPolicy(_ channel: String = "Shop", by name: String = "maya", _ change: (inout ChannelPatch) -> Void) throws
    {
        var patch = ChannelPatch()
        change(&patch)
        try write(name) { try $0.setChannel(channel, patch, ids: ids) }
    }
}

/// So many minutes after these stories begin.
func minute(_ minutes: Int64, plus milliseconds: Int64 = 0) -> Int64 { Team.now + minutes * 60_000 + milliseconds }
