package import ChangeLog
package import Storage

extension Replica {
    /// Lets one device in, as an invitation that it may carry anywhere. It names the grant, which is sealed before: what has
    /// not left could be stamped anew.
    package func invitation(
        _ role: Role, oneTimeSeed: [UInt8], secret: [UInt8], uses: UInt64 = 1, expires: UInt64? = nil, now: UInt64
    ) throws -> Invitation {
        guard let oneTimeKey = SigningKey(seed: oneTimeSeed) else { preconditionFailure("a seed has 32 bytes") }
        let grant = Grant(role: role, key: oneTimeKey.device, isDevice: false, expires: expires, uses: uses)
        let change = try transact(now: now) { try $0.commit(Draft(acts: [.grant(grant)])) }
        try publish()
        return Invitation(
            workspace: workspace, secret: secret, relay: nil, relayKey: nil, grant: change.asCause,
            stamp: change.stamp, oneTimeSeed: oneTimeSeed, role: role, expires: expires)
    }
}
