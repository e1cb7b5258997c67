import Glibc

/// A file descriptor that is closed when it goes.
struct Descriptor: ~Copyable {
    let number: Int32
    deinit { close(number) }
}

/// Directories that their owner alone may look into.
public enum PrivateDirectory {
    /// Makes a directory, with those it lies in, for its owner only. One that is there has to be so already; but an
    /// empty one is made so.
    ///
    /// - Throws: `.looseDirectory`, `.notOurs`, or `.disk`.
    public static func make(_ path: String) throws(KeyFailure) {
        try makeWithParents(path)
        do {
            _ = try opened(path)
        } catch .looseDirectory {
            guard isEmpty(path), chmod(path, 0o700) == 0 else { throw .looseDirectory(path) }
        }
    }

    private static func makeWithParents(_ path: String) throws(KeyFailure) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        let code = errno
        let parent = FilePlace(path).directory
        guard code == ENOENT, parent != path, parent != "." else { throw .disk(path, code: code) }
        try makeWithParents(parent)
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .disk(path, code: errno) }
    }

    private static func isEmpty(_ path: String) -> Bool {
        guard let directory = opendir(path) else { return false }
        defer { closedir(directory) }
        // Itself and its parent are always there.
        var count = 0
        while count <= 2, readdir(directory) != nil { count += 1 }
        return count <= 2
    }

    /// Opens one that is its owner's alone; what is found in it is reached through the descriptor, so that nobody can
    /// put another in its place.
    static func opened(_ path: String) throws(KeyFailure) -> Descriptor {
        let directory = try openedAsItIs(path)
        var facts = stat()
        guard fstat(directory.number, &facts) == 0 else { throw .disk(path, code: errno) }
        guard facts.st_uid == geteuid() else { throw .notOurs(path) }
        guard facts.st_mode & 0o077 == 0 else { throw .looseDirectory(path) }
        return directory
    }

    static func openedAsItIs(_ path: String) throws(KeyFailure) -> Descriptor {
        let number = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw .disk(path, code: errno) }
        return Descriptor(number: number)
    }
}

/// A path in two: the directory and the name in it.
struct FilePlace {
    let directory: String
    let name: String

    init(_ path: String) {
        let slash = path.lastIndex(of: "/")
        name = String(slash.map { path[path.index(after: $0)...] } ?? path[...])
        directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }
}
