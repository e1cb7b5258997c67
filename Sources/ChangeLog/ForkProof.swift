/// That a device sealed two different changes for one place of one chain. Two deltas that both verify show it to anybody
/// who knows the workspace, without a replica and, with all bodies withheld, without a word of what was written.
///
/// It shows no bad will: a device whose copy was restored forks its chain too, and then says so.
public struct ForkProof: Hashable, Sendable {
    /// Whose chain.
    public let replica: ReplicaID
    /// Which place in it was used twice.
    public let number: UInt64
    /// The two changes there, the lower hash first.
    public let hashes: [ChangeHash]

    /// Looks at two deltas that begin where a chain forked.
    ///
    /// - Returns: nil if they are no proof: of two chains, from two places, or the same.
    /// - Throws: why one of them is not to be believed.
    public static func check(
        _ left: [UInt8], _ right: [UInt8], in workspace: WorkspaceID
    ) throws(FormatRejection) -> ForkProof? {
        guard let left = try start(of: left, in: workspace), let right = try start(of: right, in: workspace),
            left.place == right.place, left.hash != right.hash
        else { return nil }
        return ForkProof(
            replica: left.replica, number: left.number, hashes: [left.hash, right.hash].sorted())
    }

    private static func start(of delta: [UInt8], in workspace: WorkspaceID) throws(FormatRejection) -> Change? {
        try ReceivedDelta(delta[...]).verified(in: workspace).changes.first
    }
}
