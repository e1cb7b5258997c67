import Inbox
import Testing

/// Whether the template is still the one a reply was written for.
struct TemplateHashTests {
    private let template = #"""
        {"name":"a","language":"en","category":"UTILITY","parameter_format":"POSITIONAL","status":"APPROVED","components":[
        {"type":"HEADER","format":"TEXT","text":"Hi"},{"type":"BODY","text":"Dear {{1}}!","example":{"body_text":[["Jo"]]}},
        {"type":"FOOTER","text":"Bye"},{"type":"BUTTONS","buttons":[{"type":"URL","text":"Go","url":"https://a/{{1}}"}]},
        {"type":"CAROUSEL","cards":[{"example":["x"],"text":"One"}]}]}
        """#

    @Test(arguments: [
        ("Dear {{1}}", "Dear {{1}} "), ("\"Hi\"", "\"Ho\""), ("\"TEXT\"", "\"LOCATION\""), ("Bye", "By"), ("Go", "Do"),
        ("a/{{1}}", "b/{{1}}"), ("UTILITY", "MARKETING"), ("\"en\"", "\"de\""), ("POSITIONAL", "NAMED"), ("One", "Two"),
        ("\"URL\"", "\"FLOW\""),
    ])
    func `another text, button, format, category or language is another hash`(old: String, new: String) throws {
        let changed = template.replacing(old, with: new)
        #expect(changed != template)
        #expect(try Sample.read(changed).sendingHash != Sample.read(template).sendingHash)
    }

    @Test(arguments: [("APPROVED", "PAUSED"), ("\"Jo\"", "\"Ann\""), ("[\"x\"]", "[\"y\"]"), ("\"a\"", "\"b\"")])
    func `another status, example or name is the same hash`(old: String, new: String) throws {
        let changed = template.replacing(old, with: new)
        #expect(changed != template)
        #expect(try Sample.read(changed).sendingHash == Sample.read(template).sendingHash)
    }

    @Test func `the hash stays what it is, because replies carry it`() throws {
        let hash = try Sample.read(template).sendingHash
        #expect(
            hash == [
                0x56, 0xF4, 0x2D, 0x3A, 0x23, 0xC0, 0x18, 0x4D, 0xFE, 0x50, 0xBB, 0x9A, 0x16, 0xEC, 0xD7, 0xE1,
            ])
        #expect(try Sample.read(Sample.read(template).canonicalJSON).sendingHash == hash)
    }
}
