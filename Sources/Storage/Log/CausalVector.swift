import ChangeLog

/// How far each branch is held in one causal past: the whole answer to "what had been seen".
///
/// Indexed by the branches' local numbers, which are small and dense. What a branch shares with the one it forked from
/// is noted there, so holding a change is one comparison.
struct CausalVector: Hashable {
    private var numbers: [UInt64] = []

    init() {}

    /// Whether a change lies in this past.
    func holds(_ place: LocalPlace) -> Bool {
        let index = Int(place.branch)
        return index < numbers.count && numbers[index] >= place.number
    }

    /// How far a branch is held; 0 if not at all.
    func number(of branch: Int64) -> UInt64 { Int(branch) < numbers.count ? numbers[Int(branch)] : 0 }

    /// Takes up one change of a branch, whose predecessors are held.
    mutating func raise(to place: LocalPlace) {
        let index = Int(place.branch)
        if index >= numbers.count { numbers += Array(repeating: 0, count: index + 1 - numbers.count) }
        numbers[index] = max(numbers[index], place.number)
    }

    /// Takes up all of another past.
    mutating func merge(_ other: CausalVector) {
        if numbers.count < other.numbers.count {
            numbers += Array(repeating: 0, count: other.numbers.count - numbers.count)
        }
        for (index, number) in other.numbers.enumerated() where number > numbers[index] { numbers[index] = number }
    }

    /// The last change held of each branch.
    var places: [LocalPlace] {
        numbers.enumerated().compactMap { index, number in
            number == 0 ? nil : LocalPlace(branch: Int64(index), number: number)
        }
    }

    /// One integer a branch, from the first on.
    var bytes: [UInt8] {
        var writer = ByteWriter()
        for number in numbers { writer.integer(number) }
        return writer.bytes
    }

    /// What ``bytes`` gives.
    init(_ bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        while reader.remaining > 0, let number = try? reader.integer() { numbers.append(number) }
    }
}
