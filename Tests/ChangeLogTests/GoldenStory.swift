import CRDT
import TestSupport

@testable import ChangeLog

/// Makes the golden changes: Olga founds a workspace, lets in a relay and Maya, and both write one of everything.
struct GoldenStory {
    private(set) var goldens: [Golden] = []
    private var workspace = WorkspaceID(unchecked: [])

    mutating func tell() throws {
        try membership()
        try remedies()
        try values()
        try operations()
        try elements()
        try laterVersions()
        try chains()
        try withheld()
        try limits()
    }

    private mutating func add(
        _ name: String, _ about: String, _ chain: GoldenChain, changes: some Collection<Change>
    ) {
        goldens.append(
            Golden(
                name: name, about: about, workspace: workspace, changes: Array(changes), bytes: chain.delta(changes)))
    }

    /// A chain of one change that follows from its name.
    private mutating func add(
        _ name: String, _ about: String, _ draft: Draft, causes: [Cause] = [], stamp: Stamp = GoldenChain.stamp(1000)
    ) throws {
        var chain = GoldenChain("maya", epoch: name, in: workspace)
        try chain.write(draft, seed: name, stamp: stamp, causes: causes)
        add(name, about, chain, changes: chain.changes)
    }

    private mutating func add(
        _ name: String, _ about: String, _ actions: [Operation.Action], causes: [Cause] = []
    ) throws {
        let operations = actions.enumerated().map { Operation(field: UInt64($0 + 1), action: $1) }
        let segment = Segment(kind: 1, root: .named("conversation"), operations: operations)
        try add(name, about, Draft(segments: [segment]), causes: causes)
    }

    // MARK: Membership

    private mutating func membership() throws {
        var founder = try Self.founder()
        workspace = founder.workspace
        let founding = founder.changes
        add("act-found", "Olga founds the workspace. Its id is this change's hash.", founder, changes: founding)
        let oneTime = SigningKey.invitation.device
        let grant = try founder.write(
            Draft(acts: [
                .grant(
                    Grant(
                        role: .agent, key: oneTime, isDevice: false, expires: GoldenChain.newYear + 604_800_000, uses: 3
                    ))
            ]), seed: "act-grant-invitation", stamp: GoldenChain.stamp(1))
        add(
            "act-grant-invitation", "A grant to the one-time key of an invitation, for three devices, for a week.",
            founder, changes: [grant])
        let relayGrant = try founder.write(
            Draft(acts: [
                .grant(
                    Grant(role: .relay, key: SigningKey.of("relay").device, isDevice: true, expires: nil, uses: 1))
            ]), seed: "act-grant-device", stamp: GoldenChain.stamp(2))
        add("act-grant-device", "A grant to a relay by its own key, for ever.", founder, changes: [relayGrant])
        add(
            "run-from-founding", "A run of three that begins with the founding change.", founder,
            changes: founder.changes)
        try joining(grant: grant.asCause, relayGrant: relayGrant.asCause)
    }

    /// The founding change is made before there is a workspace; its hash is the workspace's id.
    private static func founder() throws -> GoldenChain {
        let act = Act.found(
            workspace: "Lantern & Loom", person: "Olga",
            secretDigest: Act.secretDigest(Digest.of([], domain: "test secret")))
        func chain(in workspace: WorkspaceID) throws -> GoldenChain {
            var chain = GoldenChain("olga", epoch: "olga", in: workspace, previous: ChangeHash.none)
            try chain.write(Draft(acts: [act]), seed: "act-found", stamp: GoldenChain.stamp(0))
            return chain
        }
        let founding = try chain(in: WorkspaceID(unchecked: ChangeHash.none.bytes)).changes[0]
        return try chain(in: WorkspaceID(unchecked: founding.hash.bytes))
    }

