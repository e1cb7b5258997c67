/// Why a change is held and not yet applied. Retried whenever something new arrives.
public enum WaitingReason: Int, Hashable, Sendable {
    /// Changes before it in its chain are missing.
    case gap = 1
    /// Changes it names as causes are missing.
    case cause = 2
    /// Its stamp lies more than five minutes ahead of the clock.
    case early = 3
    /// One of its bodies was withheld.
    case body = 4
}

/// Why a delta was not stored.
public enum RefusalReason: Int, Hashable, Sendable {
    /// Its author does not belong to this workspace.
    case stranger = 1
    /// Its chain has as many branches already as one may have.
    case tooManyBranches = 2
    /// The invitation it comes with has lapsed.
    case expired = 3
    /// The invitation it comes with has been used up.
    case used = 4
    /// The name its person goes by is taken.
    case nameTaken = 5
    /// The bytes are not a delta, or its seal does not hold.
    case malformed = 6
    /// As much of its author's waits already as may wait.
    case tooMuchWaiting = 7
    /// The invitation it comes with was taken back, or its author had no right to make it any more.
    case withdrawn = 8
}

/// What became of a delta.
public enum Verdict: Hashable, Sendable {
    /// In the log; so many of its changes are new here.
    case stored(new: Int)
    /// Held until what it needs is here.
    case waiting(WaitingReason)
    /// Not taken.
    case refused(RefusalReason)
}
