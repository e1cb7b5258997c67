/// What customers say who mean to buy, and what those say who do not.
enum LeadWords {
    static let price = PhraseList([
        "price", "prices", "pricing", "priced", "how much", "cost", "costs", "quote", "quotation", "rate", "rates",
        "fee",
        "fees", "budget",
        "preis", "preise", "kosten", "kostet", "wie viel", "wieviel", "angebot", "preisliste",
        "precio", "precios", "cuánto cuesta", "cuánto cuestan", "cuánto vale", "cuánto", "costo", "coste", "cotización",
        "presupuesto",
        "preço", "preços", "quanto custa", "quanto custam", "quanto", "custo", "orçamento", "valor",
        "prix", "tarif", "tarifs", "combien", "coût", "coûte", "devis",
        "سعر", "السعر", "أسعار", "الأسعار", "اسعار", "كم سعر", "بكم", "تكلفة", "التكلفة", "كم يكلف",
    ])
    static let discount = PhraseList([
        "discount", "discounts", "coupon", "promo", "promo code", "voucher", "special offer", "deal", "bulk price",
        "cheaper",
        "rabatt", "gutschein", "aktion", "mengenrabatt", "günstiger",
        "descuento", "descuentos", "cupón", "oferta", "promoción", "rebaja",
        "desconto", "descontos", "cupom", "promoção", "remise", "réduction", "promo", "code promo", "soldes",
        "خصم", "الخصم", "تخفيض", "عرض خاص", "كوبون", "تخفيضات",
    ])
    static let timeline = PhraseList([
        "timeline", "how long", "how soon", "how fast", "by when", "when can", "when could", "when will", "deadline",
        "delivery time", "delivery times", "lead time", "lead times", "turnaround", "this week", "next week",
        "this month",
        "next month", "asap", "as soon as possible", "in stock",
        "lieferzeit", "lieferzeiten", "wie lange", "wie schnell", "bis wann", "wann können", "wann kann",
        "nächste woche",
        "nächsten monat", "auf lager", "frist",
        "plazo", "plazos", "cuánto tarda", "cuánto tiempo", "para cuándo", "tiempo de entrega", "próxima semana",
        "en stock",
        "prazo", "prazos", "quanto tempo", "para quando", "tempo de entrega", "prazo de entrega", "próxima semana",
        "em estoque",
        "délai", "délais", "combien de temps", "pour quand", "délai de livraison", "semaine prochaine", "en stock",
        "متى", "كم يستغرق", "مدة التوصيل", "موعد التسليم", "الأسبوع القادم", "متوفر",
    ])
    static let purchase = PhraseList([
        "buy", "purchase", "to order", "can i order", "can we order", "we order", "place an order", "to book",
        "sign up", "subscribe", "how do i pay", "can i pay", "pay by", "send an invoice", "checkout",
        "reserve", "i'll take", "we'll take",
        "kaufen", "bestellen", "bestellung aufgeben", "buchen", "bezahlen", "rechnung", "reservieren",
        "comprar", "pedir", "hacer un pedido", "reservar", "pagar", "factura", "contratar",
        "encomendar", "fazer um pedido", "assinar", "fatura", "acheter", "commander", "passer commande", "réserver",
        "payer", "facture", "شراء", "اشتري", "أشتري", "أطلب", "اطلب", "حجز", "أحجز", "الدفع", "فاتورة",
    ])
    static let trial = PhraseList([
        "demo", "trial", "free trial", "sample", "samples", "test it", "try it", "showroom", "visit",
        "probe", "muster", "testen", "vorführung", "probar", "muestra", "prueba", "amostra", "teste grátis",
        "experimentar",
        "essai", "échantillon", "essayer", "démo", "تجربة", "عينة", "أجرب",
    ])
    /// What they need, as a statement.
    static let need = PhraseList([
        "we need", "i need", "looking for", "interested in", "we want", "i want", "i would like", "i'd like",
        "we'd like",
        "we would like", "we are planning", "we're planning",
        "ich brauche", "wir brauchen", "ich suche", "wir suchen", "interessiere mich", "interessieren uns",
        "ich möchte",
        "wir möchten", "ich hätte gern",
        "necesito", "necesitamos", "busco", "buscamos", "estoy buscando", "estamos buscando", "me interesa",
        "nos interesa", "quisiera", "quiero",
        "preciso", "precisamos", "procuro", "procuramos", "estou procurando", "estamos procurando", "tenho interesse",
        "gostaria",
        "j'ai besoin", "nous avons besoin", "je cherche", "nous cherchons", "m'intéresse", "je voudrais",
        "nous voudrions", "je souhaite",
        "أحتاج", "احتاج", "نحتاج", "أبحث عن", "ابحث عن", "مهتم", "مهتمة", "أريد", "اريد", "نريد",
    ])
    static let welcoming = PhraseList([
        "great", "perfect", "excellent", "wonderful", "awesome", "sounds good", "that works", "good to know",
        "thank you",
        "thanks", "very helpful", "love it", "nice",
        "super", "perfekt", "prima", "toll", "wunderbar", "danke", "vielen dank", "klingt gut", "passt",
        "genial", "perfecto", "excelente", "estupendo", "gracias", "suena bien", "de acuerdo",
        "ótimo", "perfeito", "obrigado", "obrigada", "maravilha", "parece bom",
        "parfait", "génial", "merci", "très bien", "excellent", "ça marche",
        "ممتاز", "رائع", "شكرا", "جميل", "تمام", "مناسب",
    ])
    static let doubt = PhraseList([
        "too expensive", "too much for us", "over our budget", "can't afford", "cannot afford", "out of our budget",
        "zu teuer", "kann ich mir nicht leisten", "demasiado caro", "muy caro", "caro demais", "muito caro",
        "trop cher",
        "غالي", "غالي جدا", "مكلف جدا",
    ])
    static let refusal = PhraseList([
        "not interested", "no longer interested", "no thanks", "stop messaging", "unsubscribe", "leave me alone",
        "found something else", "changed my mind",
        "kein interesse", "nicht interessiert", "nicht mehr interessiert", "abmelden", "lassen sie mich in ruhe",
        "no me interesa", "no estoy interesado", "no estoy interesada", "no gracias",
        "não tenho interesse", "sem interesse", "não obrigado", "não obrigada",
        "pas intéressé", "pas intéressée", "non merci", "désabonner",
        "غير مهتم", "لست مهتما", "لا شكرا", "لا أريد",
    ])
    /// Words that begin a question, where no mark ends it.
    static let asking = PhraseList([
        "what", "which", "who", "when", "where", "why", "how", "do you", "does it", "can you", "can i", "could you",
        "is it",
        "is there", "are there", "are you", "would you", "will you", "may i", "have you",
        "was kostet", "was ist", "welche", "welcher", "welches", "wer", "wann", "wo", "warum", "wie", "haben sie",
        "können sie",
        "kann ich", "gibt es", "ist es", "sind sie", "liefern sie",
        "qué", "cuál", "quién", "cuándo", "dónde", "por qué", "cómo", "cuánto", "tienen", "puedo", "pueden", "hay",
        "o que", "qual", "quem", "quando", "onde", "por que", "quanto", "vocês têm", "posso", "tem",
        "que", "quel", "quelle", "qui", "quand", "où", "pourquoi", "comment", "combien", "est ce que", "avez vous",
        "puis je", "pouvez vous",
        "هل", "ما هو", "ما هي", "ماذا", "متى", "أين", "كيف", "كم", "لماذا", "من",
    ])
}
