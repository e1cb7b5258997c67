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

        Every root, field and column of the inbox, as `Sources/Inbox/Schema/InboxSchema.swift` declares them; tables,
        merging, rights, digest and this page follow from there. Written by the tests: `NEXUS_WRITE_FIXTURES=1 swift
        test --filter SchemaPageTests`. The kinds are those of `Docs/FORMAT.md`, section 13. *own*: only their own marks
        and the elements they appended. A released field's kind and writers never change.


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
