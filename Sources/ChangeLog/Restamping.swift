public import CRDT

extension Change {
    /// The same action, stamped and chained anew: with the seed it had, and so with its id and those of its elements.
    ///
    /// Only what was never sealed may be written anew: others may have what was.
    ///
    /// - Parameters:
    ///   - place: where it stands now.
    ///   - stamp: above all causes and the change before.
    ///   - renaming: gives the new name of a change of the same chain that was written anew before it.
    public func restamped(
        at place: Place, stamp: Stamp, renaming: (Cause) -> Cause
    ) throws(FormatRejection) -> Change {
        let draft = Draft(
            acts: acts.map { $0.renaming(renaming) }, segments: segments.map { $0.renaming(renaming) })
        return try Change.authored(draft, at: place, stamp: stamp, causes: causes, seed: seed())
    }

    /// - Throws: for a partial change, which has none.
    private func seed() throws(FormatRejection) -> [UInt8] {
        guard isWhole else { throw .notCanonical }
        var reader = ByteReader(wire)
        _ = try reader.byte()
        _ = try reader.stamp()
        return Array(try reader.raw(ChangeSeed.byteCount))
    }
}

extension Act {
    fileprivate func renaming(_ rename: (Cause) -> Cause) -> Act {
        switch self {
        case .join(let grant, let proof, let person): .join(grant: rename(grant), proof: proof, person: person)
        case .admit(let device, let grant, let milliseconds):
            .admit(device: device, grant: rename(grant), milliseconds: milliseconds)
        case .revoke(let device, let tips): .revoke(device: device, upTo: tips.map(rename))
        case .withdraw(let grant): .withdraw(grant: rename(grant))
        case .declare(let accident, let tips): .declare(accident, tips: tips.map(rename))
        case .bid(let bid):
            .bid(
                Bid(subject: bid.subject, content: rename(bid.content), attempt: bid.attempt, lease: bid.lease))
        case .rule(let ruling): .rule(Ruling(on: rename(ruling.bid), refusal: ruling.refusal))
        case .found, .grant, .rename, .adopt, .nameDevice, .unknown: self
        }
    }
}

extension Segment {
    fileprivate func renaming(_ rename: (Cause) -> Cause) -> Segment {
        Segment(kind: kind, root: root, operations: operations.map { $0.renaming(rename) })
    }
}

extension Operation {
    fileprivate func renaming(_ rename: (Cause) -> Cause) -> Operation {
        switch action {
        case .set(let value, let basis):
            return Operation(field: field, action: .set(value, basis: basis.renaming(rename)))
        case .raise(let basis): return Operation(field: field, action: .raise(basis.renaming(rename)))
        case .append(var element):
            element.basis = element.basis.renaming(rename)
            return Operation(field: field, action: .append(element))
        case .write, .add, .remove, .unknown: return self
        }
    }
}

extension Basis {
    fileprivate func renaming(_ rename: (Cause) -> Cause) -> Basis {
        guard case .heads(let heads) = self else { return self }
        return .heads(heads.map(rename).sorted())
    }
}
