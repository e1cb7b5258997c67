import Glibc
import NIOCore
import NIOSSL
import Sync

/// By what the relay is known over TLS: a certificate chain and its private key, read once.
struct RelayCertificate: Sendable {
    let configuration: TLSConfiguration
    /// Of the certificate's key.
    let pin: KeyPin

    init(_ files: RelayConfiguration.TLSFiles, limits: RelayLimits) throws(RelayFailure) {
        let chain = try Self.read(files.certificate, orThrow: .noCertificate(path: files.certificate)) {
            try NIOSSLCertificate.fromPEMFile($0)
        }
        let key = try Self.read(files.key, orThrow: .noPrivateKey(path: files.key)) {
            try NIOSSLPrivateKey(file: $0, format: .pem)
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.shutdownTimeout = TimeAmount(limits.lingerTimeout)
        guard let publicKey = try? chain.first?.extractPublicKey().toSPKIBytes() else {
            throw .noCertificate(path: files.certificate)
        }
        // Only a context compares the two.
        guard (try? NIOSSLContext(configuration: configuration)) != nil else { throw .otherPrivateKey }
        (self.configuration, pin) = (configuration, KeyPin(publicKey: publicKey))
    }

    private static func read<Content>(
        _ path: String, orThrow failure: RelayFailure, _ body: (String) throws -> Content
    ) throws(RelayFailure) -> Content {
        guard access(path, R_OK) == 0 else { throw .cannotReadFile(path: path, code: errno) }
        guard let content = try? body(path) else { throw failure }
        return content
    }
}
