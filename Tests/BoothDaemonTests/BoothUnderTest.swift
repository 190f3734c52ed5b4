// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothControl
import BoothModel
import FoundationEssentials
import Glibc
import Rehearsal

/// A booth of real programs: the agent, a board over Modbus TCP and platforms over mutual TLS, each on a port of its own,
/// in a folder that goes with the test.
///
/// `boothctl` is asked as a technician would ask it. Nothing runs before it is started.
final class BoothUnderTest {
    let workspace: Workspace
    let certificates: Certificates
    let boardPort: UInt16
    /// The configuration that the next start or reload takes up.
    var configuration = BoothConfigurationText()
    /// Whether a start writes `configuration` to the file; false where a test spoils the file itself.
    var writesConfiguration = true

    private(set) var agent: ChildProcess?
    private(set) var board: ChildProcess?
    private var platforms: [Target: ChildProcess] = [:]
    private let ports: [Target: UInt16]

    enum Target: String, CaseIterable {
        case police, grid
    }

    /// Waits as long as this for anything that has to come.
    static let patience = Duration.seconds(30)
    /// The agent tries again quickly, so that a test need not wait for it.
    static let quickRetries = ["retry-first = \"50ms\"", "retry-most = \"300ms\""]

    /// - Parameter points: on unit 1 of the bus `cabinet`, at the discrete inputs 0, 1, …; each with more keys.
    init(points: [(id: String, kind: String)] = [("help-1", "help-button")], targets: [Target] = [.police]) throws {
        workspace = try Workspace(named: "e2e")
        certificates = try Certificates(in: workspace)
        boardPort = try freePort()
        ports = [.police: try freePort(), .grid: try freePort()]
        configuration.modbus("cabinet", tcpPort: boardPort, lines: ["response-timeout = \"500ms\""])
        for (address, point) in points.enumerated() {
            configuration.point(point.id, kind: point.kind, bus: "cabinet", address: address)
        }
        for target in targets {
            let accepts = target == .police ? ["police", "fault"] : ["community"]
            configuration.target(
                target.rawValue, accepts: accepts, port: port(of: target), certificates: certificates,
                lines: Self.quickRetries)
        }
    }

    // MARK: Board

    /// Starts the board with the points' names, all inputs off.
    func startBoard(_ points: String...) throws {
        let started = try ChildProcess(try BuiltPrograms.path(of: "booth-board"), ["--tcp", "127.0.0.1:\(boardPort)"])
        try started.line(within: Self.patience) { $0.hasPrefix("listening on") }
        for (address, point) in points.enumerated() {
            try started.write(line: "name \(point) unit 1 discrete-input \(address)")
        }
        board = started
    }

    /// Tells the board one line: `press help-1`.
    func tell(_ line: String) throws {
        guard let board else { throw RehearsalError("the board does not run") }
        try board.write(line: line)
    }

    func killBoard() throws {
        try board?.stop(with: SIGKILL, within: Self.patience)
        board = nil
    }

    // MARK: Platforms

    func port(of target: Target) -> UInt16 { ports[target] ?? 0 }
    func book(of target: Target = .police) throws -> PlatformBook { try PlatformBook(database(of: target)) }
    private func database(of target: Target) -> String { workspace.file("\(target).sqlite") }

    /// Starts a platform; by default with the right certificate.
    func startPlatform(
        _ target: Target = .police, certificate: String? = nil, key: String? = nil, clientAuthority: String? = nil
    ) throws {
        let started = try ChildProcess(
            try BuiltPrograms.path(of: "booth-platform"),
            [
                "--listen", "127.0.0.1:\(port(of: target))", "--database", database(of: target),
                "--certificate", certificate ?? certificates.path(.platform),
                "--key", key ?? certificates.path(.platformKey),
                "--client-ca", clientAuthority ?? certificates.path(.authority),
            ])
        try started.line(within: Self.patience) { $0.hasPrefix("listening on") }
        platforms[target] = started
    }

    func stopPlatform(_ target: Target = .police) throws {
        try platforms.removeValue(forKey: target)?.stop(within: Self.patience)
    }