    private mutating func joining(grant: Cause, relayGrant: Cause) throws {
        var maya = GoldenChain("maya", epoch: "maya", in: workspace)
        let proof = SigningKey.invitation.sign(Act.joinProof(workspace: workspace, replica: maya.replica))
        try maya.write(
            Draft(acts: [.join(grant: grant, proof: proof, person: "Maya")]), seed: "act-join",
            stamp: GoldenChain.stamp(60_000), causes: [grant])
        add("act-join", "Maya takes up the invitation with her first change.", maya, changes: maya.changes)
        var relay = GoldenChain("relay", epoch: "relay", in: workspace)
        try relay.write(
            Draft(acts: [.admit(device: maya.key.device, grant: grant, milliseconds: GoldenChain.newYear + 61_000)]),
            seed: "act-admit", stamp: GoldenChain.stamp(61_000),
            causes: [maya.changes[0].asCause, relayGrant].sorted())
        add("act-admit", "The relay admits Maya's device.", relay, changes: relay.changes)
        let rename = try maya.write(
            Draft(acts: [.rename(person: "María José")]), seed: "act-rename", stamp: GoldenChain.stamp(62_000),
            causes: relay.changes.map(\.asCause))
        add("act-rename", "Maya goes by another name from now on.", maya, changes: [rename])
    }

    /// What an owner does about devices, and a device about itself.
    private mutating func remedies() throws {
        let tips = [UInt64(1), 2].map { epoch in
            let replica = ReplicaID(device: SigningKey.of("maya").device, epoch: epoch)
            return Cause(replica: replica, number: epoch + 6, prefix: Digest.of([], domain: "test tip").prefix(16))
        }
        let maya = SigningKey.of("maya").device
        let person = ChangeID(high: 1, low: 2)
        try add(
            "act-grant-person", "A grant of another device to somebody who has one.",
            Draft(acts: [
                .grant(Grant(role: .agent, key: SigningKey.invitation.device, isDevice: false, person: person))
            ])
        )
        try add("act-revoke", "A device is cut off: of two chains something counts.", .revoke(device: maya, upTo: tips))
        try add("act-revoke-all", "A device is cut off from the start.", .revoke(device: maya, upTo: []))
        try add(
            "act-demote", "A cut and a grant in one change: another role.",
            Draft(acts: [
                .revoke(device: maya, upTo: tips), .grant(Grant(role: .viewer, key: maya, isDevice: true)),
            ]))
        try add("act-adopt", "Two changes count again.", .adopt([person, ChangeID(high: 1, low: 3)]))
        try add("act-withdraw", "An invitation is taken back.", .withdraw(grant: tips[0]))
        try add(
            "act-declare", "A new chain after a restore, with the tips of two old ones.",
            .declare(.restored, tips: tips))
        try add("act-declare-copied", "A new chain in a copy.", .declare(.copied, tips: []))
        try add("act-name-device", "A device is called so.", .nameDevice("Maya's phone"))
        try leave()
    }

    /// What a gateway asks of a relay, and what it hears.
    private mutating func leave() throws {
        let asked = Cause(
            replica: ReplicaID(device: SigningKey.of("maya").device, epoch: 1), number: 7,
            prefix: Digest.of([], domain: "test tip").prefix(16))
        let scope = LeaseScope(of: RootID(high: 3, low: 4))
        try add(
            "act-bid", "A gateway asks for leave to send a message, by its third lease.",
            .bid(
                Bid(
                    subject: ElementID(high: 5, low: 6), content: asked, attempt: 1,
                    lease: LeaseToken(scope: scope, incarnation: .max, counter: 3))))
        try add("act-rule", "The relay grants it.", .rule(Ruling(on: asked, refusal: nil)))
        try add(
            "act-rule-refused", "The relay does not: something was written meanwhile.",
            .rule(Ruling(on: asked, refusal: .moved)))
    }

    private mutating func add(_ name: String, _ about: String, _ act: Act) throws {
        try add(name, about, Draft(acts: [act]))
    }

    // MARK: Values

