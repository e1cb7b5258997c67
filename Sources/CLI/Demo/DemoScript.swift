/// What customers write in the demo. All of them are made up; the numbers are of the range kept for fiction.
enum DemoScript {
    /// A message as a gateway receives it.
    struct Inbound {
        let name: String
        let number: String
        let id: String
        let text: String

        var line: String {
            JSONOutput.object([
                ("channel", "whatsapp"),
                (
                    "from",
                    .object([
                        ("id", .string(number)), ("name", .string(name)), ("phone", .string("+" + number)),
                        ("email", .null),
                    ])
                ), ("providerId", .string(id)), ("at", .null), ("kind", "text"), ("text", .string(text)),
            ]).text()
        }
    }

    /// Before the network goes.
    static let morning = [
        Inbound(name: "Ines", number: "12025550171", id: "demo-1", text: "Olá! Where is my lamp, order 4471?"),
        Inbound(name: "Bilal", number: "12025550172", id: "demo-2", text: "Do you deliver on Saturdays?"),
        Inbound(name: "Chen", number: "12025550173", id: "demo-3", text: "灯罩又裂了。 The second shade, cracked again!"),
        Inbound(
            name: "Amara", number: "12025550174", id: "demo-4", text: "We run a café. Price for forty table lamps?"),
        Inbound(name: "Tomasz", number: "12025550175", id: "demo-5", text: "Dzień dobry, is the blue rug washable?"),
        Inbound(name: "Yusuf", number: "12025550176", id: "demo-6", text: "مرحبا، هل المصباح متوفر باللون الأسود؟"),
    ]

    /// While the agents are offline.
    static let meanwhile = [
        Inbound(name: "Ines", number: "12025550171", id: "demo-7", text: "Please send it to my office instead!"),
        Inbound(name: "Bilal", number: "12025550172", id: "demo-8", text: "Could somebody call me about it?"),
    ]
}
