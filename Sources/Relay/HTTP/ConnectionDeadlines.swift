import NIOCore

/// Closes a connection whose other end does not read, or that goes on after the relay was told to stop.
///
/// The server has deadlines of its own for silence only. A short answer always fits into the system's buffers; this
/// watches long ones.
final class ConnectionDeadlines: ChannelDuplexHandler, RemovableChannelHandler {
    // Passed on unseen.
    typealias InboundIn = NIOAny
    typealias OutboundIn = NIOAny

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

    /// Ends reading for whoever reads here: what still comes is dropped. TLS refuses to close one direction alone.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .input else { return context.close(mode: mode, promise: promise) }
        context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        promise?.succeed()
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
