// SPDX-License-Identifier: Apache-2.0
import BoothConfig
import BoothControl
import BoothModel
import FoundationEssentials
import Glibc
import Rehearsal
import Testing

@Suite("The last right configuration")
struct LastConfigurationTests {
    /// What may become of a configuration file, or of what it needs.
    enum Mishap: String, CaseIterable, CustomTestStringConvertible, Sendable {
        case empty = "empty"
        case zeroed = "of zero bytes, as a power cut leaves it"
        case cut = "cut off in the middle"
        case misspelt = "wrong in one word"
        case missing = "missing"
        case directory = "a directory"
        case dangling = "a link that leads nowhere"
        case failing = "on a disk that refuses to read it"
        case boards = "beside a boards.toml that cannot be read"
        case certificate = "without its certificate"

        var testDescription: String { rawValue }

        /// What the status has to say of it, after the file's name.
        var says: String {
            switch self {
            case .empty: ":1:1: there is no [booth]"
            case .zeroed: ":1:1: not TOML"
            case .cut: ": not TOML"
            case .misspelt: ":1:1: unknown key"
            case .missing, .dangling: ":1:1: cannot read the configuration file: there is no such file"
            case .directory: ":1:1: cannot read the configuration file: it is not a regular file"
            case .failing: ":1:1: cannot read the configuration file: Input/output error"
            case .boards: "boards.toml:1:1: cannot read the file of boards"
            case .certificate: "there is no such file"
            }
        }

        func befall(_ booth: BoothUnderTest) throws {
            let file = booth.workspace.file("boothd.toml")
            let text = booth.configuration.text
            switch self {
            case .empty: try booth.workspace.write("", to: "boothd.toml")
            case .zeroed: try booth.workspace.write(String(repeating: "\0", count: text.utf8.count), to: "boothd.toml")
            case .cut: try booth.workspace.write(String(text.prefix(text.count - 30)), to: "boothd.toml")
            case .misspelt: try booth.workspace.write("both = 1\n" + text, to: "boothd.toml")
            case .missing: #expect(unlink(file) == 0)
            case .directory: #expect(unlink(file) == 0 && mkdir(file, 0o700) == 0)
            case .dangling: #expect(unlink(file) == 0 && symlink("/nowhere/boothd.toml", file) == 0)
            // Where nothing is mapped, a read of a process's memory is an EIO.
            case .failing: #expect(unlink(file) == 0 && symlink("/proc/self/mem", file) == 0)
            case .boards: #expect(mkdir(booth.workspace.file("boards.toml"), 0o700) == 0)
            case .certificate: #expect(rename(certificate(of: booth), certificate(of: booth) + ".away") == 0)
            }
        }

        func mend(_ booth: BoothUnderTest) throws {
            switch self {
            case .empty, .zeroed, .cut, .misspelt, .missing: break
            case .directory: #expect(rmdir(booth.workspace.file("boothd.toml")) == 0)
            case .dangling, .failing: #expect(unlink(booth.workspace.file("boothd.toml")) == 0)
            case .boards: #expect(rmdir(booth.workspace.file("boards.toml")) == 0)
            case .certificate: #expect(rename(certificate(of: booth) + ".away", certificate(of: booth)) == 0)
            }
            try booth.workspace.write(booth.configuration.text, to: "boothd.toml")
        }

        private func certificate(of booth: BoothUnderTest) -> String { booth.certificates.path(.booth) }
    }

    private static let mishaps = Mishap.allCases

    @Test("serves where the file is", arguments: mishaps)
    func standsIn(_ mishap: Mishap) throws {
        let booth = try begun()
        try booth.startBoard("help-1")
        try booth.startPlatform()
        try mishap.befall(booth)
        try booth.startAgent()
        try booth.waitForReadings()
        let status = try booth.status()
        #expect(status.inService && status.state == .degraded)
        let reason = status.reasons.first { $0.en.contains("the last right configuration is in service: ") }
        #expect(reason?.en.contains(mishap.says) == true, "\(status.reasons)")
        #expect(reason?.zh.contains("正在使用上一次可用的配置") == true)
        let fault = try booth.waitForOpen(.configuration)[0]
        #expect(fault.device == .configuration && fault.incidentClass == .fault && fault.priority == .fault)
        try booth.tell("press help-1")
        // Its relative names start at the directory of the file, wherever it is kept.
        if mishap != .certificate {
            try booth.platformLine { $0.contains("incident.raised") && $0.contains(" subject=help-1 ") }
        } else {
            try booth.waitForOpen(.link)
        }

        // One fault, however often it is started.
        try booth.stopAgent(with: SIGKILL)
        try booth.startAgent()
        try booth.waitForReadings()
        #expect(try booth.incidents(.configuration).map(\.incident) == [fault.incident])

        try mishap.mend(booth)
        booth.agent?.send(signal: SIGHUP)
        try booth.waitForService()
        try booth.wait(until: "the fault is restored") { try booth.incidents(.configuration).map(\.restored) == [true] }
        try booth.wait(until: "simply in service") { try booth.status().state == .inService }
        try booth.waitForEmptyQueues()
        let book = try booth.book()
        #expect(book.told[fault.incident.description]?.filter { $0 == "incident.restored" }.count == 1, "\(book.told)")
        let incidents = try booth.incidents().map(\.incident.description)
        #expect(book.openings == Set(incidents) && book.gaps == 0)
    }

