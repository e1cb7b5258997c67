/// How a customer says that they are upset, or that they want a person.
enum MoodWords {
    /// One of these is enough, unless something before it says no.
    static let upset = PhraseList(
        [english, german, spanish, portuguese, french, arabic].flatMap { $0 })

    /// What says by itself that a person is wanted.
    static let personWanted = PhraseList([
        "human", "a human being", "real person", "actual person", "live person", "live agent", "real agent",
        "human agent",
        "not a bot", "not a robot", "not a machine", "no bots", "stop the bot", "your manager", "a manager",
        "a supervisor",
        "customer service representative", "talk to a representative", "call me back", "please call me",
        "operator please",
        "echter mensch", "echten menschen", "ein mensch", "einen menschen", "einem menschen", "kein bot", "keinen bot",
        "rufen sie mich an", "rückruf", "ihren vorgesetzten", "einen mitarbeiter", "einem mitarbeiter",
        "persona real", "una persona", "un humano", "ser humano", "un agente", "un asesor", "no un bot", "no un robot",
        "llámame", "llámenme", "su gerente", "el gerente",
        "uma pessoa", "pessoa real", "um humano", "um atendente", "um agente humano", "não um robô", "me liguem",
        "me ligue",
        "o gerente", "seu gerente",
        "vraie personne", "une personne", "un humain", "être humain", "un conseiller", "une conseillère",
        "pas un robot",
        "pas un bot", "rappelez moi", "votre responsable", "un responsable",
        "شخص حقيقي", "إنسان", "انسان حقيقي", "موظف", "موظف خدمة العملاء", "خدمة العملاء", "المدير", "اتصلوا بي",
        "اتصل بي",
    ])

    /// What one does with a person; counts with one of ``people`` shortly after it.
    static let contacting = PhraseList([
        "talk", "speak", "chat with", "speaking", "talking", "connect me", "transfer me", "put me through", "get me",
        "sprechen", "reden", "verbinden", "hablar", "comunicarme", "falar", "conversar", "parler", "discuter",
        "joindre",
        "اتحدث", "أتكلم", "اتكلم", "التحدث", "التكلم", "كلم", "اكلم",
    ])

    /// Whom one talks to.
    static let people = PhraseList([
        "person", "people", "someone", "somebody", "agent", "representative", "rep", "advisor", "adviser", "colleague",
        "manager", "supervisor", "staff", "team", "support", "human",
        "jemand", "jemandem", "jemanden", "mensch", "menschen", "mitarbeiter", "mitarbeiterin", "berater", "kollegen",
        "persona", "alguien", "agente", "asesor", "humano", "gerente",
        "pessoa", "alguém", "atendente", "humano",
        "personne", "quelqu'un", "conseiller", "conseillère", "humain", "responsable",
        "شخص", "أحد", "احد", "موظف", "مسؤول", "المدير", "إنسان",
    ])

    private static let english = [
        "angry", "furious", "outraged", "livid", "fed up", "sick of", "had enough", "unacceptable", "not acceptable",
        "ridiculous", "disgusting", "disgusted", "disgraceful", "outrageous", "terrible", "horrible", "awful", "worst",
        "appalling", "pathetic", "scam", "scammers", "fraud", "rip off", "ripped off", "liars", "lied to me",
        "complaint",
        "complain", "lawyer", "sue you", "legal action", "very disappointed", "so disappointed", "really disappointed",
        "extremely disappointed", "not happy", "unhappy", "frustrated", "frustrating", "useless", "waste of time",
        "wtf",
        "bullshit", "never again", "still waiting", "incompetent", "upset", "annoyed", "annoying",
    ]
    private static let german = [
        "wütend", "sauer", "stinksauer", "verärgert", "empört", "unverschämt", "unverschämtheit", "frechheit",
        "unmöglich",
        "inakzeptabel", "nicht akzeptabel", "lächerlich", "katastrophe", "katastrophal", "furchtbar", "schrecklich",
        "betrug", "betrüger", "abzocke", "beschwerde", "beschweren", "anwalt", "enttäuscht", "frustriert",
        "frustrierend",
        "nutzlos", "zeitverschwendung", "nie wieder", "es reicht", "saftladen", "schnauze voll", "warte immer noch",
    ]
    private static let spanish = [
        "enojado", "enojada", "enfadado", "enfadada", "furioso", "furiosa", "molesto", "molesta", "indignado",
        "indignada",
        "inaceptable", "ridículo", "vergüenza", "pésimo", "pésima", "terrible", "horrible", "estafa", "estafadores",
        "fraude", "queja", "reclamo", "reclamación", "abogado", "decepcionado", "decepcionada", "frustrado",
        "frustrada",
        "inútil", "harto", "harta", "pérdida de tiempo", "nunca más", "el peor", "la peor", "sigo esperando",
    ]
    private static let portuguese = [
        "zangado", "zangada", "furioso", "furiosa", "irritado", "irritada", "indignado", "indignada", "revoltado",
        "inaceitável", "ridículo", "vergonha", "péssimo", "péssima", "terrível", "horrível", "golpe", "fraude",
        "enganado",
        "enganada", "reclamação", "reclamar", "advogado", "decepcionado", "decepcionada", "frustrado", "frustrada",
        "inútil", "farto", "farta", "perda de tempo", "nunca mais", "o pior", "a pior", "continuo esperando", "absurdo",
    ]
    private static let french = [
        "fâché", "fâchée", "en colère", "furieux", "furieuse", "énervé", "énervée", "agacé", "scandaleux",
        "inadmissible",
        "inacceptable", "ridicule", "honte", "honteux", "horrible", "affreux", "arnaque", "arnaqueurs", "escroquerie",
        "plainte", "réclamation", "avocat", "déçu", "déçue", "frustré", "frustrée", "inutile", "ras le bol", "marre",
        "perte de temps", "plus jamais", "le pire", "la pire", "j'attends toujours",
    ]
    private static let arabic = [
        "غاضب", "غاضبة", "زعلان", "زعلانة", "مستاء", "مستاءة", "معصب", "غير مقبول", "مرفوض", "سخيف", "سيء جدا",
        "سيئ جدا",
        "سيئة جدا", "فظيع", "مقرف", "احتيال", "نصب", "نصابين", "محتالين", "شكوى", "أشتكي", "محامي", "محبط", "محبطة",
        "خيبة أمل",
        "فاشل", "فاشلين", "طفح الكيل", "مضيعة للوقت", "أسوأ", "مهزلة", "لا زلت أنتظر",
    ]
}
