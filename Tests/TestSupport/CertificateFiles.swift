import Foundation

/// A certificate for this machine and its key, in files, made by the `openssl` command.
package struct CertificateFiles: Sendable {
    package let certificate: String
    package let key: String

    /// Whether there is that command; without it tests of TLS cannot make certificates.
    package static let canBeMade = (try? openssl(["version"])) != nil

    /// The command failed.
    package struct Failure: Error {
        let status: Int32
    }

    /// - Parameters:
    ///   - path: of the files, without an extension.
    ///   - authority: who signs it; nil has it sign itself.
    ///   - days: from now to its end; below 0 it has expired.
    package init(at path: String, signedBy authority: CertificateFiles? = nil, days: Int = 1) throws {
        (certificate, key) = (path + ".pem", path + ".key")
        let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key]
        let names = "subjectAltName=IP:127.0.0.1"
        guard let authority else {
            try Self.openssl(
                ["req", "-x509", "-days", "\(days)", "-subj", "/CN=nexus test", "-addext", names, "-out", certificate]
                    + newKey)
            return
        }
        try Data(names.utf8).write(to: URL(fileURLWithPath: path + ".names"))
        try Self.openssl(["req", "-subj", "/CN=nexus test", "-out", path + ".request"] + newKey)
        try Self.openssl([
            "x509", "-req", "-in", path + ".request", "-CA", authority.certificate, "-CAkey", authority.key,
            "-CAcreateserial", "-extfile", path + ".names", "-days", "\(days)", "-out", certificate,
        ])
    }

    private static func openssl(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(status: process.terminationStatus) }
    }
}
