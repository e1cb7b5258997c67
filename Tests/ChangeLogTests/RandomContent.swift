import CRDT
import ChangeLog
import TestSupport

/// Everything a change can hold, at random.
extension Dice {
    mutating func value() -> Value {
        switch number(0...6) {
        case 0: .null
        case 1: .integer(Int64(bitPattern: next()))
        case 2: .integer(pick([.min, -1, 0, 1, 63, 64, .max]))
        case 3: .text(pick(["", "hello", "¡Hola, Lucía!", "e\u{301}", "\u{0}", "👩🏽‍🚀"]))
        case 4: .text(String(repeating: "long ", count: number(0...60)))
        default: .bytes(bytes(number(0...40)))
        }
    }

    mutating func stamp() -> Stamp {
        Stamp(packed: next() >> number(1...50)) ?? .zero
    }

    mutating func identifier<ID: Identifier>(_: ID.Type = ID.self) -> ID { ID(high: next(), low: next()) }

    mutating func device() -> DeviceID { DeviceID(unchecked: bytes(32)) }

    mutating func cause() -> Cause {
        Cause(
            replica: ReplicaID(device: device(), epoch: next()), number: number(1...ChangeNumber.limit),
            prefix: bytes(16))
    }

    /// Rising by replica, as the format wants them.
    mutating func causes() -> [Cause] { (0..<number(0...3)).map { _ in cause() }.sorted() }

    mutating func basis() -> Basis {
        switch number(0...2) {
        case 0: .nothing
        case 1: .everything
        default: .heads((causes() + [cause()]).sorted())
        }
    }

    mutating func element() -> Element {
        let fields = Set((0..<number(0...4)).map { _ in number(0...UInt64(200)) }).sorted()
        return Element(
            id: once(in: 2) ? ElementID(high: next(), low: next() | 1) : nil, position: once(in: 2) ? stamp() : nil,
            basis: basis(),
            fields: fields.map { Element.Field($0, value()) })
    }

    /// Of the kind with that code; 7 is one of a later version.
    mutating func action(_ code: Int) -> Operation.Action {
        switch code {
        case 1: .write(value())
        case 2: .set(value(), basis: basis())
        case 3: .add(value())
        case 4: .remove(value(), dots: (0..<number(0...3)).map { _ in identifier() }.sorted())
        case 5: .append(element())
        case 6: .raise(basis())
        default: .unknown(code: number(7...UInt64.max), payload: bytes(number(0...30)))
        }
    }

    /// Of the kind with that code; 13 is one of a later version.
    mutating func act(_ code: Int) -> Act {
        switch code {
        case 1: .found(workspace: "Lantern & Loom", person: "Maya", secretDigest: bytes(32))
        case 2:
            .grant(
                Grant(
                    role: pick(Role.allCases), key: SigningKey.of("granted").device, isDevice: once(in: 2),
                    expires: once(in: 2) ? next() >> 1 : nil, uses: next(), person: once(in: 2) ? identifier() : nil))
        case 3: .join(grant: cause(), proof: SigningKey.of("joiner").sign(bytes(8)), person: "Jonas")
        case 4: .admit(device: device(), grant: cause(), milliseconds: next())
        case 5: .rename(person: "Leila")
        case 6: .revoke(device: device(), upTo: causes())
        case 7: .adopt((0..<number(0...3)).map { _ in identifier() }.sorted())
        case 8: .withdraw(grant: cause())
        case 9: .declare(pick(Accident.allCases), tips: causes())
        case 10: .nameDevice("Leila's laptop")
        case 11:
            .bid(
                Bid(
                    subject: identifier(), content: cause(), attempt: next(),
                    lease: LeaseToken(scope: identifier(), incarnation: next(), counter: next())))
        case 12: .rule(Ruling(on: cause(), refusal: once(in: 2) ? pick(BidRefusal.allCases) : nil))
        default: .unknown(code: number(13...UInt64.max), payload: bytes(number(0...30)))
        }
    }

    mutating func segment() -> Segment {
        let operations = (0..<number(0...4)).map { _ in Operation(field: next() >> 40, action: action(number(1...7))) }
        return Segment(kind: next() >> 50, root: identifier(), operations: operations)
    }

    mutating func draft() -> Draft {
        Draft(
            acts: (0..<number(0...2)).map { _ in act(number(1...13)) },
            segments: (0..<number(0...3)).map { _ in segment() })
    }

    /// A chain of so many changes.
    mutating func hand(_ count: Int, as name: String = "author") throws -> Hand {
        var hand = Hand(key: .of(name), workspace: WorkspaceID(unchecked: bytes(32)))
        for number in 0..<count {
            let stamp = Stamp(packed: UInt64(number) << 16) ?? .zero
            try hand.write(draft(), stamp: stamp, causes: causes(), seed: bytes(16))
        }
        return hand
    }
}
