import Glibc
import NIOCore

/// Tells a connection that an answer without end begins on it, or that it ended.
enum LiveStreamEvent {
    case begins
    case ends
}

/// Closes a connection whose other end does not read, that goes on after the relay was told to stop, or that is one too
/// many from its address.
///
/// The server has deadlines of its own for silence only. A short answer always fits into the system's buffers; this
/// watches long ones.
final class ConnectionDeadlines: ChannelDuplexHandler, RemovableChannelHandler {
    // Passed on unseen.
    typealias InboundIn = NIOAny
    typealias OutboundIn = NIOAny

    private let limits: RelayLimits
    private let connections: ConnectionCounts
    private var address: NetworkAddress?
    private var answerDeadline: Scheduled<Void>?
    private var shutdownDeadline: Scheduled<Void>?
    private var isStreaming = false

    init(_ limits: RelayLimits, among connections: ConnectionCounts) {
        (self.limits, self.connections) = (limits, connections)
    }

    // MARK: How many

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { count(context.channel) }
    }

    func channelActive(context: ChannelHandlerContext) {
        count(context.channel)
        context.fireChannelActive()
    }

    private func count(_ channel: any Channel) {
        guard address == nil, let remote = channel.remoteAddress else { return }
        let isOwn = remote.ipAddress == channel.localAddress?.ipAddress || NetworkAddress.isLoopback(remote)
        guard !isOwn || limits.areOwnAddressesBounded, let counted = NetworkAddress(remote) else { return }
        if connections.take(counted) { address = counted } else { channel.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        answerDeadline?.cancel()
        shutdownDeadline?.cancel()
        if let address { connections.giveBack(address) }
        address = nil
        context.fireChannelInactive()
    }

    // MARK: How long

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
        // Who follows and says that nothing more will come from there is gone.
        if isStreaming, case ChannelEvent.inputClosed? = event as? ChannelEvent { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    /// Ends reading for whoever reads here: what still comes is dropped. TLS refuses to close one direction alone.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .input else { return context.close(mode: mode, promise: promise) }
        context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        promise?.succeed()
    }

    private func close(_ channel: any Channel, in time: Duration) -> Scheduled<Void> {
        channel.eventLoop.scheduleTask(in: TimeAmount(time)) { channel.close(promise: nil) }
    }

    // MARK: Live streams

    func triggerUserOutboundEvent(
        context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
    ) {
        guard let event = event as? LiveStreamEvent else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        isStreaming = event == .begins
        // A machine that vanished says nothing, and what is sent to it would be tried again for a quarter of an hour.
        let confirmation = ChannelOptions.Types.SocketOption(
            level: .tcp, name: NIOBSDSocket.Option(rawValue: TCP_USER_TIMEOUT))
        _ = context.channel.setOption(confirmation, value: isStreaming ? limits.confirmationTimeout : 0)
        promise?.succeed()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // A request that would wait as long as the stream lasts, and hold memory.
        guard !isStreaming else { return context.close(promise: nil) }
        context.fireChannelRead(data)
    }
}
