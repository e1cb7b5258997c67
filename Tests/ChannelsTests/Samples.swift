import ChangeLog
import Foundation

@testable import Channels
@testable import Inbox

/// Files of the package, and the examples beside it.
enum Samples {
    private static let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func file(_ path: String) throws -> JSONValue {
        try read(package.appending(path: "Fixtures").appending(path: path))
    }

    /// Meta's and pywa's examples, which are not part of this package.
    static let shared: URL = {
        let shared = ProcessInfo.processInfo.environment["NEXUS_SHARED"].map { URL(filePath: $0) }
        return (shared ?? package.deletingLastPathComponent().appending(path: "shared"))
            .appending(path: "fixtures/whatsapp")
    }()

    static var areShared: Bool { FileManager.default.fileExists(atPath: shared.path) }

    static func read(_ url: URL) throws -> JSONValue {
        guard let value = try JSONValue(json: Array(Data(contentsOf: url))) else {
            throw CocoaError(.fileReadCorruptFile)
        }
        return value
    }

    /// Every webhook of the examples, by file and name.
    static func sharedWebhooks() throws -> [(name: String, webhook: JSONValue)] {
        let folder = shared.appending(path: "webhooks")
        let files =
            try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "json" } + [shared.appending(path: "openapi-webhooks.json")]
        return try files.sorted { $0.path < $1.path }.flatMap { file in
            webhooks(in: try read(file), named: file.lastPathComponent)
        }
    }

    /// Some stand deeper in their file than others.
    private static func webhooks(in value: JSONValue, named name: String) -> [(String, JSONValue)] {
        guard case .object(let fields) = value else { return [] }
        if fields["entry"] != nil { return [(name, value)] }
        return fields.sorted { $0.key < $1.key }.flatMap { webhooks(in: $0.value, named: "\(name): \($0.key)") }
    }

    static func secret(_ text: String) -> SecretBytes? {
        SecretBytes(capacity: text.utf8.count) { buffer in
            buffer.copyBytes(from: Array(text.utf8))
            return text.utf8.count
        }
    }

    static func text(_ text: String = "Hello", to customer: String = "491511234567") -> OutgoingMessage {
        OutgoingMessage(to: customer, content: .text(text), reference: "m1")
    }
}

extension ProviderEvent {
    /// What it says, on one line.
    var line: String {
        switch self {
        case .message(let message): message.line
        case .receipt(let receipt): receipt.line
        case .template(let update): "template \(update.name) \(update.language): \(update.news.words)"
        case .ignored(let kind): "ignored \(kind)"
        case .unreadable: "unreadable"
        }
    }
}

extension ProviderEvent {
    /// The first word of its line, and of messages the second.
    var kind: String {
        let words = line.split(separator: " ").map(String.init)
        if case .message = self { return words.prefix(2).joined(separator: " ") }
        return words[0]
    }
}

extension InboundMessage {
    fileprivate var line: String {
        var line = "\(author.name) \(kind ?? "") \(providerId) of \(from.id)"
        if let name = from.name { line += " (\(name))" }
        if let at { line += " at \(at)" }
        if let about { line += " about \(about)" }
        if let file { line += " [\([file.mime, file.name].compactMap { $0 }.joined(separator: " "))]" }
        if let text { line += ": \(text)" }
        if let details { line += " \(details.canonicalText)" }
        return line
    }
}

extension ProviderReceipt {
    fileprivate var line: String {
        var line = "\(event.name) \(providerID)"
        if let reference { line += " (\(reference))" }
        if let customer { line += " to \(customer)" }
        if let at { line += " at \(Instant.text(milliseconds: at))" }
        if let code { line += ": \(code) \(words ?? "")" }
        return line
    }
}

extension TemplateUpdate.News {
    fileprivate var words: String {
        switch self {
        case .status(let status, let reason): "status \(status.rawValue) \(reason ?? "")"
        case .category(let category): "category \(category.rawValue)"
        case .components(let components): "components \(JSONValue.list(components).canonicalText)"
        case .quality(let quality): "quality \(quality)"
        }
    }
}
