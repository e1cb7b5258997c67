import Glibc

/// How many files, connections among them, the system lets this process have open.
enum OpenFiles {
    /// Raises what is allowed to what may be allowed.
    ///
    /// - Returns: how many that are.
    static func allowMost() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return Int(FD_SETSIZE) }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return Int(FD_SETSIZE) }
        return Int(clamping: limit.rlim_cur)
    }
}
