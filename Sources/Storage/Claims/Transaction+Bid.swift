public import ChangeLog

extension Transaction {
    /// The name by which a bid tells what it is for.
    ///
    /// - Parameter place: of the change that holds it, as it stands in the `by` columns of the state tables.
    public func cause(at place: Int64) throws -> Cause {
        guard let cause = try log.cause(LocalPlace(packed: UInt64(clamping: place))) else {
            throw StorageFailure.corrupt
        }
        return cause
    }
}
