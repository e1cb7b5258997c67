import ChangeLog
import Storage
import Synchronization

/// The workspaces held here, each opened when it is first asked for.
final class Workspaces: Sendable {
    private let directory: DataDirectory
    private let key: SigningKey
    private let configuration: Replica.Configuration
    private let limits: RelayLimits
    private let nodes = Mutex<[WorkspaceID: WorkspaceNode]>([:])

    init(_ directory: DataDirectory, key: SigningKey, configuration: Replica.Configuration, limits: RelayLimits) {
        (self.directory, self.key, self.configuration, self.limits) = (directory, key, configuration, limits)
    }

    /// - Returns: nil for a workspace that is not held here; nothing is kept of the question.
    func node(for workspace: WorkspaceID) -> WorkspaceNode? {
        // The file decides: a founding that failed leaves a node and no file.
        guard directory.holds(workspace) else { return nil }
        return nodes.withLock { $0[workspace] ?? add(workspace, to: &$0) }
    }

    /// Makes room for a workspace, unless there is.
    func found(_ workspace: WorkspaceID, now: UInt64) async throws(StorageFailure) -> WorkspaceNode {
        let node = nodes.withLock { $0[workspace] ?? add(workspace, to: &$0) }
        try await node.makeUnlessHeld(now: now)
        return node
    }

    private func add(_ workspace: WorkspaceID, to nodes: inout [WorkspaceID: WorkspaceNode]) -> WorkspaceNode {
        let node = WorkspaceNode(
            workspace, in: directory, key: key, configuration: configuration, limits: limits)
        nodes[workspace] = node
        return node
    }
}
