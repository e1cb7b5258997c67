/// A device's key as far as it is at hand: always its public half, and the secret one unless it is locked.
///
/// Reading and writing need the public half only. The secret one signs, which is publishing: so whoever protects it by a
/// passphrase is asked for it when something is to leave, and not before.
public protocol DeviceKey: Sendable {
    /// The public half.
    var device: DeviceID { get }
    /// Signs; nil while it is locked.
    var signing: SigningKey? { get }
}

extension SigningKey: DeviceKey {
    /// Itself.
    public var signing: SigningKey? { self }
}
