import Glibc
import Synchronization

/// Notes every minute that the relay is there: a file whose last note is long ago was put back from a backup, with the
/// machine or without it, or the relay was off. What was to be sent before that nobody here knows of any more.
final class Heartbeat: Sendable {
    /// The longest time without a note that is no gap, in milliseconds.
    static let longestPause: UInt64 = 5 * 60_000
    /// How often it is noted, in milliseconds.
    static let interval: UInt64 = 60_000

    private let path: String
    private let state: Mutex<Note>

    /// - Parameter now: milliseconds since 1970.
    init(_ directory: DataDirectory, now: UInt64) {
        path = directory.path + "/heartbeat"
        let held = Self.read(path)
        var note = held ?? Note(at: now, steadySince: 0)
        if now > note.at, now - note.at > Self.longestPause { note.steadySince = now }
        note.at = now
        state = Mutex(note)
        Self.write(note, to: path)
    }

    /// Since when there was no gap, in milliseconds since 1970; 0 since ever.
    var steadySince: UInt64 { state.withLock(\.steadySince) }

    /// Called often; notes it once a minute. A machine that was suspended has a gap, too.
    func beat(now: UInt64) {
        let due = state.withLock { note -> Note? in
            guard now < note.at || now - note.at >= Self.interval else { return nil }
            if now > note.at, now - note.at > Self.longestPause { note.steadySince = now }
            note.at = now
            return note
        }
        if let due { Self.write(due, to: path) }
    }

    private struct Note {
        /// When it was noted, in milliseconds since 1970.
        var at: UInt64
        var steadySince: UInt64
    }

    /// Two numbers of twenty digits. Written in place: a note that was torn is none, which says that there was no gap.
    private static func read(_ path: String) -> Note? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = fread(&buffer, 1, buffer.count, file)
        let words = String(decoding: buffer.prefix(count), as: UTF8.self).split(separator: " ").compactMap {
            UInt64($0)
        }
        return words.count == 2 ? Note(at: words[0], steadySince: words[1]) : nil
    }

    private static func write(_ note: Note, to path: String) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let text = Array("\(padded(note.at)) \(padded(note.steadySince))".utf8)
        // A relay whose disk is full goes on; it may be taken for one that was off.
        _ = pwrite(descriptor, text, text.count, 0)
        _ = fdatasync(descriptor)
    }

    private static func padded(_ number: UInt64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 20 - digits.utf8.count)) + digits
    }
}
