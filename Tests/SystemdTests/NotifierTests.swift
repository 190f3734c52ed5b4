// SPDX-License-Identifier: Apache-2.0
import Glibc
import Rehearsal
import TestSupport
import Testing

@Suite("What the service manager is told")
struct NotifierTests {
    @Test("ready and its status line go in one message")
    func readyWithStatus() throws {
        #expect(try heard(saying: ["ready=在岗 in service"]) == ["READY=1\nSTATUS=在岗 in service"])
    }

    @Test("each thing said is a message of its own, in order")
    func order() throws {
        #expect(
            try heard(saying: ["status=starting", "ready", "stopping"])
                == ["STATUS=starting", "READY=1", "STOPPING=1"])
    }

    @Test("a line break in a status does not begin another assignment")
    func lineBreak() throws {
        #expect(try heard(saying: ["status=one\nREADY=1\r\ntwo"]) == ["STATUS=one READY=1 two"])
    }

    @Test("a reload carries the monotonic clock of that moment in microseconds")
    func reload() throws {
        let before = monotonicMicroseconds()
        let message = try #require(try heard(saying: ["reloading"]).first)
        let prefix = "RELOADING=1\nMONOTONIC_USEC="
        #expect(message.hasPrefix(prefix))
        let stamp = try #require(Int64(message.dropFirst(prefix.count)))
        #expect((before...monotonicMicroseconds()).contains(stamp))
    }

    @Test("without a manager nothing is said and nothing fails")
    func noManager() throws {
        let probe = try ChildProcess(
            try BuiltPrograms.path(of: "notify-probe"), ["ready", "stopping"], environment: ["NOTIFY_SOCKET": nil])
        #expect(try probe.wait(within: .seconds(20)) == .exited(0))
    }

    @Test("a manager that is not there is an error which names the message")
    func deadManager() throws {
        let workspace = try Workspace()
        let probe = try ChildProcess(
            try BuiltPrograms.path(of: "notify-probe"), ["ready"],
            environment: ["NOTIFY_SOCKET": workspace.file("nobody"), "SWIFT_BACKTRACE": "enable=no"])
        #expect(try probe.wait(within: .seconds(20)) != .exited(0))
        #expect(probe.lines.contains { $0.text.contains("READY=1") })
    }

    /// What a service manager receives from a program that says `sayings`.
    private func heard(saying sayings: [String]) throws -> [String] {
        let workspace = try Workspace()
        let manager = try NotifySocket(path: workspace.file("notify"))
        let probe = try ChildProcess(
            try BuiltPrograms.path(of: "notify-probe"), sayings, environment: ["NOTIFY_SOCKET": manager.path])
        #expect(try probe.wait(within: .seconds(20)) == .exited(0))
        return manager.received()
    }

    private func monotonicMicroseconds() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
    }
}
