import Replication

/// The relay of a world, at work on its copy.
struct RelayDesk {
    /// Which of the world's devices it is.
    let number: Int
    /// Nil while its process is down.
    var responder: SyncResponder?
    /// Its disk as it once was: backups, of which one may be put back.
    var pictures: [DiskImage] = []
    var wasPutBack = false
}
