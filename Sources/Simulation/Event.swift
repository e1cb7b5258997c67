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
        case .pass, .duplicate: 8
        case .show, .forward, .wake: 5
        case .lose, .damage, .setClock: 3
        case .resend, .intrude, .reopen, .kill, .interrupt: 2
        }
    }

    /// One of them, by weight.
    static func any(_ dice: inout Dice) -> Event {
        dice.pick(allCases.flatMap { Array(repeating: $0, count: $0.weight) })
    }
}
