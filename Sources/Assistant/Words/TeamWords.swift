/// What the assistant says by itself, and by what it knows courtesies and promises.
enum TeamWords {
    /// What it tells a customer when it hands over to a person.
    static let handOver: [Language: String] = [
        .english: "I am passing this on to a colleague, who will get back to you.",
        .german: "Ich gebe das an eine Kollegin oder einen Kollegen weiter. Wir melden uns bei Ihnen.",
        .spanish: "Paso su mensaje a una persona del equipo, que le responderá.",
        .portuguese: "Vou passar a sua mensagem a uma pessoa da equipe, que lhe responderá.",
        .french: "Je transmets votre message à une personne de l'équipe, qui vous répondra.",
        .arabic: "سأحوّل رسالتك إلى أحد الزملاء، وسيردّ عليك.",
    ]

    /// A message of nothing but these asks for no answer.
    static let courtesies = PhraseList([
        "hello", "hi", "hey", "hi there", "good morning", "good afternoon", "good evening", "thanks", "thank you",
        "many thanks",
        "thanks a lot", "ok", "okay", "great", "perfect", "good", "fine", "cool", "nice", "awesome", "bye", "goodbye",
        "see you", "have a nice day", "yes", "no", "sure", "alright", "got it", "understood", "will do", "you too",
        "so much",
        "hallo", "guten tag", "guten morgen", "danke", "danke schön", "vielen dank", "alles klar", "tschüss", "ja",
        "nein", "super", "prima",
        "hola", "buenos días", "buenas tardes", "gracias", "muchas gracias", "vale", "adiós", "sí", "perfecto",
        "de acuerdo",
        "olá", "oi", "bom dia", "boa tarde", "obrigado", "obrigada", "muito obrigado", "tchau", "sim", "não",
        "perfeito",
        "bonjour", "bonsoir", "salut", "merci", "merci beaucoup", "d'accord", "au revoir", "oui", "non", "parfait",
        "مرحبا", "السلام عليكم", "شكرا", "شكرا جزيلا", "حسنا", "تمام", "نعم", "لا", "مع السلامة",
    ])

    /// What the team says when it promises something, and what a customer says when they ask for something to be done.
    static let promises = PhraseList([
        "we will", "we'll", "i will", "i'll", "let me", "going to send", "please send", "send me", "could you send",
        "can you send", "please call", "get back to you", "will contact",
        "ich werde", "wir werden", "ich schicke", "wir schicken", "wir melden uns", "ich melde mich", "schicken sie",
        "senden sie",
        "le enviaré", "le enviaremos", "enviaremos", "vamos a", "envíeme", "envíenme", "me pueden enviar",
        "vou enviar", "vamos enviar", "enviaremos", "entraremos em contato", "me envie", "podem enviar",
        "je vais", "nous allons", "nous enverrons", "je vous envoie", "envoyez moi", "pouvez vous envoyer",
        "سأرسل", "سنرسل", "سوف", "أرسلوا", "ارسل لي", "ممكن ترسل",
    ])

    /// What troubles a customer.
    static let troubles = PhraseList([
        "problem", "problems", "issue", "issues", "broken", "doesn't work", "does not work", "not working",
        "isn't working",
        "missing", "damaged", "late", "delayed", "wrong", "can't", "cannot", "unable", "worried", "afraid", "refund",
        "hasn't arrived",
        "kaputt", "defekt", "funktioniert nicht", "geht nicht", "fehlt", "beschädigt", "verspätet", "falsch",
        "problema", "problemas", "roto", "rota", "no funciona", "falta", "dañado", "tarde", "equivocado", "reembolso",
        "quebrado", "quebrada", "não funciona", "faltando", "danificado", "atrasado", "errado", "reembolso",
        "problème", "cassé", "cassée", "ne marche pas", "ne fonctionne pas", "manque", "abîmé", "en retard",
        "remboursement",
        "مشكلة", "مكسور", "لا يعمل", "ناقص", "تالف", "متأخر", "خطأ", "استرجاع",
    ])
}
