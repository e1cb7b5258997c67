public import ChangeLog

/// Why something about who belongs cannot be done. Facts only; nothing was written.
public enum MembershipFailure: Error, Hashable, Sendable {
    /// The role of this device does not allow it.
    case notAllowed(Role)
    /// This device was cut off from the workspace.
    case revoked
    /// Only an owner makes, cuts off or demotes owners.
    case ownersOnly
    /// No owner would be left.
    case lastOwner
    /// The person or device has that role, or has been cut off, already.
    case alreadySo
    /// None of its devices belongs any more.
    case personGone
    /// Not a role that people have.
    case notForPeople(Role)
    /// No invitation of that id.
    case unknownInvitation(String)
    /// No device, or several, of that name or with an id that begins so.
    case unknownDevice(String)
    case ambiguousDevice(String)
    /// No quarantined change, or several, with an id that begins so.
    case unknownChange(String)
    case ambiguousChange(String)
}
