// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Rehearsal
import Testing

@Suite("Output that cannot be written")
struct FullOutputTests {
    /// Runs a program of this build with its standard output where `redirection` leads, as sh(1) spells it.
    private static func run(
        _ program: String, _ arguments: [String], to redirection: String = "> /dev/full", locale: String = "C.UTF-8"
    ) throws -> BoothUnderTest.Answer {
        let child = try ChildProcess(
            "/bin/sh", ["-c", "exec \"$@\" \(redirection)", "sh", try BuiltPrograms.path(of: program)] + arguments,
            environment: BoothUnderTest.plain.merging(["LC_ALL": locale]) { $1 })
        let status = try child.wait(within: BoothUnderTest.patience)
        return BoothUnderTest.Answer(
            status: status, output: [], errors: child.lines.filter { $0.stream == .error }.map(\.text))
    }

    private static let complaint = "standard output cannot be written: write: No space left on device"

    @Test("of every verb of boothctl: exit 1, and said once on standard error")
    func verbs() throws {
        let booth = try BoothUnderTest()
        try booth.startBoard("help-1")
        try booth.startPlatform()
        try booth.startAgent()
        try booth.waitForReadings()
        try booth.tell("press help-1")
        try booth.wait(until: "it is an incident") { try !booth.incidents(.help).isEmpty }
        let id = try #require(try booth.incidents(.help).first).incident.description
        let file = booth.workspace.file("boothd.toml")
        let command = ["--socket", booth.socket]
        let calls: [[String]] = [
            ["status"], ["status", "--json"], ["points"], ["incidents"], ["incidents", "--all", "--json"],
            ["incidents", id], ["queue"], ["events"], ["events", "--follow"], ["events", "--follow", "--json"],
            ["ack", id], ["close", id, "--outcome", "误报"], ["arm"], ["disarm"], ["retry", "--all"],
            ["test"], ["test", "--json"], ["report"], ["report", "--csv"], ["report", "--week", "--json"], ["verify"],
            ["verify", "--full", "--json"], ["doctor", "--config", file], ["gpio", "--config", file],
            ["check", file, "--json"], ["modbus", "read", "cabinet", "1", "discrete-input", "0", "--config", file],
            ["help"], ["--version"],
        ]
        for call in calls {
            let ending = try Self.run("boothctl", command + call)
            #expect(ending.status == .exited(1), "\(call)")
            let complaints = ending.errors.filter { $0.contains("standard output") }
            #expect(complaints == ["boothctl: \(Self.complaint)"], "\(call): \(ending.errors)")
        }
        // What was done is done, whoever could not be told.
        #expect(try booth.incidents(.help).map(\.state) == [.closed])
    }

    @Test("is told in Chinese as well")
    func chinese() throws {
        let ending = try Self.run("boothctl", ["help"], locale: "zh_CN.UTF-8")
        #expect(ending.status == .exited(1))
        #expect(ending.errors == ["boothctl: 标准输出无法写入：write: No space left on device"])
    }

    @Test("of the other programs: exit 1, and said once", arguments: ["boothd", "booth-platform", "booth-board"])
    func others(_ program: String) throws {
        let ending = try Self.run(program, ["--help"])
        #expect(ending.status == .exited(1))
        #expect(ending.errors.count == 1 && ending.errors[0].hasSuffix("No space left on device"), "\(ending.errors)")
        #expect(ending.errors.first?.hasPrefix("\(program): standard output") == true)
    }

    @Test("leaves a platform and a board in service; each says so once, and ends with 1")
    func services() throws {
        let workspace = try Workspace(named: "full")
        let calls = [
            ("booth-platform", ["--listen", "127.0.0.1:0", "--database", workspace.file("book"), "--plain"]),
            ("booth-board", ["--tcp", "127.0.0.1:0"]),
        ]
        for (program, arguments) in calls {
            let child = try ChildProcess(
                "/bin/sh", ["-c", "exec \"$@\" > /dev/full", "sh", try BuiltPrograms.path(of: program)] + arguments,
                environment: BoothUnderTest.plain)
            try child.line(on: .error, within: BoothUnderTest.patience) { $0.contains("standard output") }
            // Answered on standard output too, which is not complained of again.
            try child.write(line: "help")
            try child.write(line: "dance")
            try child.line(on: .error, within: BoothUnderTest.patience) { !$0.contains("standard output") }
            #expect(try child.stop(within: BoothUnderTest.patience) == .exited(1), "\(program)")
            #expect(child.lines.count { $0.text.contains("standard output") } == 1, "\(child.lines)")
        }
    }

    @Test("a standard output that is closed is one too, and no file that is opened later takes its place")
    func closedOutput() throws {
        let booth = try BoothUnderTest()
        try booth.startAgent()
        let ending = try Self.run("boothctl", ["--socket", booth.socket, "points"], to: ">&-")
        #expect(ending.status == .exited(1))
        #expect(ending.errors == ["boothctl: standard output cannot be written: write: Bad file descriptor"])
        let agent = try Self.run("boothd", ["--version"], to: ">&-")
        #expect(agent.status == .exited(1))
    }

    @Test("a reader that is gone, as head is, is nothing to complain of")
    func goneReader() throws {
        let booth = try BoothUnderTest()
        try booth.startBoard("help-1")
        try booth.startAgent()
        try booth.waitForReadings()
        // Something to tell, of every kind.
        try booth.tell("press help-1")
        try booth.wait(until: "it is an incident") { try !booth.incidents(.help).isEmpty }
        let pipe = booth.workspace.file("pipe")
        try #require(mkfifo(pipe, 0o600) == 0)
        for call in [["events", "--follow"], ["points"], ["report", "--csv"], ["help"]] {
            // A reader, a writer, and then the writer alone.
            let ending = try Self.run(
                "boothctl", ["--socket", booth.socket] + call, to: "3<>'\(pipe)' >'\(pipe)' 3<&-")
            #expect(ending.status == .exited(0) && ending.errors.isEmpty, "\(call): \(ending)")
        }
        for program in ["boothd", "booth-platform", "booth-board"] {
            let ending = try Self.run(program, ["--help"], to: "3<>'\(pipe)' >'\(pipe)' 3<&-")
            #expect(ending.status == .exited(0) && ending.errors.isEmpty, "\(program): \(ending)")
        }
    }
}
