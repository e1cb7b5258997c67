/// What can happen in a step.
enum Event: CaseIterable {
    /// Somebody does something.
    case write
    /// Somebody looks at a conversation.
    case show
    /// A device seals what it wrote and sends it to everyone.
    case publish
    /// A device hands another what it holds of others.
    case forward
    /// The network delivers.
    case deliver
    /// The network delivers, and will deliver the same again.
    case duplicate
    /// The network loses something.
    case lose
    /// What was lost is sent again.
    case resend
    /// The network delivers bytes that an accident changed.
    case damage
    /// Somebody from outside sends something.
    case intrude
    /// A device begins to sync with the relay.
    case ask
    /// The relay answers a request.
    case serve
    /// The relay answers a request, and will get it once more.
    case repeatRequest
    /// A device hears an answer.
    case hear
    /// A request or an answer is lost.
    case losePacket
    /// A request or an answer is changed by an accident.
    case damagePacket
    /// Somebody keeps a backup of the relay.
    case photograph
    /// A backup takes the relay's place.
    case putBackRelay
    /// Time passes.
    case pass
    /// A clock is set.
    case setClock
    /// A device wakes up and tries again what waits.
    case wake
    /// A replica is closed and opened again.
    case reopen
    /// A process is killed after a commit.
    case kill
    /// A process is killed within a transaction.
    case interrupt

    /// How often it happens, compared with the others.
    private var weight: Int {
        switch self {
        case .deliver: 50
        case .write: 40
        case .publish: 20
        case .serve, .hear: 24
        case .ask: 12
        case .pass, .duplicate: 8
        case .show, .forward, .wake: 5
        case .lose, .damage, .setClock, .repeatRequest, .losePacket: 3
        case .resend, .intrude, .reopen, .kill, .interrupt, .damagePacket, .photograph, .putBackRelay: 2
        }
    }

    /// One of them, by weight.
    static func any(_ dice: inout Dice) -> Event {
        dice.pick(allCases.flatMap { Array(repeating: $0, count: $0.weight) })
    }
}