    /// Stops a platform where it stands: it takes connections and answers none.
    func freezePlatform(_ target: Target = .police) {
        platforms[target]?.send(signal: SIGSTOP)
    }

    /// Waits for a line of a platform that tells of an event, from the last such line on.
    @discardableResult
    func platformLine(_ target: Target = .police, where isWanted: (String) -> Bool) throws -> String {
        guard let platform = platforms[target] else { throw RehearsalError("\(target) does not run") }
        return try platform.line(on: .output, within: Self.patience, where: isWanted)
    }

    /// Has a platform's dispatcher type a line: `close last 已送回家`.
    func tell(_ target: Target, _ line: String) throws {
        guard let platform = platforms[target] else { throw RehearsalError("\(target) does not run") }
        try platform.write(line: line)
    }

    // MARK: Agent

    var socket: String { workspace.file("control") }
    var stateDirectory: String { workspace.file("state") }
    var agentArguments: [String] {
        ["--config", workspace.file("boothd.toml"), "--state-directory", stateDirectory, "--control-socket", socket]
    }

    /// Starts the agent and waits until it says how it is in service.
    func startAgent(environment: [String: String?] = [:], options: [String] = []) throws {
        try launchAgent(environment: environment, options: options)
        try waitForService()
    }

    /// Starts the agent and waits for nothing.
    func launchAgent(environment: [String: String?] = [:], options: [String] = []) throws {
        try writeConfiguration()
        let path = try BuiltPrograms.path(of: "boothd")
        agent = try ChildProcess(path, agentArguments + options, environment: Self.plain.merging(environment) { $1 })
    }

    /// Starts the agent with its state directory on a disk of its own, which goes with the agent.
    ///
    /// - Parameter size: as tmpfs(5) spells it.
    func startAgent(onDisk size: String) throws {
        try launchAgent(onDisk: size)
        try waitForService()
    }

    /// Starts the agent on such a disk and waits for nothing.
    func launchAgent(onDisk size: String, environment: [String: String?] = [:]) throws {
        try writeConfiguration()
        let mount = "mount -t tmpfs -o size=\(size),mode=700 none \"$1\" && shift && exec \"$@\""
        agent = try ChildProcess(
            "/usr/bin/unshare",
            ["--mount", "sh", "-c", mount, "sh", stateDirectory, try BuiltPrograms.path(of: "boothd")]
                + agentArguments, environment: Self.plain.merging(environment) { $1 })
    }

    /// Starts the agent with `folder` in the place of journald's own, and its standard error as journald's stream.
    func launchAgent(withJournaldIn folder: String) throws {
        try writeConfiguration()
        let prepare = """
            mount -t tmpfs none /run && mkdir -p /run/systemd/journal && mount --bind "$1" /run/systemd/journal && shift &&
            JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) exec "$@"
            """
        agent = try ChildProcess(
            "/usr/bin/unshare",
            ["--mount", "sh", "-c", prepare, "sh", folder, try BuiltPrograms.path(of: "boothd")] + agentArguments,
            environment: Self.plain)
    }

    /// Starts the agent under strace(1), which names each system call in `file`, once, when the agent has ended.
    func startAgent(namingCallsIn file: String) throws {
        try writeConfiguration()
        // The tracer is a process group of its own: it writes after the agent's end.
        agent = try ChildProcess(
            "/usr/bin/strace",
            ["-DD", "-f", "-c", "-U", "name", "-o", file, try BuiltPrograms.path(of: "boothd")] + agentArguments,
            environment: Self.plain)
        try waitForService()
    }

    /// Starts the agent under strace(1), which has the kernel refuse, in its name, that it runs a program once more.
    func startAgentThatCannotRunItself() throws {
        try writeConfiguration()
        agent = try ChildProcess(
            "/usr/bin/strace",
            ["-DD", "-f", "-o", "/dev/null", "-e", "trace=execve", "-e", "inject=execve:error=ENOMEM:when=2+"]
                + [try BuiltPrograms.path(of: "boothd")] + agentArguments, environment: Self.plain)
        try waitForService()
    }

