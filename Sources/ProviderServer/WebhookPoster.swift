import ChangeLog
import Channels
import Dispatch
import Inbox
import ServiceLifecycle
import Transport

/// Posts webhooks as WhatsApp does: signed, one after the other, and again later where nobody says 200.
struct WebhookPoster: Service {
    /// How often is looked whether something is due.
    private static let interval = Duration.milliseconds(20)
    /// How many are kept that nobody took; the oldest go first.
    private static let keptLimit = 10_000
    private static let longestPause = Duration.seconds(60)

    let url: String?
    let appSecret: SecretBytes?
    let due: @Sendable () -> [JSONValue]

    init(url: String?, appSecret: SecretBytes?, due: @escaping @Sendable () -> [JSONValue]) {
        (self.url, self.appSecret, self.due) = (url, appSecret, due)
    }

    private struct Kept {
        let body: [UInt8]
        var next = ContinuousClock.now
        var pause = Duration.seconds(1)
    }

    func run() async {
        await cancelWhenGracefulShutdown {
            let transport = HTTPTransport(
                limits: .init(connectTimeout: .seconds(5), totalTimeout: .seconds(20), maximumAnswer: 1 << 16))
            let line = PostingLine(transport)
            var kept: [Kept] = []
            while (try? await Task.sleep(for: Self.interval)) != nil {
                let new = due()
                guard let url else { continue }
                kept = (kept + new.map { Kept(body: Array($0.canonicalText.utf8)) }).suffix(Self.keptLimit)
                kept = await remaining(of: kept, at: url, on: line)
            }
        }
    }

    private func remaining(of kept: [Kept], at url: String, on line: PostingLine) async -> [Kept] {
        var remaining: [Kept] = []
        for var webhook in kept {
            guard webhook.next <= .now else {
                remaining.append(webhook)
                continue
            }
            guard await !line.post(webhook.body, to: url, headers: headers(for: webhook.body)) else { continue }
            webhook.next = .now + webhook.pause
            webhook.pause = min(webhook.pause * 2, Self.longestPause)
            remaining.append(webhook)
        }
        return remaining
    }

    private func headers(for body: [UInt8]) -> [(name: String, value: String)] {
        let signature = appSecret.map {
            [(name: WebhookSignature.headerName, value: WebhookSignature.text(body: body, secret: $0))]
        }
        return [("content-type", "application/json")] + (signature ?? [])
    }
}

/// The one connection to whoever listens, used on one queue: a request blocks until it is answered.
///
/// Unchecked because the transport is touched on that queue only.
private final class PostingLine: @unchecked Sendable {
    private let transport: HTTPTransport
    private let queue = DispatchQueue(label: "nexus.provider.webhooks")

    init(_ transport: consuming HTTPTransport) { self.transport = transport }

    /// - Returns: whether it was taken.
    func post(_ body: [UInt8], to url: String, headers: [(name: String, value: String)]) async -> Bool {
        await withCheckedContinuation { continuation in
            queue.async { [self] in
                let answer = try? transport.perform(method: .post, url: url, headers: headers, body: body)
                continuation.resume(returning: answer?.status == 200)
            }
        }
    }
}
