import Glibc
import Keys

extension Explanation {
    /// What is wrong with a key, its file or its passphrase.
    static func of(_ failure: KeyFailure) -> Explanation {
        switch failure {
        case .missing(let path):
            Explanation(
                "no-key", 66, "There is no file \(path).",
                hint: "A key that is gone is never made anew: nexus key import brings back an exported one. Without "
                    + "one, ask for an invitation and join in another home.")
        case .exists(let path):
            Explanation("file-exists", 73, "There is a file \(path) already.", hint: "It was left as it is.")
        case .disk(let path, let code):
            Explanation("cannot-use", 74, "Cannot use \(path): \(String(cString: strerror(code))).")
        case .link, .notAFile, .notOurs, .looseFile, .looseDirectory: ofLoose(failure)
        case .damaged, .newerVersion, .costly, .mismatched: ofContent(failure)
        case .locked, .wrongPassphrase, .unfitPassphrase, .noMemory: ofPassphrase(failure)
        }
    }

    private static func ofLoose(_ failure: KeyFailure) -> Explanation {
        switch failure {
        case .looseDirectory(let path):
            Explanation(
                "loose-directory", 77, "Others can look into the directory \(path), which is for a key.",
                hint: "Make it yours alone: chmod 700 \(path)")
        case .looseFile(let path):
            Explanation(
                "loose-key-file", 77, "Others can read or write the file \(path).",
                hint: "Make it yours alone: chmod 600 \(path)")
        case .notOurs(let path):
            Explanation(
                "loose-key-file", 77, "\(path) belongs to another user.", hint: "Run this as that user, or chown it.")
        case .link(let path):
            Explanation(
                "loose-key-file", 77, "\(path) is a link, which others may turn elsewhere.",
                hint: "Put the file itself there.")
        default:
            Explanation("loose-key-file", 77, "What is in the place of a key or passphrase is no plain file.")
        }
    }

    private static func ofContent(_ failure: KeyFailure) -> Explanation {
        switch failure {
        case .newerVersion(let path):
            Explanation(
                "newer-version", 78, "The key file \(path) was made by a newer version of nexus.",
                hint: "Install that version.")
        case .costly(let path):
            Explanation(
                "bad-key-file", 65, "The key file \(path) asks for more memory or time than nexus ever does.",
                hint: "Do not trust where it came from.")
        case .damaged(let path):
            Explanation(
                "bad-key-file", 65, "The key file \(path) holds no key, or has been damaged.",
                hint: "Move it aside and bring back an exported one with nexus key import.")
        default:
            Explanation(
                "bad-key-file", 65, "The secret key in the file does not belong to the public one beside it.",
                hint: "Somebody altered the file. Move it aside and bring back an exported one with nexus key import.")
        }
    }

    private static func ofPassphrase(_ failure: KeyFailure) -> Explanation {
        switch failure {
        case .wrongPassphrase:
            Explanation("wrong-passphrase", 79, "That is not the passphrase of this key.", hint: "Try again.")
        case .unfitPassphrase:
            Explanation("bad-passphrase", 65, "A passphrase is one line of 1 to 1,024 bytes.")
        case .noMemory:
            Explanation(
                "no-memory", 75, "There is not the memory that a passphrase takes: 64 MiB, for an exported key 256.",
                hint: "Nothing was changed. End other programs, or lift the limit, and try again.")
        default:
            Explanation(
                "passphrase-needed", 79, "The key is under a passphrase, and none was given.",
                hint: "Run it on a terminal, or name a file that only you can read: --passphrase-file FILE.")
        }
    }
}