    func writeConfiguration() throws {
        guard writesConfiguration else { return }
        try workspace.write(configuration.text, to: "boothd.toml")
    }

    /// Waits for the line that the agent writes when it goes into service, the first time or after a reload.
    func waitForService() throws {
        try agent?.line(on: .error, within: Self.patience) { $0.contains(" points, ") && $0.hasSuffix(" queued") }
    }

    @discardableResult
    func stopAgent(with signal: CInt = SIGTERM) throws -> ExitStatus? {
        defer { agent = nil }
        return try agent?.stop(with: signal, within: Self.patience)
    }

    /// In English, and nothing of a service manager's that the tests may run under.
    static let plain: [String: String?] = [
        "LC_ALL": "C.UTF-8", "NOTIFY_SOCKET": nil, "WATCHDOG_USEC": nil, "WATCHDOG_PID": nil, "JOURNAL_STREAM": nil,
        "STATE_DIRECTORY": nil,
        "RUNTIME_DIRECTORY": nil, "CREDENTIALS_DIRECTORY": nil,
    ]

    // MARK: boothctl

    /// What `boothctl` printed, and how it ended.
    struct Answer {
        var status: ExitStatus
        var output: [String]
        var errors: [String]
    }

    func startControl(_ arguments: [String]) throws -> ChildProcess {
        try ChildProcess(
            try BuiltPrograms.path(of: "boothctl"), ["--socket", socket] + arguments, environment: Self.plain)
    }

    func control(_ arguments: String...) throws -> Answer {
        let control = try startControl(arguments)
        let status = try control.wait(within: Self.patience)
        return Answer(
            status: status, output: control.lines.filter { $0.stream == .output }.map(\.text),
            errors: control.lines.filter { $0.stream == .error }.map(\.text))
    }

    func status() throws -> StatusReply { try reply("status") }
    func points() throws -> [PointStatus] { (try reply("points") as PointsReply).points }
    func incidents() throws -> [IncidentStatus] { (try reply("incidents", "--all") as IncidentsReply).incidents }
    func queues() throws -> [TargetQueue] { (try reply("queue") as QueueReply).targets }

    func incidents(_ category: BoothModel.Category) throws -> [IncidentStatus] {
        try incidents().filter { $0.category == category }
    }

    func follow(seen: Set<EventID> = []) throws -> EventFollower {
        EventFollower(control: try startControl(["--json", "events", "--follow"]), seen: seen)
    }

    private func reply<Reply: Decodable>(_ verb: String...) throws -> Reply {
        let control = try startControl(["--json"] + verb)
        try control.wait(within: Self.patience)
        return try JSONDecoder().decode(Reply.self, from: Data(control.lines.map(\.text).joined().utf8))
    }

    // MARK: Waiting

    /// Asks until `holds` does, for what no program tells by itself.
    ///
    /// - Throws: `RehearsalError` with `what` when that takes longer than `patience`.
    func wait(until what: String, _ holds: () throws -> Bool) throws {
        let deadline = BootTime.now() + Self.patience
        while try !holds() {
            guard BootTime.now() < deadline else { throw RehearsalError("never came to be: \(what)") }
            poll(nil, 0, 20)
        }
    }

    /// Waits until each point was read.
    func waitForReadings() throws {
        try wait(until: "every point is good") { try points().allSatisfy { $0.quality == .good } }
    }

    /// Waits until the platforms have answered for everything.
    func waitForEmptyQueues() throws {
        try wait(until: "the queues are empty") { try queues().allSatisfy { $0.queued == 0 } }
    }

    /// Waits until a category has so many incidents that are not restored, and gives them.
    @discardableResult
    func waitForOpen(_ category: BoothModel.Category, count: Int = 1) throws -> [IncidentStatus] {
        var open: [IncidentStatus] = []
        try wait(until: "\(count) open of \(category)") {
            open = try incidents(category).filter { !$0.restored }
            return open.count == count
        }
        return open
    }
}