    @Test("is left by a start with a file that is right again, which restores the fault")
    func rightAtNextStart() throws {
        let booth = try begun()
        try booth.workspace.write("", to: "boothd.toml")
        try booth.startAgent()
        try booth.waitForOpen(.configuration)
        try booth.stopAgent()
        booth.writesConfiguration = true
        booth.configuration.table("storage", ["keep = \"35d\""])
        try booth.startAgent()
        try booth.wait(until: "the fault is restored") { try booth.incidents(.configuration).map(\.restored) == [true] }
        #expect(try booth.status().reasons.allSatisfy { !$0.en.contains("last right configuration") })
        // And the new one is the last right one now.
        try booth.wait(until: "it is kept") { try kept(booth)?.contains("keep = \"35d\"") == true }
    }

    @Test("stays in service over a reload with a file that is still wrong, and status says what is wrong now")
    func stillWrong() throws {
        let booth = try begun()
        try booth.workspace.write("", to: "boothd.toml")
        try booth.startAgent()
        let processID = try #require(booth.agent?.processID)
        try booth.workspace.write("[booth\n", to: "boothd.toml")
        booth.agent?.send(signal: SIGHUP)
        try booth.wait(until: "status tells of the new mistake") {
            let reasons = try booth.status().reasons.filter { $0.en.contains("boothd.toml:") }
            return reasons.count == 1 && reasons[0].en.contains("boothd.toml:1:7: not TOML")
        }
        #expect(booth.agent?.processID == processID && booth.agent?.isRunning == true)
        #expect(try booth.incidents(.configuration).count == 1)
        #expect(try booth.points().map(\.id) == ["help-1"])
    }

    @Test("is no reason for a check to pass: both still end with 78")
    func checks() throws {
        let booth = try begun()
        try booth.workspace.write("", to: "boothd.toml")
        let file = booth.workspace.file("boothd.toml")
        let check = try ChildProcess(
            try BuiltPrograms.path(of: "boothd"), booth.agentArguments + ["--check"], environment: BoothUnderTest.plain)
        #expect(try check.wait(within: BoothUnderTest.patience) == .exited(78))
        #expect(check.lines.count == 3 && check.lines.allSatisfy { $0.text.hasPrefix("\(file):1:1: ") })
        #expect(try booth.control("check", file).status == .exited(78))
    }

    @Test("never was: a wrong file ends the agent with 78, also beside a journal")
    func never() throws {
        let booth = try begun()
        #expect(unlink(keptFile(booth)) == 0)
        try booth.workspace.write("", to: "boothd.toml")
        #expect(try ending(of: booth).status == .exited(78))
    }

    /// What may become of the kept file.
    enum Damage: String, CaseIterable, CustomTestStringConvertible, Sendable {
        case empty = "empty"
        case cut = "cut off, as a power cut leaves it"
        case changed = "changed by one letter"
        case directory = "a directory"

        var testDescription: String { rawValue }
    }

    private static let damages = Damage.allCases

