// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Rehearsal

/// A booth on this machine: two platforms, two boards, the agent, and a follower of the agent's events.
///
/// All of them are separate programs on ports above 1024, in a folder that is removed after the demo.
final class DemoBooth {
    private let workspace: Workspace
    private let certificates: Certificates
    private let ports: [Platform: UInt16]
    private let template: String
    private var platforms: [Platform: ChildProcess] = [:]
    /// The board in the cabinet, over TCP.
    let cabinet: ChildProcess
    /// The board in the letter box, over a serial line.
    let inside: ChildProcess
    private(set) var agent: ChildProcess?
    private(set) var journal: EventFollower?

    enum Platform: String, CaseIterable {
        case police, grid
    }

    /// Starts everything but the agent.
    init() throws {
        workspace = try Workspace(named: "demo")
        certificates = try Certificates(in: workspace)
        ports = [.police: try freePort(), .grid: try freePort()]
        let cabinetPort = try freePort()
        cabinet = try Self.startBoard(
            ["--tcp", "127.0.0.1:\(cabinetPort)"],
            names: [("help-1", 0, ""), ("help-2", 1, ""), ("room-door", 2, " active low")])
        inside = try Self.startBoard(
            ["--serial", workspace.file("inside")], names: [("mail-slot", 0, ""), ("mail-door", 1, "")])
        template = try String(contentsOfFile: BuiltPrograms.packageFile("deploy/demo/boothd.toml"), encoding: .utf8)
            .replacing("@CABINET@", with: String(cabinetPort))
            .replacing("@INSIDE@", with: workspace.file("inside"))
            .replacing("@POLICE@", with: String(ports[.police] ?? 0))
            .replacing("@GRID@", with: String(ports[.grid] ?? 0))
        for platform in Platform.allCases { try start(platform) }
    }

    private static func startBoard(
        _ place: [String], names: [(name: String, address: Int, polarity: String)]
    ) throws -> ChildProcess {
        let board = try ChildProcess(try BuiltPrograms.path(of: "booth-board"), place)
        try board.line(within: .seconds(10)) { $0.hasPrefix("listening on") || $0.hasPrefix("serving") }
        for (name, address, polarity) in names {
            try board.write(line: "name \(name) unit 1 discrete-input \(address)\(polarity)")
            try board.write(line: "set \(name) off")
        }
        return board
    }

    // MARK: Platforms

    func platform(_ platform: Platform) throws -> ChildProcess {
        guard let running = platforms[platform] else { throw RehearsalError("platform \(platform) is away") }
        return running
    }

    /// Waits for a line of a platform, which may have been printed before.
    ///
    /// - Parameter after: how many lines since its start to skip.
    func line(of platform: Platform, after: Int = 0, where isWanted: (String) -> Bool) throws -> String {
        let running = try self.platform(platform)
        if let line = running.lines.dropFirst(after).first(where: { isWanted($0.text) }) { return line.text }
        return try running.line(within: .seconds(30), where: isWanted)
    }

    func database(of platform: Platform) -> String { workspace.file("\(platform).sqlite") }

    func start(_ platform: Platform) throws {
        let started = try ChildProcess(
            try BuiltPrograms.path(of: "booth-platform"),
            [
                "--listen", "127.0.0.1:\(ports[platform] ?? 0)", "--database", database(of: platform),
                "--certificate", certificates.path(.platform), "--key", certificates.path(.platformKey),
                "--client-ca", certificates.path(.authority),
            ])
        try started.line(within: .seconds(10)) { $0.hasPrefix("listening on") }
        platforms[platform] = started
    }

    func stop(_ platform: Platform) throws {
        try platforms.removeValue(forKey: platform)?.stop(within: .seconds(10))
    }

    // MARK: The agent

    private var socket: String { workspace.file("control") }

    /// Starts the agent and follows its journal.
    ///
    /// - Parameter attended: the schedule's `attended`, as TOML strings.
    func startAgent(attended: String) throws {
        let file = try workspace.write(
            template.replacing("@ATTENDED@", with: attended), to: "certificates/boothd.toml")
        let started = try ChildProcess(
            try BuiltPrograms.path(of: "boothd"),
            ["--config", file, "--state-directory", workspace.file("state"), "--control-socket", socket])
        try started.line(on: .error, within: .seconds(10)) { $0.contains("5 points") || $0.contains("5 个点位") }
        agent = started
        journal = EventFollower(control: try control(["--json", "events", "--follow"]), seen: journal?.seen ?? [])
    }

    /// Kills the agent, like a power cut.
    func killAgent() throws {
        try agent?.stop(with: 9, within: .seconds(10))
        agent = nil
    }

    func stopAgent() throws -> ExitStatus? {
        defer { agent = nil }
        return try agent?.stop(within: .seconds(10))
    }

    /// Starts `boothctl` against this agent.
    func control(_ arguments: [String]) throws -> ChildProcess {
        try ChildProcess(try BuiltPrograms.path(of: "boothctl"), ["--socket", socket] + arguments)
    }

    func ask(_ arguments: [String]) throws -> [String] {
        let control = try control(arguments)
        try control.wait(within: .seconds(20))
        return control.lines.map(\.text)
    }
}
