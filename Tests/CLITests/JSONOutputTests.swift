import Testing

@testable import CLI

struct JSONOutputTests {
    @Test func `members keep the order in which they were given`() {
        let value: JSONOutput = ["z": 1, "a": [true, nil, "x"], "m": [:], "e": []]
        #expect(value.text() == #"{"z":1,"a":[true,null,"x"],"m":{},"e":[]}"#)
    }

    @Test func `pretty output has one element a line, two spaces a level, and empty ones closed at once`() {
        let value: JSONOutput = ["a": [1, ["b": "c"]], "e": [], "o": [:]]
        #expect(
            value.text(pretty: true) == """
                {
                  "a": [
                    1,
                    {
                      "b": "c"
                    }
                  ],
                  "e": [],
                  "o": {}
                }
                """)
    }

    @Test func `quotes, backslashes and every control character are escaped`() {
        #expect(JSONOutput.string("\"\\/\u{8}\t\n\u{C}\r").text() == ##""\"\\/\b\t\n\f\r""##)
        #expect(JSONOutput.string("\0\u{1}\u{1F}\u{1B}[2J").text() == ##""\u0000\u0001\u001f\u001b[2J""##)
        #expect(JSONOutput.string("\r\n").text() == ##""\r\n""##)
    }

    @Test func `terminal commands beyond ASCII are escaped too`() {
        #expect(JSONOutput.string("\u{7F}\u{80}\u{9B}31m\u{9F}").text() == ##""\u007f\u0080\u009b31m\u009f""##)
    }

    @Test func `other text stands as it is`() {
        for text in ["", "é", "\u{A0}", "\u{C2}\u{A0}", "😀👨‍👩‍👧", "\u{2028}\u{2029}", "שלום", "日本語", "\u{10FFFF}"] {
            #expect(JSONOutput.string(text).text() == "\"\(text)\"")
        }
    }

    @Test func `keys are escaped as values are`() {
        #expect(JSONOutput.object([("a\"\n", 1)]).text() == ##"{"a\"\n":1}"##)
    }

    @Test func `numbers are written so that they read back as themselves`() {
        #expect(array(.integer(.min), .integer(.max)) == "[-9223372036854775808,9223372036854775807]")
        #expect(
            array(0, 0.1, .number(1e300), .number(-0.0), .number(.leastNonzeroMagnitude))
                == "[0,0.1,1e+300,-0.0,5e-324]")
        #expect(array(.number(.nan), .number(.infinity), .number(-.infinity)) == "[null,null,null]")
    }

    @Test func `writing appends to what is there`() {
        var bytes = Array("data: ".utf8)
        JSONOutput.bool(false).write(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == "data: false")
    }

    private func array(_ elements: JSONOutput...) -> String { JSONOutput.array(elements).text() }
}
