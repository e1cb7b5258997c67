import ChangeLog

/// Finds devices all of whose deeds count, beyond doubt: no revocation names them, and they owe everything that they are
/// to such devices, up to the founder. Few are asked about before it is left open.
struct Assurance {
    private static let limit = 32

    private let members: Members
    /// Of those who were asked about. Meanwhile it is no: who owes what they are to themselves owes it to nobody.
    private var answers: [DeviceID: Bool] = [:]

    init(_ members: Members) { self.members = members }

    mutating func isBeyondDoubt(_ device: DeviceID) throws -> Bool {
        if let answer = answers[device] { return answer }
        guard answers.count < Self.limit else { return false }
        answers[device] = false
        let appointments = try members.tenure(of: device).appointments
        guard !appointments.isEmpty, try members.roll.latest(.revoke, about: device, where: { _ in true }) == nil else {
            return false
        }
        for appointment in appointments where try !isBeyondDoubt(appointment, of: device) { return false }
        answers[device] = true
        return true
    }

    private mutating func isBeyondDoubt(_ appointment: Appointment, of device: DeviceID) throws -> Bool {
        if appointment.rank == 0 { return true }
        guard appointment.rank != Deed.unknownRank, let author = try members.log.device(at: appointment.grant),
            try isBeyondDoubt(author)
        else { return false }
        guard appointment.isByJoining else { return true }
        guard let admission = try members.admission(of: device, under: appointment.grant) else { return false }
        return try isBeyondDoubt(admission.device)
    }
}
