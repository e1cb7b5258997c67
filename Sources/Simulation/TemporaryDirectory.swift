import Foundation

/// A directory that goes, with all that is in it, when the object goes. As a property of a suite it lasts one test.
package final class TemporaryDirectory: Sendable {
    /// Without a slash at the end.
    package let path: String

    /// A new, empty directory that only its owner can read.
    package init() {
        let url = FileManager.default.temporaryDirectory.appending(path: "nexus-test-\(UUID().uuidString)")
        path = url.path
        do {
            try FileManager.default.createDirectory(
                at: url, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        } catch {
            preconditionFailure("no temporary directory: \(error)")
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file in it.
    package func file(_ name: String) -> String { path + "/" + name }
}
