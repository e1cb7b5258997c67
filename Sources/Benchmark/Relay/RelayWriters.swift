import ChangeLog
import Dispatch
import Synchronization

import class Foundation.Thread

/// The writers, a thread each.
final class RelayWriters: Sendable {
    private struct State {
        var start: UInt64?
        var ready = 0
        var done: [RelayWriter.Outcome] = []
        var failure: (any Error)?
    }

    private let load: RelayLoad
    private let state = Mutex(State())
    private let gate = DispatchSemaphore(value: 0)

    init(_ load: RelayLoad) { self.load = load }

    /// Has every writer make itself ready; returns when all are.
    ///
    /// - Parameter make: called once a writer, with its index, on its thread.
    func prepare(_ make: @escaping @Sendable (Int) throws -> RelayWriter) throws {
        for index in 0..<load.writers {
            Thread.detachNewThread {
                do { try self.live(make(index)) } catch { self.state.withLock { $0.failure = error } }
            }
        }
        while try check({ $0.ready }) < load.writers { Thread.sleep(forTimeInterval: 0.002) }
    }

    private func live(_ writer: RelayWriter) throws {
        var writer = writer
        state.withLock { $0.ready += 1 }
        gate.wait()
        guard let start = state.withLock({ $0.start }) else { return }
        try writer.write(from: start)
        state.withLock { $0.done.append(writer.outcome) }
    }

    /// Has all of them begin.
    func start(at time: UInt64) {
        state.withLock { $0.start = time }
        for _ in 0..<load.writers { gate.signal() }
    }

    /// Whether all have written all.
    ///
    /// - Throws: what stopped one of them.
    func areDone() throws -> Bool { try check { $0.done.count } == load.writers }

    /// What they found, once they are done.
    var outcome: RelayWriter.Outcome {
        state.withLock { state in
            state.done.reduce(into: RelayWriter.Outcome()) { sum, outcome in
                sum.roundTrips += outcome.roundTrips
                sum.busyAnswers += outcome.busyAnswers
            }
        }
    }

    private func check(_ count: (State) -> Int) throws -> Int {
        let (number, failure) = state.withLock { (count($0), $0.failure) }
        if let failure { throw failure }
        return number
    }
}
