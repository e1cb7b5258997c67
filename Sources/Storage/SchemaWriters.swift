public import ChangeLog

/// Who may write a field: its part of the schema's declaration, from which ``Rights`` follow.
extension Schema {
    /// Which roles may write a field; whether anybody's part of it or their own only, which is their marks and the
    /// elements they appended; and what.
    public struct Writers: Hashable, Sendable {
        /// May write anybody's.
        public let any: Set<Role>
        /// May write their own.
        public let own: Set<Role>
        /// Those of them that may not write just anything, with all that they may.
        public let only: [Role: Limit]

        /// Writers of a field.
        ///
        /// - Parameter only: of roles that are among `any` or `own`.
        public init(any: Set<Role> = [], own: Set<Role> = [], only: [Role: Limit] = [:]) {
            (self.any, self.own, self.only) = (any, own.subtracting(any), only)
            precondition(only.keys.allSatisfy(contains), "who may write nothing has no limits")
        }

        /// Writers of a field that nobody owns a part of, each of anything.
        public static func any(_ roles: Set<Role>) -> Writers { Writers(any: roles) }

        /// Whether a role may write at all.
        public func contains(_ role: Role) -> Bool { any.contains(role) || own.contains(role) }
    }

    /// All that a role may write into a field.
    public enum Limit: Hashable, Sendable {
        /// Of a register or causal register: these values. Of a set: these members, to add or remove.
        case values([Value])
        /// Of a sequence: elements of one of these shapes.
        case shapes([Shape])
    }

    /// What elements of a sequence can look like. A column that a shape does not name may hold anything.
    public struct Shape: Hashable, Sendable {
        /// What such an element is called.
        public let name: String
        /// What it is, in a sentence.
        public let about: String
        /// Whether it may have a natural id. Who may give one can come before somebody else with the same.
        public let mayBeNamed: Bool
        /// Whether it may have a position of its own, instead of standing where it was written.
        public let mayBePlaced: Bool
        /// What a column holds, by the column's name: one of these values. Null is nothing, and so is what is stored of a
        /// value of another type.
        public let columns: [String: [Value]]

        /// A shape.
        public init(
            _ name: String, mayBeNamed: Bool = false, mayBePlaced: Bool = false, columns: [String: [Value]],
            about: String = ""
        ) {
            (self.name, self.about, self.columns) = (name, about, columns)
            (self.mayBeNamed, self.mayBePlaced) = (mayBeNamed, mayBePlaced)
        }
    }
}
