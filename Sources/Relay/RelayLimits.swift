import Sync

/// What the relay bounds, and by how much: the one place for it. Exceeding a bound gets an answer that says so, or
/// closes the connection where no answer can be read.
///
/// They hold over TLS as without it; a handshake counts as silence.
///
/// Not done here: a quota of disk or of waiting changes per device, and closing replicas that are long unused.
struct RelayLimits: Sendable {
    /// The most bytes of one request's body, as sent.
    var bodyByteCount = 16 << 20
    /// The most bytes of the body of a request to follow.
    var liveBodyByteCount = 256 << 10
    /// The most bytes of the body of a request for a lease.
    var leaseBodyByteCount = 256
    /// The most bytes of bodies held in memory for all requests together.
    var bodiesByteCount = 256 << 20
    /// The most bytes of one request's header fields together.
    var headerByteCount = 16 << 10
    /// The most connections; further ones wait to be accepted. Fewer where the system allows fewer open files.
    var connections = 4_096
    /// The open files that are left for replicas and whatever else is not a connection.
    var otherFiles = 256
    /// The most connections from one network address; further ones are closed. Of IPv6 the first 64 bits count. Of this
    /// machine's own addresses nothing is known: behind a proxy on it all are one.
    var connectionsPerAddress = RelayConfiguration.usualConnectionsPerAddress
    /// Whether this machine's own addresses are bounded too.
    var areOwnAddressesBounded = false
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
    /// The most live streams. The rest of the connections is for those who push.
    var streams = 3_072
    /// The most live streams of one device.
    var streamsPerDevice = 4
    /// About how many bytes of changes go into one frame of a live stream.
    var livePageByteCount = 256 << 10
    /// The most bytes of frames under way to followers that have fallen behind, but for a change that is larger.
    var pagesByteCount = 32 << 20
    /// The most bytes of frames that are kept for all followers of one workspace to share.
    var recentByteCount = 4 << 20
    /// How often is looked at what live streams say. Two times this is the longest silence on one.
    var beatInterval = Duration.seconds(LiveFrames.heartbeatSeconds) * 0.45
    /// How many times is looked before a follower who does not take a frame is cut off: for about a minute.
    var beatsToTake = 9
    /// How long what was sent on a live stream may stay unconfirmed by the other machine, in milliseconds.
    var confirmationTimeout = 60_000
    /// The longest time that a change waiting for its stamp to come due waits longer, in milliseconds.
    var releaseInterval: UInt64 = 30_000
}
