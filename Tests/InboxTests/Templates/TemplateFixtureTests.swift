import Foundation
import Inbox
import Testing

/// Meta's and pywa's examples, which are not part of this package.
@Suite(.enabled(if: Fixtures.areHere, "the examples are not beside the package"))
struct TemplateFixtureTests {
    /// What the examples themselves have that Meta does not allow: a name still to be chosen.
    private static let expected: [String: [TemplateProblem]] = ["<TEMPLATE_NAME>": [.badName]]

    private static let unsupported: [String: [TemplatePart]] = [
        "abandoned_cart_offer": [.header, .target(0)], "intro_catalog_offer": [.target(0)],
        "abandoned_cart": [.target(0)],
        "carousel_template_media_cards_v1": [.component("CAROUSEL")],
        "carousel_template_product_cards_v1": [.component("CAROUSEL")],
        "limited_time_offer_caribbean_pkg_2023": [.component("LIMITED_TIME_OFFER")], "<TEMPLATE_NAME>": [.target(0)],
        "authentication_code_autofill_button": [.target(0), .component("BODY"), .component("FOOTER")],
        "authentication_code_copy_code_button": [.target(0), .component("BODY"), .component("FOOTER")],
        "zero_tap_auth_template": [.target(0), .component("BODY"), .component("FOOTER")],
    ]

    @Test func `every example is read, within all limits, and stays the same when stored`() throws {
        let all = try Fixtures.all()
        #expect(all.count == 24)
        for template in all {
            #expect(template.problems() == Self.expected[template.name] ?? [], "\(template.name)")
            #expect(template.unsupportedParts == Self.unsupported[template.name] ?? [], "\(template.name)")
            #expect(try Sample.read(template.canonicalJSON) == template)
        }
    }

    @Test func `with its own examples each is shown without a brace, and sent if it can be`() throws {
        var sent: Set<String> = []
        for template in try Fixtures.all() {
            var values = TemplateValues(examplesOf: template).bySlot
            for field in template.fields where field.isRequired && values[field.slot] == nil {
                if case .degrees = field.kind { values[field.slot] = "37.5" } else { values[field.slot] = "x" }
            }
            let preview = TemplatePreview(template, TemplateValues(values))
            #expect(!preview.lines.joined().contains("{{"), "\(preview.lines)")
            guard template.unsupportedParts.isEmpty else { continue }
            #expect(try !FilledTemplate(template, TemplateValues(values)).sendComponents().isEmpty)
            sent.insert(template.name)
        }
        #expect(
            sent == [
                "seasonal_promotion", "order_confirmation", "order_delivery_update", "coupon_code_fall2023_25off",
                "limited_time_offer_tuscan_getaway_2023", "seasonal_promotion_text_only",
            ])
    }
}

private enum Fixtures {
    static let directory: URL = {
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let shared = ProcessInfo.processInfo.environment["NEXUS_SHARED"].map { URL(filePath: $0) }
        let beside = package.deletingLastPathComponent().appending(path: "shared")
        return (shared ?? beside).appending(path: "fixtures/whatsapp")
    }()

    static var areHere: Bool { FileManager.default.fileExists(atPath: directory.path) }

    /// Each file is an object of templates by what they show.
    static func all() throws -> [TemplateDefinition] {
        let folder = directory.appending(path: "templates")
        let files =
            try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "json" } + [directory.appending(path: "openapi-templates.json")]
        return try files.sorted { $0.path < $1.path }.flatMap { file in
            guard case .object(let templates)? = try JSONValue(json: Array(Data(contentsOf: file))) else {
                throw TemplateRejection.malformed
            }
            return try templates.values.map { try TemplateDefinition(json: Array($0.canonicalText.utf8)) }
        }
    }
}
