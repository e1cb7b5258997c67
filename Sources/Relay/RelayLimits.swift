/// What the relay bounds, and by how much: the one place for it. Exceeding a bound gets an answer that says so, or
/// closes the connection where no answer can be read.
///
/// They hold over TLS as without it; a handshake counts as silence.
///
/// Not done here: a bound per network address (behind a proxy all are one), a quota of disk or of waiting changes per
/// device, and closing replicas that are long unused.
struct RelayLimits: Sendable {
    /// The most bytes of one request's body, as sent.
    var bodyByteCount = 16 << 20
    /// The most bytes of bodies held in memory for all requests together.
    var bodiesByteCount = 256 << 20
    /// The most bytes of one request's header fields together.
    var headerByteCount = 16 << 10
    /// The most connections; further ones wait to be accepted.
    var connections = 1_024
    /// The most requests at work or waiting for one workspace.
    var requestsPerWorkspace = 8
    /// The most requests of one device in a burst; a device that waits may have them all again.
    var requestBurst: UInt64 = 200
    /// How many requests a device regains in a second.
    var requestsPerSecond: UInt64 = 50
    /// The most devices whose requests are counted.
    var countedDevices = 10_000
    /// How long a used nonce is remembered, in seconds: from 300 s before a request's time to 300 s after it.
    var nonceSeconds: UInt64 = 600
    /// The most nonces remembered; the oldest are forgotten first.
    var nonces = 200_000
    /// How long a connection may be silent between requests, and how long a request's header may take.
    var idleTimeout = Duration.seconds(75)
    /// How long a request's body may take.
    var bodyTimeout = Duration.seconds(120)
    /// How long the asker may take to read an answer.
    var answerTimeout = Duration.seconds(300)
    /// How long an asker whose request was not read to its end is given to read the answer, and how long the end of TLS
    /// on a connection is waited for.
    var lingerTimeout = Duration.seconds(5)
    /// How long connections may go on once the relay was told to stop.
    var shutdownTimeout = Duration.seconds(10)
    /// The longest time that a change waiting for its stamp to come due waits longer, in milliseconds.
    var releaseInterval: UInt64 = 30_000
}
