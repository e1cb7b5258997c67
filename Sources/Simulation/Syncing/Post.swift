/// Requests and answers on their way between devices and the relay.
///
/// As little is promised of them as of deltas: they come late, in any order, mutilated or not at all, and a request may
/// come twice, since whoever carries it may repeat it.
struct Post {
    /// A packet on its way.
    struct Packet {
        /// Which device's it is.
        let device: Int
        /// Which of its syncs, and which request of that: an answer to another one is not heard any more.
        let ticket: Int
        let body: [UInt8]
    }

    private(set) var requests: [Packet] = []
    private(set) var answers: [Packet] = []

    mutating func send(_ request: Packet) { requests.append(request) }

    mutating func reply(_ answer: Packet) { answers.append(answer) }

    /// - Parameter leaving: whether it comes a second time.
    mutating func takeRequest(_ dice: inout Dice, leaving: Bool = false) -> Packet? {
        guard !requests.isEmpty else { return nil }
        let index = dice.number(0...requests.count - 1)
        return leaving ? requests[index] : requests.remove(at: index)
    }

    mutating func takeAnswer(_ dice: inout Dice) -> Packet? {
        answers.isEmpty ? nil : answers.remove(at: dice.number(0...answers.count - 1))
    }
}
