import Foundation
import Testing

/// Ten thousand connections from one address, on a real relay. A relay does not count this machine's own addresses, so
/// that takes a network of its own, where one machine has several: Linux gives that to root, and mostly to anybody.
struct CrowdTests {
    private static let needs = "ip link set lo up && ip address add 10.9.0.1/32 dev lo && python3 -c ''"
    private static let isPossible: Bool = {
        let run = try? Terminal().start(
            ["-rn", "sh", "-c", "[ $(ulimit -Hn) -ge 12000 ] && " + needs], program: unshare)
        return run?.status == 0
    }()
    private static let unshare = "/usr/bin/unshare"

    /// A relay at the first address, where Olga's device follows; the crowd at the second, and somebody at the third.
    private static let stage = """
        ip link set lo up
        for number in 1 2 3; do ip address add 10.9.0.$number/32 dev lo; done
        "$1" relay serve --data "$2/relay" --allow "$4" --listen 10.9.0.1:7001 --json > "$2/relay.out" & relay=$!
        while [ ! -s "$2/relay.out" ]; do sleep 0.05; done
        "$1" --home "$2/olga" --json sync --follow > "$2/follow.out" & follow=$!
        for attempt in $(seq 200); do grep -q connected "$2/follow.out" && break; sleep 0.05; done
        timeout 100 python3 -c "$3" "$1" "$2/olga"
        kill $follow $relay
        wait $relay
        """

    private static let crowd = """
        import json, resource, select, socket, subprocess, sys, time
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        def connection(host):
            s = socket.socket()
            s.bind((host, 0))
            s.connect(("10.9.0.1", 7001))
            return s
        crowd = [connection("10.9.0.2") for _ in range(10000)]
        watch, closed, end = select.poll(), set(), time.time() + 60
        for s in crowd: watch.register(s, select.POLLIN)
        while len(closed) < 10000 - 64 and time.time() < end:
            for number, _ in watch.poll(1000):
                closed.add(number)
                watch.unregister(number)
        start, other = time.time(), connection("10.9.0.3")
        other.sendall(b"GET / HTTP/1.1\\r\\nhost: relay\\r\\n\\r\\n")
        status = other.recv(100).split()[1].decode()
        answered = time.time() - start
        sync = subprocess.run([sys.argv[1], "--home", sys.argv[2], "sync"], capture_output=True).returncode
        time.sleep(1)
        more = sum(1 for _ in watch.poll(0))
        print(json.dumps({"closed": len(closed) + more, "status": status, "sync": sync, "answered": answered}))
        """

    @Test(.enabled(if: isPossible, "no network of one's own, or too few open files"))
    func `of ten thousand connections from one address its share stays, and others are not disturbed`() throws {
        let terminal = try Terminal()
        try terminal.foundWorkspace(relay: "http://10.9.0.1:7001")
        let workspace = try terminal.nexus("olga", "status").json["workspace"].text
        let run = try terminal.start(
            ["-rn", "sh", "-c", Self.stage, "sh", Terminal.program, terminal.directory, Self.crowd, workspace],
            program: Self.unshare)
        #expect(run.json["closed"].number == 10_000 - 64, "\(run.output) \(run.errors)")
        #expect(run.json["status"].text == "404")
        #expect(run.json["sync"].number == 0)
        let followed = try String(contentsOfFile: terminal.path("follow.out"), encoding: .utf8)
        #expect(followed.split(separator: "\n").count == 1, "\(followed)")
    }
}