    private mutating func values() throws {
        try add("value-null", "A register written with null.", [.write(.null)])
        let numbers: [Int64] = [0, -1, 1, 63, 64, -64, -65, .max, .min]
        try add(
            "value-integer", "Integers at the ends of their encodings' lengths.", numbers.map { .write(.integer($0)) })
        let texts = ["", "Lucía", "Luci\u{301}a", "👩🏽‍🚀", "a\u{0}b", "\u{FFFF}\u{10FFFF}"]
        try add(
            "value-text",
            "Texts: none, one in two Unicode forms that stay two texts, an emoji of four scalars, a zero, the last scalar.",
            texts.map { .write(.text($0)) })
        try add(
            "value-bytes", "Bytes: none, and what is not UTF-8.",
            [.write(.bytes([])), .write(.bytes([0, 0x80, 0xFF]))])
        try add(
            "value-long", "A text of 200 bytes, whose lengths take two bytes each.",
            [.write(.text(String(repeating: "lantern ", count: 25)))])
    }

    // MARK: Operations

    private static func cause(_ name: String, _ number: UInt64) -> Cause {
        Cause(
            replica: ReplicaID(device: SigningKey.of(name).device, epoch: GoldenChain.epoch(name)), number: number,
            prefix: Digest.of(Array("\(name) \(number)".utf8), domain: "test cause", byteCount: 16))
    }

    private static func dot(_ name: String) -> ChangeID {
        ChangeID(bytes: Digest.of(Array(name.utf8), domain: "test dot", byteCount: 16)) ?? ChangeID(high: 0, low: 0)
    }

    private mutating func operations() throws {
        let heads = [Self.cause("olga", 4), Self.cause("relay", 1)].sorted()
        try add("operation-write", "Writes a register.", [.write(.text("Lucía"))])
        try add(
            "operation-set", "Sets a causal register, once with each kind of basis.",
            [
                .set(.text("closed"), basis: .nothing), .set(.text("closed"), basis: .everything),
                .set(.text("closed"), basis: .heads(heads)),
            ], causes: heads)
        try add("operation-add", "Adds to a set.", [.add(.text("urgent"))])
        try add(
            "operation-remove", "Removes from a set the adds of two changes, and those of none.",
            [
                .remove(.text("urgent"), dots: [Self.dot("one"), Self.dot("two")].sorted()),
                .remove(.text("late"), dots: []),
            ])
        try add(
            "operation-append", "Appends an element to a sequence.",
            [.append(Element(fields: [Element.Field(2, .text("Good morning"))]))])
        try add(
            "operation-raise", "Raises marks, once with each kind of basis.",
            [.raise(.nothing), .raise(.everything), .raise(.heads(heads))], causes: heads)
        try add(
            "several-segments", "Two roots of different kinds, and the first one again.",
            Draft(segments: [
                Segment(
                    kind: 1, root: .named("conversation"),
                    operations: [Operation(field: 1, action: .write(.integer(1)))]),
                Segment(
                    kind: 2, root: .named("lead"), operations: [Operation(field: 1, action: .write(.integer(2)))]),
                Segment(
                    kind: 1, root: .named("conversation"),
                    operations: [Operation(field: 1, action: .write(.integer(3)))]),
            ]))
        try add(
            "segment-without-operations", "A segment that only names its root.",
            Draft(segments: [Segment(kind: 1, root: .named("conversation"), operations: [])]))
        try add("change-without-content", "Neither acts nor segments: a change that only has its place.", Draft())
    }

    // MARK: Elements

