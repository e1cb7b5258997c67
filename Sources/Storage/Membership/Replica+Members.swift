import CRDT
public import ChangeLog
import GRDB

extension Replica {
    /// The member that a device is; nil for a stranger.
    public func member(_ device: DeviceID) throws(StorageFailure) -> Member? {
        try readLog { try Members(log: $0).member(device) }
    }

    /// Makes a relay known to everyone, if this device may and nobody has: an owner's first sync does it unasked.
    public func welcomeRelay(_ relay: DeviceID, now: UInt64) throws(StorageFailure) {
        let isWelcome = try readLog { log in
            let members = Members(log: log)
            return try members.isGranted(relay) || members.member(self.id.device)?.mayInvite != true
        }
        guard !isWelcome else { return }
        try write { door in
            let grant = Grant(role: .relay, key: relay, isDevice: true)
            _ = try Transaction(door, replica: self, now: now).commit(Draft(acts: [.grant(grant)]))
        }
    }
}
