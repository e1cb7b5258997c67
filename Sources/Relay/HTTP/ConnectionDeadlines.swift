import NIOCore

/// Closes a connection whose other end does not read, or that goes on after the relay was told to stop.
///
/// The server has deadlines of its own for silence only. A short answer always fits into the system's buffers; this
/// watches long ones.
final class ConnectionDeadlines: ChannelInboundHandler, RemovableChannelHandler {
    // Passed on unseen.
    typealias InboundIn = NIOAny

    private let limits: RelayLimits
    private var answerDeadline: Scheduled<Void>?
    private var shutdownDeadline: Scheduled<Void>?

    init(_ limits: RelayLimits) { self.limits = limits }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        answerDeadline?.cancel()
        answerDeadline = context.channel.isWritable ? nil : close(context.channel, in: limits.answerTimeout)
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            shutdownDeadline?.cancel()
            shutdownDeadline = close(context.channel, in: limits.shutdownTimeout)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        answerDeadline?.cancel()
        shutdownDeadline?.cancel()
        context.fireChannelInactive()
    }

    private func close(_ channel: any Channel, in time: Duration) -> Scheduled<Void> {
        channel.eventLoop.scheduleTask(in: TimeAmount(time)) { channel.close(promise: nil) }
    }
}
