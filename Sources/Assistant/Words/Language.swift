/// Languages that the word lists know.
enum Language: String, CaseIterable, Sendable {
    case english = "en"
    case arabic = "ar"
    case german = "de"
    case spanish = "es"
    case portuguese = "pt"
    case french = "fr"

    /// The language itself of a tag such as `pt_BR` or `de-AT`; nil for an empty one.
    static func primary(of tag: String?) -> String? {
        guard let tag, let primary = tag.split(whereSeparator: { $0 == "-" || $0 == "_" }).first else { return nil }
        return primary.lowercased()
    }

    /// The one most of whose small words stand in a text: two of them, and one more than of any other. Arabic is seen
    /// from its letters.
    ///
    /// - Returns: nil where that says nothing.
    static func spoken(in text: FoldedText) -> Language? {
        let words = text.texts
        if words.filter({ $0.unicodeScalars.allSatisfy { (0x0600...0x06FF).contains($0.value) } }).count * 2
            > words.count
        {
            return .arabic
        }
        let counts = StopWords.byLanguage.map { language, list in (language, words.filter(list.contains).count) }
            .sorted { ($0.1, $1.0.rawValue) > ($1.1, $0.0.rawValue) }
        guard counts.count > 1, counts[0].1 >= 2, counts[0].1 > counts[1].1 else { return nil }
        return counts[0].0
    }
}

/// Small words that say nothing of what a text is about.
enum StopWords {
    static let byLanguage: [Language: Set<String>] = lists.mapValues { Set(FoldedText($0).texts) }
    static let all: Set<String> = byLanguage.values.reduce(into: []) { $0.formUnion($1) }

    private static let lists: [Language: String] = [
        .english: """
        a an the is are was were be been being am do does did done doing have has had having i you he she it we they
        me him her us them my your his its our their this that these those what which who whom whose when where why
        how can could will would shall should may might must to of in on at by for from with about into over under
        as and or but if then than so not no nor yes there here any some all please just also too very much many
        i'm i'd i'll it's don't get got want need know tell hello hi hey
        """,
        .german: """
        der die das den dem des ein eine einen einem einer eines ist sind war waren sein bin bist habe hat haben hatte
        ich du er sie es wir ihr mich mir dich dir uns euch mein meine meinen dein ihre unser was welche welcher
        welches wer wen wem wann wo warum wie kann können könnte könnten soll sollte muss müssen darf zu zum zur von
        vom im in an am auf bei für mit über unter und oder aber wenn dann als so nicht kein keine ja nein da hier
        auch sehr viel bitte nur gibt man hallo guten tag
        """,
        .spanish: """
        el la los las un una unos unas es son era ser soy eres estoy está están estar he ha han haber hay tengo tiene
        yo tú él ella ello nosotros ustedes me te se nos le les lo mi mis tu tus su sus este esta esto ese esa eso que
        qué cual cuál quien quién cuando cuándo donde dónde porque cómo como puedo puede pueden a al de del en por
        para con sobre y o pero si sí no muy mucho más también favor hola buenos días quiero
        """,
        .portuguese: """
        o a os as um uma uns umas é são era ser sou estou está estão estar tenho tem têm há eu você ele ela nós vocês
        eles me te se nos lhe meu minha seu sua este esta isto esse essa isso que qual quem quando onde porque como
        posso pode podem ao à de do da dos das em no na nos nas por para com sobre e ou mas se sim não muito mais
        também favor olá oi bom dia quero
        """,
        .french: """
        le la les un une des du de d'un est sont était être suis es ai as a avons avez ont avoir je tu il elle nous
        vous ils elles me te se lui leur mon ma mes ton ta tes son sa ses notre votre vos ce cet cette ces que quel
        quelle quels quelles qui quand où pourquoi comment peux peut pouvez à au aux en dans par pour avec sur et ou
        mais si oui non ne pas très plus aussi bonjour salut voudrais y c'est
        """,
        .arabic: """
        من الى إلى على في عن مع هل ما ماذا متى اين أين كيف كم هو هي هم انا أنا انت أنت نحن هذا هذه ذلك تلك التي الذي و او
        أو ثم لكن اذا إذا لا نعم كان كانت يكون قد ان أن لو سمحت مرحبا السلام عليكم
        """,
    ]
}
