// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import BoothDoctor

extension PreparedMachine {
    /// A systemd that answers with these properties of the unit.
    func systemctl(_ properties: String...) throws {
        try makeDirectory("/run/systemd/system")
        let script = """
            #!/bin/sh
            case "$1" in
            --version) echo "systemd 257 (257.8-1~deb13u2)"; echo "+PAM" ;;
            show) printf '%s\\n' \(properties.map { "'\($0)'" }.joined(separator: " ")) ;;
            esac

            """
        try write(script, to: "/usr/bin/systemctl", mode: 0o755)
    }
}

@Suite("The service")
struct ServiceTests {
    private let machine: PreparedMachine

    init() throws { machine = try PreparedMachine() }

    private func unit() -> [Finding] { machine.findings(.service).filter { $0.subject == "boothd.service" } }

    @Test("is a failure while nobody answers, with the command that starts it")
    func notRunning() throws {
        let found = try #require(machine.findings(.service).first)
        #expect(found.level == .failure && found.next?.en.hasPrefix("systemctl start boothd") == true)
        #expect(found.message.zh.contains("没有运行") && found.next?.zh.contains("systemctl start boothd") == true)
    }

    @Test("runs, though nobody answers: a process with its configuration, or systemd, tells that")
    func runsUnasked() throws {
        try machine.runAgent()
        let found = try #require(machine.findings(.service).first)
        #expect(found.level == .warning && found.message.en.hasPrefix("it runs (process 611)"), "\(found)")
        #expect(found.message.en.contains("run/boothd/control") && found.message.zh.hasPrefix("在运行"), "\(found)")
        #expect(found.next?.en.contains("journalctl -u boothd") == true)
        try machine.runAgent("--control-socket=/run/other")
        #expect(machine.findings(.service).first?.next?.en == "boothctl --socket /run/other doctor")
        // Ended, and not waited for yet.
        try machine.write("", to: "/proc/611/cmdline")
        #expect(machine.findings(.service).first?.level == .failure)
        // A process that may not be looked at.
        try machine.systemctl("LoadState=loaded", "ActiveState=active", "MainPID=612", "UnitFileState=enabled")
        #expect(machine.findings(.service).first?.message.en.hasPrefix("it runs (process 612)") == true)
    }

    @Test("does not run where only an agent of another configuration, or a check of this one, does")
    func otherAgents() throws {
        for option in ["--config=/home/anna/rehearsal.toml", "--check"] {
            try machine.runAgent(option)
            #expect(machine.findings(.service).first?.level == .failure)
        }
    }

    @Test("is what systemd says of its unit")
    func unitStates() throws {
        try machine.systemctl("LoadState=loaded", "ActiveState=active", "NRestarts=0", "UnitFileState=enabled")
        #expect(unit().map(\.level) == [.ok])
        #expect(
            machine.findings(.versions).contains { $0.subject == "systemd" && $0.message.en.hasPrefix("257 (257.8") })
        try machine.systemctl("LoadState=loaded", "NRestarts=3", "UnitFileState=enabled")
        #expect(unit().map(\.level) == [.warning] && unit()[0].message.en.contains("3 times"))
        try machine.systemctl("LoadState=loaded", "UnitFileState=disabled", "ActiveState=failed", "Result=watchdog")
        #expect(unit().map(\.level) == [.failure, .failure])
        #expect(unit()[0].message.en.contains("watchdog") && unit()[1].next?.en == "systemctl enable boothd")
        try machine.systemctl("LoadState=not-found")
        #expect(unit().map(\.level) == [.failure] && unit()[0].next?.en.hasPrefix("apt install") == true)
    }

    @Test("that ended with 78 wants its configuration corrected first")
    func wrongConfiguration() throws {
        try machine.systemctl("LoadState=loaded", "ActiveState=failed", "ExecMainStatus=78", "UnitFileState=enabled")
        try machine.write("[booth]\n", to: "/etc/boothd/boothd.toml")
        let found = machine.findings(.service)
        #expect(found.first?.next?.en.hasPrefix("correct the configuration") == true)
        let wrong = try #require(machine.findings(.configuration).first)
        #expect(wrong.level == .failure && wrong.message.en.hasPrefix("1:1: "), "\(wrong)")
        #expect(
            wrong.message.en.contains("more)") && wrong.next?.en == "boothctl check \(machine.configuration) lists all")
    }

    @Test("what is right of a wrong file is looked at all the same")
    func partOfTheFile() throws {
        try machine.configure(serial: "/dev/ttyUSB7", more: "https = { url = \"https://x\", ca = 7 }\nspeed = 9")
        #expect(machine.findings(.configuration).map(\.level) == [.failure])
        #expect(machine.findings(.serial).map(\.level) == [.failure])
    }
}
