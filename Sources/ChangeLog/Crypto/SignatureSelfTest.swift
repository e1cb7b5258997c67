/// Asks the installed libsodium, before anything is believed on its word, about signatures made to divide
/// implementations: on each its versions, or other ways to build it, differ or may.
///
/// One that judges them otherwise would take changes that other replicas refuse, or refuse what they take, and so part
/// this replica from all others for good. There is no going on with it. It costs half a millisecond, once a process.
///
/// The kinds of cases are those of "Taming the many EdDSAs", Chalkias, Garillot, Nikolaenko, SSR 2020, table 5; the
/// signatures are our own, and stand with the secrets they were made from in `Fixtures/signatures` and its test.
enum SignatureSelfTest {
    /// Touch it before verifying anything.
    static let passed: Void = {
        precondition(
            passes(Ed25519.holds),
            "the installed libsodium judges signatures otherwise than other replicas do: another version is needed")
    }()

    /// A signature over ``message``, and whether it holds.
    struct Vector {
        let name: String
        let key: String
        let signature: String
        var holds = false
    }

    static let message = Array("nexus self-test".utf8)

    /// Whether a judge of key, signature and message is right about every vector, and refuses the good signature over
    /// another message.
    static func passes(_ judge: (_ key: [UInt8], _ signature: [UInt8], _ message: [UInt8]) -> Bool) -> Bool {
        for vector in vectors {
            guard let key = Base32.bytes(vector.key), let signature = Base32.bytes(vector.signature),
                judge(key, signature, message) == vector.holds
            else { return false }
            if vector.holds, judge(key, signature, message + [0]) { return false }
        }
        return true
    }
}
