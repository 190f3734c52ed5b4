// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel
import FoundationEssentials
import Glibc
import Rehearsal
import Testing

@Suite("An officer at the booth")
struct OfficerTests {
    private static var user: Actor { Caller.officer(geteuid()) }

    @Test("acknowledges and closes an incident; the platform hears of both, and a restart forgets neither")
    func answers() throws {
        let booth = try BoothUnderTest()
        try booth.startBoard("help-1")
        try booth.startPlatform()
        try booth.startAgent()
        let journal = try booth.follow()
        try booth.tell("press help-1")
        _ = try journal.next(.incidentRaised, of: "help-1")
        let id = try #require(try booth.incidents(.help).first).incident.description

        let seen = try booth.control("ack", id)
        #expect(
            seen.status == .exited(0) && seen.output.contains { $0.hasPrefix("Seen ") && $0.hasSuffix("\(Self.user)") })
        let ended = try booth.control("close", id, "--outcome", "误报，已复位")
        #expect(ended.status == .exited(0) && ended.output.contains("Outcome    误报，已复位"), "\(ended)")
        let closing = try journal.next(.incidentClosed, of: "help-1")
        try booth.platformLine { $0.contains(" id=\(closing.id) ") && $0.contains("result=accepted") }

        for verb in [["ack", id], ["close", id, "--outcome", "x"]] {
            let again = try booth.startControl(verb)
            #expect(try again.wait(within: BoothUnderTest.patience) == .exited(1))
            #expect(again.lines.contains { $0.text.contains("is closed already") }, "\(again.lines)")
        }
        let absent = try booth.control("ack", "00000000-0000-7000-8000-000000000000")
        #expect(absent.status == .exited(1) && absent.errors[0].contains("there is no incident"), "\(absent)")

        // Whoever was told that it is done finds it done, however the agent ends.
        try booth.stopAgent(with: SIGKILL)
        try booth.startAgent()
        let kept = try #require(try booth.incidents(.help).first)
        #expect(kept.state == .closed && kept.outcome == "误报，已复位" && kept.by == Self.user)
        #expect(kept.acknowledged?.by == Self.user && kept.closed != nil)
        #expect(try booth.status().open == 0)
        let brief = try booth.control("incidents", String(id.prefix(30)))
        #expect(brief.status == .exited(0) && brief.output.contains { $0.hasPrefix("Closed ") }, "\(brief)")
    }

    @Test("disarms and arms; a door counts by that, and a restart keeps to it")
    func attendance() throws {
        let booth = try BoothUnderTest(points: [("room-door", "room-door")])
        try booth.startBoard("room-door")
        try booth.startAgent()
        try booth.waitForReadings()
        #expect(try booth.status().attendance?.attended == false)
        let disarmed = try booth.control("disarm")
        #expect(disarmed.status == .exited(0) && disarmed.output[0].hasPrefix("attended: yes, disarmed, until "))
        try booth.stopAgent(with: SIGKILL)
        try booth.startAgent()
        #expect(try booth.status().attendance?.cause == "disarmed")
        let journal = try booth.follow()
        try booth.tell("set unit 1 discrete-input 0 on")
        _ = try journal.next(.record, of: "room-door")
        #expect(try booth.incidents(.intrusion).isEmpty)
        try booth.tell("set unit 1 discrete-input 0 off")
        _ = try journal.next(.record, of: "room-door")

        let armed = try booth.control("arm")
        #expect(armed.status == .exited(0) && armed.output[0].hasPrefix("attended: no"), "\(armed)")
        try booth.tell("set unit 1 discrete-input 0 on")
        _ = try journal.next(.incidentRaised, of: "room-door")

        for (until, says) in [("2020-01-01T00:00Z", "a time to come"), ("9000-01-01T00:00Z", "within 7 days")] {
            let refused = try booth.control("disarm", "--until", until)
            #expect(refused.status == .exited(1) && refused.errors[0].contains(says), "\(refused)")
        }
        #expect(try booth.status().attendance?.attended == false)

        // A time of day is one of the booth's zone, whatever that of the machine or of whoever logged in is.
        let elsewhere = try ChildProcess(
            try BuiltPrograms.path(of: "boothctl"), ["--socket", booth.socket, "disarm", "--until", "23:59"],
            environment: ["TZ": "America/New_York", "LC_ALL": "C"])
        #expect(try elsewhere.wait(within: BoothUnderTest.patience) == .exited(0))
        #expect(
            elsewhere.lines.contains { $0.text.hasSuffix(" 23:59:00 +08:00") }, "to the second: \(elsewhere.lines)")
    }

    @Test("tries at once what waits for a platform that was wrong")
    func retry() throws {
        let booth = try BoothUnderTest(targets: [])
        booth.configuration.target(
            "police", accepts: ["police", "fault"], port: booth.port(of: .police), certificates: booth.certificates,
            lines: ["retry-most = \"10m\""])
        try booth.startBoard("help-1")
        let others = try Certificates(in: booth.workspace, named: "elsewhere")
        try booth.startPlatform(certificate: others.path(.platform), key: others.path(.platformKey))
        try booth.startAgent()
        try booth.tell("press help-1")
        try booth.wait(until: "the platform is refused") { try booth.status().targets[0].state == .refused }
        try booth.wait(until: "the press waits") { try booth.queues()[0].items.contains { $0.attempts > 0 } }
        try booth.stopPlatform()
        try booth.startPlatform()
        let answer = try booth.control("retry", "--all")
        #expect(answer.status == .exited(0) && answer.output == ["police: 0 offered again, tried at once"], "\(answer)")
        try booth.waitForEmptyQueues()
        let unknown = try booth.control("retry", "00000000-0000-7000-8000-000000000000")
        #expect(unknown.status == .exited(1) && unknown.errors[0].contains("no target refused event"), "\(unknown)")
    }

    @Test("who is neither root, the agent's user nor an operator may look and not act", .enabled(if: geteuid() == 0))
    func permission() throws {
        let booth = try BoothUnderTest()
        try booth.startAgent()
        // Everybody reaches the socket; who may act is decided by the kernel's word alone.
        #expect(chmod(booth.workspace.path, 0o755) == 0 && chmod(booth.socket, 0o666) == 0)
        func asNobody(_ words: [String]) throws -> ChildProcess {
            let program = try BuiltPrograms.path(of: "boothctl")
            let control = try ChildProcess(
                "/usr/bin/setpriv",
                ["--reuid=65534", "--regid=65534", "--clear-groups", program, "--socket", booth.socket] + words,
                environment: BoothUnderTest.plain.merging(["SUDO_USER": "root", "USER": "root"]) { $1 })
            return control
        }
        let id = "00000000-0000-7000-8000-000000000000"
        for words in [
            ["ack", id], ["close", id, "--outcome", "x"], ["arm"], ["disarm"], ["retry", "--all"], ["test"],
        ] {
            let control = try asNobody(words)
            #expect(try control.wait(within: BoothUnderTest.patience) == .exited(1), "\(words)")
            #expect(control.lines.contains { $0.text.contains("not permitted") }, "\(words) \(control.lines)")
        }
        #expect(try asNobody(["points"]).wait(within: BoothUnderTest.patience) == .exited(0))
        #expect(try booth.status().attendance?.attended == false)
    }
}
