import Channels
import ProviderServer

extension Explanation {
    /// Why nobody can be listened to.
    static func of(_ failure: ServiceFailure) -> Explanation {
        switch failure {
        case .addressInUse(let host, let port):
            Explanation(
                "address-in-use", 69, "Another program listens on \(host):\(port).",
                hint: "Choose another port, or 0 for any free one.")
        case .cannotListen(let host, let port):
            Explanation("cannot-listen", 69, "Cannot listen on \(host):\(port).", hint: "Check --listen.")
        case .needsSecret:
            Explanation(
                "needs-secret", 77, "Without the app's secret anybody could tell anything at that address.",
                hint: "Name the file that holds it with --app-secret-file, or listen on 127.0.0.1.")
        }
    }

    /// What is wrong with the script of a simulated provider.
    static func of(_ rejection: ScriptRejection) -> Explanation {
        Explanation(
            "bad-script", 65, "Rule \(rejection.rule) of the script cannot be followed: \(rejection.fault).",
            hint: "Docs/CLI.md, \"Standing in for WhatsApp\", has every key and value.")
    }
}