    private mutating func elements() throws {
        let natural = ElementID(
            naturally: Digest.of(Array("message 1".utf8), domain: "test element", byteCount: 16))
        let head = Self.cause("olga", 4)
        try add(
            "element-derived",
            "Two elements in each of two segments, whose ids derive from the change and their places.",
            Draft(segments: [
                Segment(
                    kind: 1, root: .named("conversation"),
                    operations: (1...2).map {
                        Operation(field: 9, action: .append(Element(fields: [.init(1, .integer($0))])))
                    }),
                Segment(
                    kind: 1, root: .named("another"),
                    operations: (3...4).map {
                        Operation(field: 9, action: .append(Element(fields: [.init(1, .integer($0))])))
                    }),
            ]))
        try add(
            "element-natural", "An element with an id of its own.",
            [.append(Element(id: natural, fields: [.init(1, .text("¿Dónde está mi lámpara?"))]))])
        try add(
            "element-position", "Elements placed before, at and after the change's stamp.",
            [
                .append(Element(position: GoldenChain.stamp(0, 7), fields: [])),
                .append(Element(position: GoldenChain.stamp(1000), fields: [])),
                .append(Element(position: GoldenChain.stamp(2000), fields: [])),
            ])
        try add(
            "element-full", "An element with id, position, basis and a field of each kind of value.",
            [
                .append(
                    Element(
                        id: natural, position: GoldenChain.stamp(500), basis: .heads([head]),
                        fields: [
                            .init(1, .integer(-7)), .init(2, .text("Good morning")), .init(300, .bytes([1, 2, 3])),
                        ]))
            ], causes: [head])
        try add(
            "element-bases", "An element for each kind of basis.",
            [
                .append(Element(basis: .nothing, fields: [])), .append(Element(basis: .everything, fields: [])),
                .append(Element(basis: .heads([head]), fields: [])),
            ], causes: [head])
    }

    // MARK: What a later version may write

    private mutating func laterVersions() throws {
        try add(
            "unknown-operation", "Operations of unknown codes between known ones.",
            [
                .write(.integer(1)), .unknown(code: 0, payload: []), .unknown(code: 7, payload: [1, 2, 3]),
                .unknown(code: .max, payload: Array("later".utf8)), .write(.integer(2)),
            ])
        try add(
            "unknown-act", "Acts of unknown codes around a known one.",
            Draft(acts: [
                .unknown(code: 0, payload: []), .rename(person: "Maya"), .unknown(code: 13, payload: [0xFF]),
                .unknown(code: 1_000_000, payload: Array("later".utf8)),
            ]))
        try add(
            "unknown-role", "A grant of a role, and an accident, that a later version brings.",
            Draft(acts: [
                .unknown(code: 2, payload: [8, 0xFF]), .unknown(code: 9, payload: [0]),
                .unknown(code: 12, payload: [5]),
            ]))
        let write = Operation.Action.write(.integer(1))
        try add(
            "unknown-root", "Segments on roots of kinds that no schema has.",
            Draft(segments: [
                Segment(kind: 0, root: .named("zero"), operations: [Operation(field: 1, action: write)]),
                Segment(kind: .max, root: .named("last"), operations: [Operation(field: 1, action: write)]),
            ]))
        try add(
            "unknown-field", "Operations on fields that no schema has.",
            Draft(segments: [
                Segment(
                    kind: 1, root: .named("conversation"),
                    operations: [Operation(field: 0, action: write), Operation(field: .max, action: write)])
            ]))
    }

    // MARK: Chains

    private mutating func chains() throws {
        var chain = GoldenChain("maya", epoch: "chain", in: workspace)
        for number in 1...5 {
            let segment = Segment(
                kind: 1, root: .named("conversation"),
                operations: [Operation(field: 1, action: .write(.integer(Int64(number))))])
            try chain.write(
                Draft(segments: [segment]), seed: "chain \(number)", stamp: GoldenChain.stamp(UInt64(number)))
        }
        add("run-of-three", "The first three changes of a chain.", chain, changes: chain.changes[..<3])
        add(
            "run-from-4", "The fourth and fifth change of the same chain, on their own.", chain,
            changes: chain.changes[3...])
        try branches(of: chain)
        let causes = [
            chain.changes[4].asCause, Self.cause("olga", 4), Self.cause("olga", 300),
            Cause(
                replica: Self.cause("olga", 4).replica, number: 4,
                prefix: Digest.of([], domain: "test cause", byteCount: 16)),
        ].sorted()
        try add(
            "causes",
            "Four causes: of two devices, three of them of one chain that forked, two of those with one number.",
            Draft(), causes: causes)
        try copies()
    }

