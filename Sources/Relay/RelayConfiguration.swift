public import ChangeLog
public import Storage

/// What a relay has to be told: where it keeps its data, where it listens, and what it hosts.
public struct RelayConfiguration: Sendable {
    /// The folder with the relay's key and one replica a workspace; made when absent, for its owner only.
    public var dataDirectory: String
    /// The address to listen on: a name or a number. Only on a loopback address may anybody found a workspace.
    public var host: String
    /// The port to listen on; 0 picks a free one.
    public var port: Int
    /// Workspaces that may be founded here from elsewhere than this machine.
    ///
    /// A proxy on this machine makes every request look like one from this machine.
    public var allowedWorkspaces: Set<WorkspaceID>
    /// What it speaks HTTPS with; nil for plain HTTP, as behind a proxy.
    public var tls: TLSFiles?
    /// The most connections from one network address, other than this machine's own.
    public var connectionsPerAddress: Int
    /// What the relay's key is under; nil if it is under nothing.
    public var passphrase: SecretBytes?
    /// Schema, projections and dice of the replicas. The relay itself knows no rule of their content.
    public var replica: Replica.Configuration
    /// Milliseconds since 1970.
    public var clock: @Sendable () -> UInt64

    /// As many connections as the devices behind one office's address need.
    public static let usualConnectionsPerAddress = 64

    /// A relay's configuration.
    public init(
        dataDirectory: String, host: String = "127.0.0.1", port: Int, allowedWorkspaces: Set<WorkspaceID> = [],
        tls: TLSFiles? = nil, connectionsPerAddress: Int = RelayConfiguration.usualConnectionsPerAddress,
        passphrase: SecretBytes? = nil, replica: Replica.Configuration, clock: @escaping @Sendable () -> UInt64
    ) {
        (self.dataDirectory, self.host, self.port) = (dataDirectory, host, port)
        (self.allowedWorkspaces, self.tls, self.passphrase) = (allowedWorkspaces, tls, passphrase)
        self.connectionsPerAddress = connectionsPerAddress
        (self.replica, self.clock) = (replica, clock)
    }

    /// A TLS certificate and its key, read when the relay starts and not again.
    public struct TLSFiles: Sendable {
        /// The path of the certificate and what vouches for it, in PEM, the certificate itself first.
        public var certificate: String
        /// The path of its private key, in PEM, under no passphrase.
        public var key: String

        /// A certificate and its key.
        public init(certificate: String, key: String) { (self.certificate, self.key) = (certificate, key) }
    }
}
