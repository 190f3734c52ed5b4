// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import CLinux
import Glibc
import Rehearsal
import Testing

@Suite("A program that runs beside this one")
struct ChildProcessTests {
    private func shell(_ script: String, environment: [String: String?] = [:]) throws -> ChildProcess {
        try ChildProcess("/bin/sh", ["-c", script], environment: environment)
    }

    @Test("both streams are read, each line with its stream, the last one without a line feed too")
    func streams() throws {
        let child = try shell("echo one; echo two >&2; printf three")
        #expect(try child.wait(within: .seconds(20)) == .exited(0))
        #expect(child.lines.filter { $0.stream == .output }.map(\.text) == ["one", "three"])
        #expect(child.lines.filter { $0.stream == .error }.map(\.text) == ["two"])
    }

    @Test("a line is waited for, and those before it are passed over")
    func waitingForALine() throws {
        let child = try shell("echo one; echo two; read answer; echo got $answer; read never")
        #expect(try child.line(within: .seconds(20)) { $0.hasPrefix("tw") } == "two")
        try child.write(line: "this")
        #expect(try child.line(on: .output, within: .seconds(20)) { _ in true } == "got this")
        #expect(child.isRunning)
    }

    @Test("a line that does not come is an error with what came instead")
    func missingLine() throws {
        let child = try shell("echo something else")
        #expect {
            try child.line(within: .seconds(20)) { $0 == "ready" }
        } throws: { error in
            "\(error)".contains("something else")
        }
        #expect(child.lines.map(\.text) == ["something else"])
    }

    @Test("waiting for a line ends when its time is over")
    func lineTooLate() throws {
        let child = try shell("read never")
        #expect(throws: RehearsalError.self) { try child.line(within: .milliseconds(20)) { _ in true } }
        #expect(throws: RehearsalError.self) { try child.wait(within: .milliseconds(20)) }
    }

    @Test("more output than a pipe holds blocks nobody")
    func muchOutput() throws {
        let child = try shell("i=0; while [ $i -lt 20000 ]; do echo 0123456789 $i; i=$((i+1)); done")
        #expect(try child.wait(within: .seconds(60)) == .exited(0))
        #expect(child.lines.count == 20000)
        #expect(child.lines.last?.text == "0123456789 19999")
    }

    @Test("the end is told apart: a code, a signal")
    func endings() throws {
        #expect(try shell("exit 78").wait(within: .seconds(20)) == .exited(78))
        #expect(try shell("kill -9 $$").wait(within: .seconds(20)) == .signalled(SIGKILL))
        let child = try shell("read never")
        #expect(try child.stop(within: .seconds(20)) == .signalled(SIGTERM))
        #expect(!child.isRunning)
    }

    @Test("the end of its input reaches it, and writing after its end is an error, not a signal")
    func input() throws {
        let child = try ChildProcess("/bin/cat")
        try child.write(line: "门")
        child.closeInput()
        #expect(try child.wait(within: .seconds(20)) == .exited(0))
        #expect(child.lines.map(\.text) == ["门"])
        let ended = try shell("exit 0")
        try ended.wait(within: .seconds(20))
        // A program that another test is just starting holds a copy of the other end until it is executed.
        #expect(throws: SystemError.self) {
            let deadline = ContinuousClock.now + .seconds(20)
            while ContinuousClock.now < deadline { try ended.write(line: "too late") }
        }
    }

    @Test("variables are set over the environment and taken away from it")
    func environment() throws {
        let child = try shell("echo $BOOTH_TEST; echo ${PATH-none}", environment: ["BOOTH_TEST": "here", "PATH": nil])
        try child.wait(within: .seconds(20))
        #expect(child.lines.first?.text == "here")
        // A shell may give itself a PATH, never this process's.
        #expect(child.lines.last?.text != getenv("PATH").map { String(cString: $0) })
    }

    @Test("a program that cannot be executed is an error which names it")
    func notThere() throws {
        #expect(throws: SystemError("start /nowhere/boothd", code: ENOENT)) { try ChildProcess("/nowhere/boothd") }
    }

    @Test("nothing of its group is left once it is released")
    func group() throws {
        var child: ChildProcess? = try shell("sleep 600 & echo $!; read never")
        let started = try #require(try child?.line(within: .seconds(20)) { _ in true })
        let grandchild = try #require(pid_t(started))
        let watched = Descriptor(owning: pidfd_open(grandchild, 0))
        child = nil
        let hasEnded = waitForEnd(of: watched)
        #expect(hasEnded)
    }

    @Test("it goes when the process that started it is killed")
    func orphan() throws {
        // This very program cannot be killed for a test, so another one of the package stands in for it.
        let keeper = try ChildProcess(try BuiltPrograms.path(of: "child-keeper"))
        let line = try keeper.line(on: .output, within: .seconds(20)) { pid_t($0) != nil }
        let grandchild = try #require(pid_t(line))
        let watched = Descriptor(owning: pidfd_open(grandchild, 0))
        keeper.send(signal: SIGKILL)
        let hasEnded = waitForEnd(of: watched)
        #expect(hasEnded)
    }

    private func waitForEnd(of process: borrowing Descriptor) -> Bool {
        var ended = pollfd(fd: process.number, events: Int16(POLLIN), revents: 0)
        return poll(&ended, 1, 20_000) == 1
    }
}
