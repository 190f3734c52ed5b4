// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Glibc
import Rehearsal
import Testing

@Suite("boothctl doctor and gpio, as a technician runs them")
struct DoctorTests {
    /// What programs read.
    private struct Diagnosis: Decodable {
        struct Finding: Decodable {
            var level: String
            var area: String
            var subject: String
            var message: String
            var messageInChinese: String
            var next: String?
            var nextInChinese: String?

            private enum CodingKeys: String, CodingKey {
                case level, area, subject, message
                case messageInChinese = "message_zh"
                case next
                case nextInChinese = "next_zh"
            }
        }

        var findings: [Finding]
        var failures: Int
        var warnings: Int

        func of(_ area: String) -> [Finding] { findings.filter { $0.area == area } }
    }

    private func diagnose(_ booth: BoothUnderTest) throws -> (Diagnosis, Rehearsal.ExitStatus) {
        let answer = try booth.control(
            "doctor", "--json", "--config", booth.workspace.file("boothd.toml"), "--state-directory",
            booth.stateDirectory)
        #expect(answer.errors.isEmpty && answer.output.count == 1, "\(answer)")
        let text = Data(answer.output.joined().utf8)
        return (try JSONDecoder().decode(Diagnosis.self, from: text), answer.status)
    }

    @Test("tells of an agent that runs, and of one that does not")
    func agent() throws {
        let booth = try BoothUnderTest()
        try booth.startPlatform()
        try booth.startBoard("help-1")
        try booth.startAgent()
        try booth.waitForReadings()
        let (running, code) = try diagnose(booth)
        #expect(running.of("service").first?.level == "ok", "\(running)")
        #expect(running.of("configuration").map(\.level) == ["ok"])
        #expect(running.of("gpio").map(\.message) == ["the configuration uses none"])
        // The rehearsal's certificates are good for 30 days, the last of which a doctor warns of.
        #expect(running.of("credentials").map(\.level) == ["warning", "warning", "ok"], "\(running)")
        #expect(running.findings.contains { $0.subject == booth.socket && $0.level == "ok" })
        #expect(running.failures == running.findings.count { $0.level == "failure" })
        #expect(running.warnings == running.findings.count { $0.level == "warning" })
        // What else is wrong with the machine that the tests run on is not theirs to say.
        #expect(code == .exited(running.failures == 0 ? 0 : 1))
        for finding in running.findings {
            #expect((finding.next == nil) == (finding.level == "ok"))
            #expect((finding.nextInChinese == nil) == (finding.next == nil))
            #expect(!finding.message.isEmpty && !finding.messageInChinese.isEmpty)
        }
        // Asked at another socket, it is known by its process. The last of two options counts.
        let elsewhere = try booth.control(
            "doctor", "--config", booth.workspace.file("boothd.toml"), "--socket", "/nowhere/control")
        #expect(elsewhere.output.contains { $0.contains("nobody answers at /nowhere/control") }, "\(elsewhere)")
        #expect(elsewhere.output.contains { $0.contains("boothctl --socket \(booth.socket) doctor") }, "\(elsewhere)")
        try booth.stopAgent()
        let (stopped, failure) = try diagnose(booth)
        #expect(stopped.of("service").first?.level == "failure" && failure == .exited(1))
        #expect(stopped.of("service").first?.next?.contains("systemctl start boothd") == true)
    }

    @Test("tells people the same in lines with marks, and where to begin, in both languages")
    func screen() throws {
        let booth = try BoothUnderTest()
        try booth.writeConfiguration()
        let file = booth.workspace.file("boothd.toml")
        let english = try booth.control("doctor", "--config=\(file)", "--state-directory=\(booth.stateDirectory)")
        #expect(english.status == .exited(1) && english.errors.isEmpty)
        #expect(english.output.first == "Service")
        #expect(english.output.contains { $0.hasPrefix("  FAILURE  boothd ") })
        #expect(english.output.last?.hasPrefix("Begin with boothd: systemctl start boothd") == true)
        let chinese = try booth.control("doctor", "--config", file, "--lang", "zh")
        #expect(chinese.output.first == "服务" && chinese.output.contains { $0.hasPrefix("  故障  boothd ") })
        #expect(chinese.output.last?.hasPrefix("先做：boothd：systemctl start boothd") == true)
    }

    @Test("names the place of the first mistake in the configuration and looks at the rest")
    func wrongConfiguration() throws {
        let booth = try BoothUnderTest()
        booth.configuration.booth("colour = \"red\"")
        try booth.writeConfiguration()
        let (diagnosis, code) = try diagnose(booth)
        #expect(code == .exited(1))
        let wrong = try #require(diagnosis.of("configuration").first)
        #expect(wrong.level == "failure" && wrong.message.contains("colour"), "\(wrong)")
        #expect(!diagnosis.of("credentials").isEmpty && !diagnosis.of("versions").isEmpty)
    }

    @Test("names who holds a bus's serial port")
    func heldPort() throws {
        let booth = try BoothUnderTest()
        let link = booth.workspace.file("port")
        var master: CInt = -1
        var slave: CInt = -1
        try #require(openpty(&master, &slave, nil, nil, nil) == 0)
        defer {
            close(master)
            close(slave)
        }
        let path = try #require(ttyname(slave).map { String(cString: $0) })
        try #require(symlink(path, link) == 0)
        booth.configuration.modbus("inside", serial: link)
        try booth.writeConfiguration()
        let (diagnosis, code) = try diagnose(booth)
        #expect(code == .exited(1))
        let held = try #require(diagnosis.of("serial").first)
        #expect(held.subject == "inside" && held.level == "failure")
        #expect(held.message.contains("\(path) is open in ") && held.message.contains("process \(getpid())"), "\(held)")
    }

    @Test("lists chips for people and programs, whatever there are")
    func gpio() throws {
        let booth = try BoothUnderTest()
        try booth.writeConfiguration()
        let listing = try booth.control("gpio", "--json", "--config", booth.workspace.file("boothd.toml"))
        #expect(listing.output.count == 1 && listing.output[0].hasPrefix(#"{"chips":["#), "\(listing)")
        let table = try booth.control("gpio")
        #expect(table.status == listing.status && !table.output.isEmpty)
    }

    @Test("takes its options and no others")
    func usage() throws {
        let booth = try BoothUnderTest()
        for arguments in [["doctor", "x"], ["gpio", "--state-directory", "/x"], ["status", "--config", "/x"]] {
            let control = try booth.startControl(arguments)
            #expect(try control.wait(within: BoothUnderTest.patience) == .exited(64))
        }
    }
}
