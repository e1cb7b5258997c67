public import ChangeLog
public import Sync

extension SyncRequest {
    /// Whether the request brings, first of all, the change that founded its workspace, made by the asker: the
    /// workspace's id is that change's hash, so nobody else can have made it.
    public var bringsFounding: Bool {
        guard let bytes = deltas.first, let received = try? ReceivedDelta(bytes[...]), received.first == 1,
            received.replica.device == replica.device, let delta = try? received.verified(in: workspace)
        else { return false }
        return delta.founds(workspace)
    }

    /// What the asker shows to be let in, if it can be read.
    public var shownCredential: Credential? { credential.flatMap { try? Credential($0) } }
}

extension VerifiedDelta {
    /// Whether its first change founded the workspace.
    func founds(_ workspace: WorkspaceID) -> Bool {
        guard let first = changes.first, first.number == 1, first.hash.bytes == workspace.bytes else { return false }
        return first.acts.contains { if case .found = $0 { true } else { false } }
    }

    /// Whether its first change takes up an invitation.
    var joins: Bool {
        guard let first = changes.first, first.number == 1 else { return false }
        return first.acts.contains { if case .join = $0 { true } else { false } }
    }
}
