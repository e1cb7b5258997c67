import Replication

/// A sync that is under way: what a device has asked, and waits to be answered.
struct Errand {
    var requester: SyncRequester
    /// Of the request that is on its way.
    var ticket: Int
    /// Changes that had been stamped anew when it was looked last.
    var restamped = 0
}
