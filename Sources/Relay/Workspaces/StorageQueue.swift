import Dispatch

/// Runs one actor's work off the event loops, a job at a time: storage blocks on the disk and on other processes.
final class StorageQueue: SerialExecutor {
    private let queue = DispatchQueue(label: "nexus.relay.workspace")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
