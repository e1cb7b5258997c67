import Testing

@testable import Assistant

/// Who is upset, and who wants a person.
struct MoodTests {
    @Test(arguments: [
        "I am furious!", "This is unacceptable.", "Your service is the WORST", "I'm really fed up with waiting",
        "This is a SCAM",
        "I have never been so angry", "I'm not sure what went wrong, but I am angry", "we are very disappointed",
        "Das ist eine Frechheit!", "Ich bin wütend.", "Jetzt reicht es mir, ich bin sauer",
        "Estoy muy enojada", "Esto es inaceptable", "¡Qué vergüenza!", "Estou muito irritado", "Isso é um absurdo",
        "Péssimo atendimento",
        "Je suis furieux", "C'est inadmissible !", "J'en ai marre", "أنا غاضب جدا", "هذا غير مقبول", "خدمة فظيع",
    ])
    func `somebody who is upset is handed over`(text: String) {
        guard case .upset = Mood(Situations.of("C: \(text)").messages).escalation else {
            Issue.record("\(text) is not taken for upset")
            return
        }
    }

    @Test(arguments: [
        "I'm not angry, just curious.", "I am not at all upset", "No complaint from me!",
        "this isn't ridiculous at all",
        "Ich bin nicht wütend.", "Ich bin gar nicht sauer", "No estoy enojado", "Não estou zangado",
        "Je ne suis pas fâché", "لست غاضبا",
        "لست غاضب", "What is your refund policy?", "How much is the Halo?", "Great lamp, thanks", "", "...",
    ])
    func `somebody who says that they are not, or nothing of the kind, is not taken for upset`(text: String) {
        #expect(Mood(Situations.of("C: \(text)").messages).escalation == nil)
    }

    @Test(arguments: [
        "Can I talk to a human?", "I want to speak with someone from your team", "Please connect me with an agent",
        "real person please",
        "let me speak to your manager", "Are you a robot? I want a human.", "Kann ich mit einem Mitarbeiter sprechen?",
        "Ich möchte mit jemandem reden",
        "Quiero hablar con una persona", "¿Puedo hablar con alguien?", "Quero falar com um atendente",
        "Posso falar com alguém?",
        "Je veux parler à quelqu'un", "Puis-je parler à un conseiller ?", "أريد التحدث مع موظف",
        "ممكن اتكلم مع شخص حقيقي",
    ])
    func `somebody who wants a person gets one`(text: String) {
        guard case .wanted = Mood(Situations.of("C: \(text)").messages).escalation else {
            Issue.record("\(text) is not taken for a wish")
            return
        }
    }

    @Test(arguments: [
        "I don't want to talk to a human", "No need to speak to anyone", "How many people fit in the room?",
        "Do you have cleaning agents?", "My team loves the lamp", "I can speak English",
    ])
    func `who only speaks of people does not want one`(text: String) {
        #expect(Mood(Situations.of("C: \(text)").messages).escalation == nil)
    }

    @Test func `a wish for a person is told before the mood`() {
        let mood = Mood(Situations.of("C: This is terrible", "C: I want a human").messages)
        #expect(mood.escalation == .wanted("human"))
    }
}
