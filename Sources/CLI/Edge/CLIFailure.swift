/// What the command line itself finds wrong. The words are in ``Explanation``.
enum CLIFailure: Error {
    case homeExists(String)
    case noHome(String)
    case otherKey
    case passphrasesDiffer
    case cannotWrite(String, Int32)
    case noFile(String)
    case noSuchFile(String)
    case noSecret(String)
    case badURL(String)
    case damagedFile(String)
    case tooLongFile(String)
    case notText
    case badName
    case badUses
    case roleOfPerson
    case noDevice
    case nothingToAdopt
    case needsPersonName
    case badInvitation
    case notForGateways
    case needsGatewayInvitation
    case notAnAssistant
    case otherInvitation
    case noRelay
    case badTime(String)
    case badLifetime(String)
    case badChoice(name: String, value: String, allowed: [String])
    case emptyName
    case nothingToSet
    case badScore(String)
    case someLinesFailed(Int)
    case notEqual
    case badListenAddress(String)
    case badWorkspace(String)
    case noDraft(String)
    case needsPhoneNumberID
    case needsToken
    case alreadyWatching
}
