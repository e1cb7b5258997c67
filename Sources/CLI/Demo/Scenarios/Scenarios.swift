/// The product's four scenarios.
enum Scenarios {
    /// - Parameter number: 1 to 4.
    static func play(_ number: Int, on scene: inout Scene) throws {
        switch number {
        case 1: try quickAnswer(&scene)
        case 2: try escalation(&scene)
        case 3: try qualification(&scene)
        default: try afterHours(&scene)
        }
    }

    /// The assistant answers from an article; nobody has to do anything.
    private static func quickAnswer(_ scene: inout Scene) throws {
        scene.stage.say("Scenario 1: a quick answer by the assistant\n")
        try scene.article("What are your opening hours?", "We are open Monday to Saturday, from 9 to 18.")
        try scene.customer("Ines", "12025550171", writes: "Hi, what are your opening hours?")
        let turn = try scene.assistant()
        try scene.check("the assistant answers from the article", turn["answered"].number == 1)
        try scene.send()
        let seen = try scene.shown("Ines")
        let last = seen["messages"].list.last
        try scene.check(
            "Maya sees the answer, sent, and has nothing to do",
            last?["from"].text == "assistant" && last?["state"].text == "sent" && seen["status"].text == "active")
        let again = try scene.assistant()
        try scene.check("looking again, the assistant says nothing twice", again["answered"].number == 0)
    }

    /// An upset customer is handed over to a person, and the assistant keeps silent from then on.
    private static func escalation(_ scene: inout Scene) throws {
        scene.stage.say("Scenario 2: handed over to a person\n")
        try scene.article("How long does delivery take?", "Delivery takes three to five days.")
        try scene.customer(
            "Bilal", "12025550172", writes: "This is unacceptable, I am really angry. My lamp arrived broken again!")
        let turn = try scene.assistant()
        try scene.check("the assistant hands over", turn["escalated"].number == 1)
        try scene.send()
        let handed = try scene.shown("Bilal")
        try scene.check(
            "the conversation needs a person, and the assistant is paused",
            handed["status"].text == "human_needed" && handed["ai"]["state"].text == "paused")
        try scene.stage.run("Maya", ["take-over", handed["id"].text])
        try scene.maya(replies: "I am so sorry, Bilal. A new lamp leaves today, and you keep the old one.", to: "Bilal")
        try scene.send()
        try scene.customer("Bilal", "12025550172", writes: "Thank you. How long does delivery take?")
        let silent = try scene.assistant()
        try scene.check("the assistant leaves it to Maya", silent["answered"].number == 0)
        try scene.maya(replies: "Three days at most.", to: "Bilal")
        try scene.send()
        let done = try scene.shown("Bilal")
        try scene.stage.run("Maya", ["close", done["id"].text, "--seen", done["seen"].text])
        try scene.check("Maya closes it", try scene.shown("Bilal")["status"].text == "closed")
    }

    /// A customer who means it is qualified by the assistant alone: 85, interested.
    private static func qualification(_ scene: inout Scene) throws {
        scene.stage.say("Scenario 3: a lead is qualified\n")
        for (title, text) in [
            ("Opening hours", "We are open Monday to Friday from 9 to 18, and on Saturday from 10 to 16."),
            (
                "Shipping costs and delivery times",
                "Shipping within the country costs 6 euros, from 100 euros on it is free. Delivery takes 3 to 5 working days."
            ), ("How much is the Halo pendant lamp?", "The Halo pendant lamp costs 89 euros."),
            (
                "Returns and refunds",
                "You can return a lamp within 30 days. We refund the price within a week of receiving it."
            ), ("Halo", "A pendant lamp of spun metal, in black, white or brass."),
        ] {
            try scene.article(title, text)
        }
        let messages = [
            "Hi! We are furnishing a small café and looking for pendant lamps.", "How much is the Halo pendant lamp?",
            "Great, that fits our plans. What are the delivery times for shipping twelve?",
            "Good. How do returns and refunds work?", "Perfect. I will talk to my partner tonight.",
        ]
        for message in messages {
            try scene.customer("Amara", "12025550174", writes: message)
            try scene.assistant()
            try scene.send()
        }
        let lead = try scene.shown("Amara")["lead"]
        try scene.check("the lead scores 85", lead["score"].number == 85)
        try scene.check("its status is interested", lead["status"].text == "interested")
    }

    /// A message after hours on Messenger; on Monday its window is closed, and the conversation goes on in WhatsApp.
    private static func afterHours(_ scene: inout Scene) throws {
        scene.stage.say("Scenario 4: after hours, and on in WhatsApp\n")
        try scene.openLine("Messenger", "messenger", account: "page-1")
        try scene.stage.run("Olga", ["sync"])
        let page = """
            [{"name":"back_to_you","language":"en_US","status":"APPROVED","category":"UTILITY","components":[{"type":"BODY",\
            "text":"Hello {{1}}, you asked us about lamps on Friday. Shall we go on here?",\
            "example":{"body_text":[["Ana"]]}}]}]
            """
        try scene.stage.run("Olga", ["template", "import", "-"], input: page)
        try scene.stage.run("Olga", ["sync"])
        try scene.customer(
            "Chen", "12025550173", on: "Messenger", writes: "Do you have this lamp in black?", minutes: 62 * 60)
        let old = try scene.assistant()
        try scene.check("the assistant does not answer what is two days old", old["answered"].number == 0)
        let friday = try scene.shown("Chen", on: "messenger")
        try scene.check("on Monday Messenger's window is closed", friday["window"]["state"].text == "closed")
        let next = try scene.stage.run("Maya", ["follow-up", friday["id"].text])["conversation"].text
        scene.say("Maya goes on in WhatsApp, with an approved template.")
        try scene.stage.run("Maya", ["show", next])
        try scene.stage.run("Maya", ["reply", next, "--template", "back_to_you", "--set", "1=Chen"])
        try scene.stage.run("Maya", ["sync"])
        try scene.send()
        try scene.customer("Chen", "12025550173", writes: "Oh, hello! Yes please, the one from the shop window.")
        try scene.maya(replies: "We have it in black. Shall I put one aside?", to: "Chen")
        try scene.send()
        let end = try scene.shown("Chen")
        try scene.check(
            "the conversation goes on in WhatsApp, one person's on two channels",
            end["id"].text == next && end["messages"].list.last?["state"].text == "sent"
                && end["links"].list.map(\.text).contains(friday["id"].text))
    }
}
