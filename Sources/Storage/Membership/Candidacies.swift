import CRDT
import ChangeLog

/// An appointment, and the deeds that it hangs on, by their indices.
struct Candidacy {
    let appointment: Appointment
    /// The grant; nil for the founder, and for one who joined under a grant that is not here yet.
    let grant: Int?
    /// The join that takes it up, if one has to.
    let join: Int?
}

/// Every appointment that deeds make, by device.
struct Candidacies {
    private(set) var byDevice: [DeviceID: [Candidacy]] = [:]

    /// - Parameters:
    ///   - deeds: rightful, in a causal order, those of one change next to each other.
    ///   - promise: what an invitation promised this device.
    init(_ deeds: [Deed], promise: Promise?) {
        var invitations: [LocalPlace: Int] = [:]
        for (index, deed) in deeds.enumerated() {
            if case .grant(let grant) = deed.act, !grant.isDevice, invitations[deed.place] == nil {
                invitations[deed.place] = index
            }
            let grant = deed.names.first.flatMap { invitations[$0] }
            guard
                let candidacy = Self.candidacy(
                    of: deed, at: index, under: grant.map { (deeds[$0], $0) }, promise: promise)
            else { continue }
            byDevice[deed.subject, default: []].append(candidacy)
        }
    }

    private static func candidacy(
        of deed: Deed, at index: Int, under grant: (deed: Deed, index: Int)?, promise: Promise?
    ) -> Candidacy? {
        let known = grant.flatMap { grant in
            if case .grant(let content) = grant.deed.act { (content, grant.deed) } else { nil }
        }
        guard let appointment = deed.appointment(under: known, promise: promise) else { return nil }
        switch deed.act {
        case .join: return Candidacy(appointment: appointment, grant: grant?.index, join: index)
        case .grant: return Candidacy(appointment: appointment, grant: index, join: nil)
        default: return Candidacy(appointment: appointment, grant: nil, join: nil)
        }
    }
}

extension Deed {
    /// How far from the founder one stands whose grant is not here yet.
    static let unknownRank = Int(Int16.max)

    /// The appointment that it makes, if it does.
    ///
    /// - Parameters:
    ///   - grant: for a join, the invitation's grant, if it is here.
    ///   - promise: what an invitation promised this device.
    func appointment(under grant: (content: Grant, deed: Deed)?, promise: Promise?) -> Appointment? {
        switch act {
        case .found:
            return Appointment(grant: place, start: place, role: .owner, person: change, rank: 0, counts: true)
        case .grant(let content) where content.isDevice:
            return Appointment(
                grant: place, start: place, role: content.role, person: content.person ?? .person(of: content.key),
                rank: (rank ?? 0) + 1, counts: true)
        case .join:
            if let grant {
                return Appointment(
                    grant: grant.deed.place, start: place, role: grant.content.role,
                    person: grant.content.person ?? change, rank: (grant.deed.rank ?? 0) + 1, counts: false)
            }
            return promise.map {
                Appointment(
                    grant: place, start: place, role: $0.role, person: $0.person ?? change, rank: Self.unknownRank,
                    counts: true)
            }
        default: return nil
        }
    }
}

extension ChangeID {
    /// The person who uses a device that was granted its role by its own key. Not a change's id: such a device may write
    /// two chains, for instance a relay that lost its data, and replicas hear of them in any order.
    static func person(of device: DeviceID) -> ChangeID {
        ChangeID(bytes: Digest.of(device.bytes, domain: "nexus person", byteCount: byteCount))
            ?? ChangeID(high: 0, low: 0)
    }
}
