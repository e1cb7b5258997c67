import Foundation
import Inbox
import Storage
import Testing

/// The reference page says what the code declares, because the code writes it.
struct SchemaPageTests {
    private static let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Docs/SCHEMA.md")

    private static let introduction = """
        # The schema

        Every root, field and column of the inbox, as `Sources/Inbox/Schema/` declares them; tables, merging, rights,
        digest and this page follow from there. Written by the tests: `NEXUS_WRITE_FIXTURES=1 swift test --filter
        SchemaPageTests`. The kinds are those of `Docs/FORMAT.md`, section 13. A released field's kind and writers never
        change.

        What a role may write into a field is one of these. Every replica judges every operation by it, from the role and
        the operation alone; a segment with one operation that is not allowed has no effect, the other segments of its
        change do.

        | | |
        |---|---|
        | any | whatever the field takes |
        | own | the same, of their own: their marks, the elements they append |
        | only ... | these values; of a sequence, elements that are one of those described below it |
        | - | nothing |
        | ..., yields | of a causal register: the write takes away none but others that yield, and stands beside the rest |

        What a version does not know, be it a root, a field, a column or an operation, has no effect in it and is not
        judged. A value of another type than the column's or field's is nothing, and is judged as that. In tables of
        elements, *-* is nothing: the column is empty, or the element has no id or position of its own.


        """

    @Test func `the page is the one that the schema writes`() throws {
        let text = Self.introduction + "Version \(InboxSchema.current.version).\n\n" + InboxSchema.current.reference
        if ProcessInfo.processInfo.environment["NEXUS_WRITE_FIXTURES"] == "1" {
            try Data(text.utf8).write(to: Self.page)
        }
        #expect(try String(contentsOf: Self.page, encoding: .utf8) == text)
    }

    @Test func `numbers and names are used once, and everything says what it holds`() {
        let roots = InboxSchema.current.roots
        #expect(Set(roots.map(\.number)).count == roots.count)
        for root in roots {
            #expect(Set(root.fields.map(\.number)).count == root.fields.count, "\(root.name)")
            #expect(Set(root.fields.map(\.name)).count == root.fields.count, "\(root.name)")
            #expect(!root.about.isEmpty)
            for field in root.fields {
                #expect(!field.about.isEmpty, "\(root.name).\(field.name)")
                #expect(field.since <= InboxSchema.current.version, "\(root.name).\(field.name)")
            }
        }
    }
}
