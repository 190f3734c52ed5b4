// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Rehearsal
import TestSupport
import Testing

@Suite("The unit's sandbox")
struct SandboxTests {
    @Test("allows every system call that a press, a technician, a reload and a stop take")
    func calls() throws {
        let booth = try BoothUnderTest()
        try booth.startBoard("help-1")
        try booth.startPlatform()
        let file = booth.workspace.file("calls")
        try booth.startAgent(namingCallsIn: file)
        try booth.waitForReadings()
        try booth.tell("press help-1")
        try booth.platformLine { $0.contains("category=help") && $0.contains("result=accepted") }
        booth.agent?.send(signal: SIGHUP)
        try booth.waitForService()
        try booth.waitForReadings()
        #expect(try booth.stopAgent() == .exited(0))

        var used: Set<String> = []
        try booth.wait(until: "strace has written") {
            used = Set(output(of: "tail -n +3 '\(file)' 2>/dev/null").text.split { $0.isWhitespace }.map(String.init))
            return used.contains("total")
        }
        used.remove("total")
        // SQLite gives its files back to the database's owner where it runs as root, which the unit's user is not.
        if geteuid() == 0 { used.remove("fchown") }
        used = used.filter { !$0.hasPrefix("-") }
        #expect(used.isSuperset(of: ["fdatasync", "epoll_wait", "execve", "memfd_create"]), "\(used)")
        #expect(used.subtracting(ServiceUnit().allowedCalls()) == [])
    }

    @Test("leaves the agent as many descriptors as libmodbus can wait for, and no more")
    func descriptors() {
        #expect(ServiceUnit().values(of: "LimitNOFILE") == ["1024"])
    }
}
