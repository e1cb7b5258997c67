import Testing

/// The product's four scenarios, as `nexus demo --scenario` plays them: relay, gateway, assistant, people and a stand-in for
/// WhatsApp, each a process of its own.
struct ScenarioTests {
    @Test(arguments: [
        (1, ["We are open Monday to Saturday, from 9 to 18."]),
        (
            2,
            [
                "I am passing this on to a colleague, who will get back to you.",
                "I am so sorry, Bilal. A new lamp leaves today, and you keep the old one.", "Three days at most.",
            ]
        ),
        (
            3,
            [
                "The Halo pendant lamp costs 89 euros.",
                "Shipping within the country costs 6 euros, from 100 euros on it is free. Delivery takes 3 to 5 working days.",
                "You can return a lamp within 30 days. We refund the price within a week of receiving it.",
            ]
        ),
        (4, ["Chen", "We have it in black. Shall I put one aside?"]),
    ])
    func `each scenario ends as it should, and the customer received just that`(
        number: Int, received: [String]
    ) throws {
        let run = try Terminal().start(["demo", "--scenario", String(number), "--json"])
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.json["received"].texts == received)
        #expect(run.json["messages"].number == received.count)
        #expect(run.json["problems"].number == 0)
    }

    @Test(arguments: [["--scenario", "5"], ["--scenario", "1", "--from", "file"]])
    func `a scenario that is not there is refused`(options: [String]) throws {
        #expect(try Terminal().start(["demo"] + options).status == 2)
    }
}
