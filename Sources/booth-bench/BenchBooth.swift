// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc
import Rehearsal

/// The environment of the measurements: a folder, certificates, and the programs of this build.
final class BenchBooth {
    private let workspace: Workspace
    let certificates: Certificates

    /// The longest wait for something that a program should do at once.
    static let patience = Duration.seconds(20)

    init() throws {
        workspace = try Workspace(named: "bench")
        certificates = try Certificates(in: workspace)
    }

    var folder: String { workspace.path }

    func file(_ name: String) -> String { workspace.file(name) }

    func makeFolder(_ name: String) throws {
        try workspace.makeDirectory(name)
    }

    /// Writes a configuration file.
    ///
    /// - Returns: its path.
    func write(_ configuration: BoothConfigurationText, named name: String) throws -> String {
        try workspace.write(configuration.text, to: name)
    }

    /// Writes any other file.
    ///
    /// - Returns: its path.
    func write(_ text: String, named name: String) throws -> String {
        try workspace.write(text, to: name)
    }

    // MARK: Programs

    /// Starts a simulated I/O board over TCP.
    ///
    /// - Parameter inputs: names of discrete inputs of unit 1, starting at address 0.
    func startBoard(units: Int = 1, inputs: [String]) throws -> (board: ChildProcess, port: UInt16) {
        let port = try freePort()
        let units = (1...units).flatMap { ["--unit", String($0)] }
        let board = try ChildProcess(
            try BuiltPrograms.path(of: "booth-board"), ["--tcp", "127.0.0.1:\(port)"] + units)
        try board.line(within: Self.patience) { $0.hasPrefix("listening on") }
        for (address, name) in inputs.enumerated() {
            try board.write(line: "name \(name) unit 1 discrete-input \(address)")
        }
        return (board, port)
    }

    /// Starts a platform with mutual TLS.
    ///
    /// - Parameters:
    ///   - name: the name of its database.
    ///   - isHeard: whether its output is read. Reading a hundred thousand lines would cost time during the
    ///     measurement.
    func startPlatform(_ name: String, isHeard: Bool = true) throws -> (platform: ChildProcess, port: UInt16) {
        let port = try freePort()
        let program = try BuiltPrograms.path(of: "booth-platform")
        let arguments = [
            "--listen", "127.0.0.1:\(port)", "--database", file("\(name).sqlite"),
            "--certificate", certificates.path(.platform), "--key", certificates.path(.platformKey),
            "--client-ca", certificates.path(.authority),
        ]
        if isHeard {
            let platform = try ChildProcess(program, arguments)
            try platform.line(within: Self.patience) { $0.hasPrefix("listening on") }
            return (platform, port)
        }
        let platform = try ChildProcess("/bin/sh", ["-c", "exec \"$0\" \"$@\" >/dev/null", program] + arguments)
        try waitForListener(on: port)
        return (platform, port)
    }

    /// Starts the agent.
    ///
    /// - Parameters:
    ///   - name: the name of its state directory and its control socket.
    ///   - tracer: a command line that runs it, such as strace's.
    func startAgent(
        _ name: String, configuration: String, notify: String? = nil, tracer: [String] = []
    ) throws -> ChildProcess {
        // Give each agent its own folder: beside its socket it keeps a mark of its journal, which must not mix with
        // another's.
        mkdir(file("\(name).run"), 0o700)
        let command =
            tracer + [
                try BuiltPrograms.path(of: "boothd"), "--config", configuration, "--state-directory",
                file("\(name).state"), "--control-socket", control(of: name),
            ]
        return try ChildProcess(command[0], Array(command.dropFirst()), environment: ["NOTIFY_SOCKET": notify])
    }

    /// Waits until an agent without a service manager reports that it is in service.
    func waitUntilInService(_ agent: ChildProcess) throws {
        try agent.line(on: .error, within: Self.patience) { $0.contains("in service") || $0.contains("在用") }
    }

    /// Starts `boothctl --json events --follow`, which prints each event as a line of JSON.
    func followEvents(of name: String) throws -> ChildProcess {
        try startControl(of: name, ["--json", "events", "--follow"])
    }

    /// Starts `boothctl` with these arguments.
    func startControl(of name: String, _ words: [String]) throws -> ChildProcess {
        try ChildProcess(try BuiltPrograms.path(of: "boothctl"), ["--socket", control(of: name)] + words)
    }

    private func control(of name: String) -> String { file("\(name).run/control") }

    private func waitForListener(on port: UInt16) throws {
        let deadline = BootTime.now() + Self.patience
        while BootTime.now() < deadline {
            let opened = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            guard opened >= 0 else { throw SystemError("socket") }
            let descriptor = Descriptor(owning: opened)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
            let result = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor.number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            if result == 0 { return }
            poll(nil, 0, 5)
        }
        throw RehearsalError("nobody listens on port \(port)")
    }
}