    @Test("is not taken when it is damaged: 78, with both files named", arguments: damages)
    func damaged(_ damage: Damage) throws {
        let booth = try begun()
        let file = keptFile(booth)
        let text = try #require(try kept(booth))
        switch damage {
        case .empty: try booth.workspace.write("", to: "state/configuration.toml")
        case .cut: try booth.workspace.write(String(text.dropLast(40)), to: "state/configuration.toml")
        case .changed:
            try booth.workspace.write(text.replacing("B0001", with: "B0007"), to: "state/configuration.toml")
        case .directory: #expect(unlink(file) == 0 && mkdir(file, 0o700) == 0)
        }
        try booth.workspace.write("", to: "boothd.toml")
        let end = try ending(of: booth)
        #expect(end.status == .exited(78))
        let configuration = booth.workspace.file("boothd.toml")
        #expect(end.lines.first?.hasPrefix("\(configuration):1:1: ") == true, "\(end.lines)")
        #expect(
            end.lines.last?.hasPrefix("\(file):1:1: the last right configuration cannot be taken either") == true,
            "\(end.lines)")
        // With a right file it is nobody's matter; and it is made good, unless something else is in its place.
        booth.writesConfiguration = true
        try booth.startAgent()
        if damage == .directory {
            try booth.agent?.line(on: .error, within: BoothUnderTest.patience) {
                $0.contains("the configuration cannot be kept in the state directory")
            }
            #expect(try booth.status().inService)
        } else {
            try booth.wait(until: "it is kept") { try kept(booth) == text }
        }
    }

    @Test("serves without the parts that a new version finds wrong, and status names them")
    func newVersion() throws {
        let booth = try begun()
        try booth.startBoard("help-1")
        // As an earlier version would have kept it.
        let text = ConfigurationText(bytes: Array((booth.configuration.text + "\n[radio]\nchannel = 9\n").utf8))
        let kept = try #require(KeptConfiguration(text, path: booth.workspace.file("boothd.toml")))
        let old = String(decoding: kept.bytes, as: UTF8.self)
        try booth.workspace.write(old, to: "state/configuration.toml")
        try booth.workspace.write(String(decoding: text.bytes, as: UTF8.self), to: "boothd.toml")
        try booth.startAgent()
        try booth.waitForReadings()
        try booth.waitForOpen(.configuration)
        let reasons = try booth.status().reasons.map(\.en)
        #expect(reasons.contains { $0.contains("\(keptFile(booth)):") && $0.contains("unknown key \"radio\"") })
        #expect(reasons.contains { $0.contains("/boothd.toml:") && $0.contains("unknown key \"radio\"") })
        try booth.stopAgent()
        #expect(try self.kept(booth) == old)
    }

    @Test("is what it was until another is in service: a draft that a power cut left is nothing, and goes")
    func draft() throws {
        let booth = try begun()
        let text = try #require(try kept(booth))
        try booth.workspace.write(String(text.dropLast(40)), to: "state/configuration.toml.new")
        try booth.workspace.write("", to: "boothd.toml")
        try booth.startAgent()
        try booth.waitForOpen(.configuration)
        #expect(try kept(booth) == text)
        try booth.stopAgent()
        booth.writesConfiguration = true
        booth.configuration.table("storage", ["keep = \"36d\""])
        try booth.startAgent()
        try booth.wait(until: "it is kept") { try kept(booth)?.contains("keep = \"36d\"") == true }
        #expect(access(keptFile(booth) + ".new", F_OK) != 0)
    }

    @Test("is for the agent's user alone, and is not written again while it is the same")
    func unchanged() throws {
        let booth = try begun()
        var first = stat()
        #expect(stat(keptFile(booth), &first) == 0 && first.st_mode & 0o7777 == 0o600)
        try booth.startAgent()
        booth.agent?.send(signal: SIGHUP)
        try booth.waitForService()
        try booth.stopAgent()
        var last = stat()
        #expect(stat(keptFile(booth), &last) == 0 && last.st_ino == first.st_ino)
        #expect(last.st_mtim.tv_sec == first.st_mtim.tv_sec && last.st_mtim.tv_nsec == first.st_mtim.tv_nsec)
    }

    @Test("what a reload has found right is taken by its new start, whatever became of its certificate and of the file")
    func checkedBefore() throws {
        let booth = try BoothUnderTest()
        let right = try booth.workspace.write(booth.configuration.text, to: "right.toml")
        try booth.workspace.write("", to: "boothd.toml")
        #expect(unlink(booth.certificates.path(.boothKey)) == 0)
        try booth.startPlatform()
        // As a process leaves it that starts over.
        let agent = try ChildProcess(
            "/bin/sh",
            ["-c", "exec 9<\"$1\" && shift && BOOTHD_CHECKED_CONFIGURATION=9 exec \"$@\"", "sh", right]
                + [try BuiltPrograms.path(of: "boothd")] + booth.agentArguments, environment: BoothUnderTest.plain)
        try agent.line(on: .error, within: BoothUnderTest.patience) { $0.contains(" points, ") }
        try booth.waitForOpen(.link)
        #expect(try booth.incidents(.configuration).isEmpty)
        #expect(try agent.stop(within: BoothUnderTest.patience) == .exited(0))
    }

    // MARK: A booth that was in service

    /// A booth that was in service with a right file, whose certificates are named relative to it, and is stopped.
    private func begun() throws -> BoothUnderTest {
        let booth = try BoothUnderTest(targets: [])
        booth.configuration.table(
            "[target]",
            [
                "id = 'police'", "accepts = ['police', 'fault']",
                "https = { url = 'https://127.0.0.1:\(booth.port(of: .police))', ca = 'certificates/ca.pem', "
                    + "certificate = 'certificates/booth.pem', key = 'certificates/booth.key' }",
            ] + BoothUnderTest.quickRetries)
        try booth.startAgent()
        try booth.wait(until: "the configuration is kept") { access(keptFile(booth), F_OK) == 0 }
        try booth.stopAgent()
        booth.writesConfiguration = false
        return booth
    }

    private func keptFile(_ booth: BoothUnderTest) -> String { "\(booth.stateDirectory)/configuration.toml" }

    /// What is kept; nil where there is no such file.
    private func kept(_ booth: BoothUnderTest) throws -> String? {
        guard access(keptFile(booth), F_OK) == 0 else { return nil }
        return try String(contentsOfFile: keptFile(booth), encoding: .utf8)
    }

    /// How a start ends that is not to come into service, and what it says.
    private func ending(of booth: BoothUnderTest) throws -> (status: Rehearsal.ExitStatus, lines: [String]) {
        try booth.launchAgent()
        let agent = try #require(booth.agent)
        return (try agent.wait(within: BoothUnderTest.patience), agent.lines.map(\.text))
    }
}