    private mutating func branches(of chain: GoldenChain) throws {
        for (name, about) in [
            ("branch-left", "A third change of the chain of run-of-three, in another branch than its own."),
            (
                "branch-right",
                "A third change of that chain, in one more branch: the same number, the same predecessor."
            ),
        ] {
            var branch = chain.beforeLast().beforeLast().beforeLast()
            try branch.write(Draft(acts: [.rename(person: name)]), seed: name, stamp: GoldenChain.stamp(10))
            add(name, about, branch, changes: branch.changes.suffix(1))
        }
    }

    private mutating func copies() throws {
        let draft = Draft(segments: [
            Segment(
                kind: 1, root: .named("conversation"), operations: [Operation(field: 1, action: .write(.text("once")))])
        ])
        var first = GoldenChain("maya", epoch: "copies", in: workspace)
        try first.write(draft, seed: "copies", stamp: GoldenChain.stamp(1000))
        add("copy-low", "An action, chained and stamped once.", first, changes: first.changes)
        var second = GoldenChain("maya", epoch: "other copies", in: workspace)
        try second.write(draft, seed: "copies", stamp: GoldenChain.stamp(2000, 3))
        add(
            "copy-high",
            "The same action by the same device, chained and stamped once more: it has the id of copy-low.",
            second, changes: second.changes)
    }

    // MARK: Withheld bodies

    private mutating func withheld() throws {
        var chain = GoldenChain("maya", epoch: "withheld", in: workspace)
        let segments = ["conversation", "lead"].map {
            Segment(
                kind: 1, root: .named($0),
                operations: [Operation(field: 1, action: .append(Element(fields: [.init(1, .text($0))])))])
        }
        let whole = try chain.write(
            Draft(acts: [.rename(person: "Maya")], segments: segments), seed: "withheld", stamp: GoldenChain.stamp(1),
            causes: [Self.cause("olga", 4)])
        add("bodies-whole", "A change of two bodies, whole.", chain, changes: [whole])
        for (name, indices, about) in [
            ("bodies-first-withheld", [0], "The same change without its first body: same hash, same id."),
            ("bodies-second-withheld", [1], "The same change without its second body."),
            ("bodies-all-withheld", [0, 1], "The same change without any body."),
        ] {
            add(name, about, chain, changes: [try whole.withholding(Set(indices))])
        }
        try chain.write(Draft(segments: segments), seed: "after withheld", stamp: GoldenChain.stamp(2))
        add(
            "run-over-withheld", "A run of a change without its second body, and a whole one chained on it.", chain,
            changes: [try whole.withholding([1]), chain.changes[1]])
    }

    // MARK: Limits

    private mutating func limits() throws {
        try add(
            "limit-acts", "As many acts as a change may have: 64.",
            Draft(acts: Array(repeating: .rename(person: ""), count: FormatLimit.acts.rawValue)))
        try add(
            "limit-segments", "As many segments as a change may have: 256.",
            Draft(
                segments: (0..<FormatLimit.segments.rawValue).map {
                    Segment(kind: 1, root: RootID(high: 0, low: UInt64($0)), operations: [])
                }))
        try add(
            "limit-element-fields", "As many fields as an element may have: 255.",
            [.append(Element(fields: (0..<FormatLimit.elementFields.rawValue).map { .init(UInt64($0), .integer(0)) }))])
        let last = Cause(
            replica: ReplicaID(device: SigningKey.of("olga").device, epoch: .max), number: ChangeNumber.limit,
            prefix: Array(repeating: 0xFF, count: 16))
        var chain = GoldenChain(
            "maya", epoch: "limits", in: workspace, number: ChangeNumber.limit,
            previous: ChangeHash(unchecked: Array(repeating: 0xFF, count: 32)))
        try chain.write(
            Draft(segments: [
                Segment(
                    kind: 1, root: .named("conversation"),
                    operations: [Operation(field: 1, action: .append(Element(position: .last, fields: [])))])
            ]), seed: "limit-numbers", stamp: .last, causes: [last])
        add(
            "limit-numbers", "The last number, the last stamp, the last position and a cause of the last number.",
            chain, changes: chain.changes)
        try add(
            "stamp-zero", "The first stamp there is. (It lies above nothing, so such a change is void.)", Draft(),
            stamp: .zero)
    }
}
