import Inbox

/// Meta's way of saying that something was not done: the proof that a message was not taken.
struct GraphError: Hashable {
    let code: Int64
    /// What Meta says besides.
    let message: String?

    /// - Returns: nil for anything but an error as Meta's servers write it.
    init?(_ answer: JSONValue?) {
        guard let error = answer?["error"], let code = error["code"]?.wholeNumber else { return nil }
        self.code = code
        message = error["error_data"]?["details"]?.text ?? error["message"]?.text
    }
}

extension JSONValue {
    /// A whole number, also where it was written as a text.
    var wholeNumber: Int64? {
        switch self {
        case .integer(let number): number
        case .text(let text): Int64(text)
        default: nil
        }
    }
}
