/// Something that answers customers: the built-in one here, a language model elsewhere.
///
/// It only thinks. Whether it is its turn is decided before it is asked (``TurnRule``), and what of its turn is written,
/// and that nothing has happened meanwhile, is seen to afterwards (``TurnTaker``).
public protocol ConversationAssistant {
    /// What to say and note in this situation. Asked again about the same one, it may be asked in vain.
    func answer(_ situation: ConversationSituation) -> AssistantTurn
}
