public import CRDT
import ChangeLog
import Foundation

/// What a conversation is about so far, in five parts.
public struct ConversationSummary: Hashable, Sendable {
    /// What was talked about.
    public let topics: [String]
    /// What troubles the customer, or interests them.
    public let pains: [String]
    /// What was mentioned of what there is to buy.
    public let products: [String]
    /// What is to be done.
    public let nextSteps: [String]
    /// What nobody has answered yet.
    public let openQuestions: [String]
    /// Whose word it is.
    public let source: SharedField.Source?
    /// The last message that it knows of; nil if it knows of none.
    public let reaches: ElementID?
    /// How many messages of the customer and the team came after.
    public let missing: Int

    /// The parts as a register holds them: JSON; what a later version adds is passed over.
    struct Text: Codable {
        var topics: [String]?
        var pains: [String]?
        var products: [String]?
        var nextSteps: [String]?
        var openQuestions: [String]?

        private enum CodingKeys: String, CodingKey {
            case topics, pains, products
            case nextSteps = "next_steps"
            case openQuestions = "open_questions"
        }
    }

    /// - Parameter text: as the register holds it.
    /// - Returns: nil for what is no summary.
    init?(text: String, source: SharedField.Source?, reaches: ElementID?, missing: Int) {
        guard let parts = try? JSONDecoder().decode(Text.self, from: Data(text.utf8)) else { return nil }
        (topics, pains, products) = (parts.topics ?? [], parts.pains ?? [], parts.products ?? [])
        (nextSteps, openQuestions) = (parts.nextSteps ?? [], parts.openQuestions ?? [])
        (self.source, self.reaches, self.missing) = (source, reaches, missing)
    }
}
