// SPDX-License-Identifier: Apache-2.0
import Glibc
import Rehearsal
import TestSupport
import Testing

@Suite("What systemd is told")
struct ServiceManagerTests {
    @Test("ready once in service, the platform's going and coming, and the end")
    func life() throws {
        let booth = try BoothUnderTest()
        let manager = try NotifySocket(path: booth.workspace.file("notify"))
        try booth.startBoard("help-1")
        try booth.startPlatform()
        try booth.startAgent(environment: ["NOTIFY_SOCKET": manager.path])

        let first = try #require(manager.next(within: BoothUnderTest.patience))
        #expect(first.hasPrefix("READY=1\nSTATUS=in service; 1 points"), "\(first)")
        #expect(try booth.status().inService)
        try booth.waitForReadings()

        try booth.stopPlatform()
        try booth.tell("press help-1")
        var said = try heard(manager) { $0.hasPrefix("STATUS=degraded: police: ") }
        #expect(said.last?.contains("cannot be reached") == true, "\(said)")
        try booth.startPlatform()
        said += try heard(manager) { $0.hasPrefix("STATUS=in service; ") && $0.hasSuffix(" 0 queued") }

        #expect(try booth.stopAgent() == .exited(0))
        let rest = manager.received()
        #expect(rest.last == "STOPPING=1", "\(rest)")
        #expect(!(said + rest).contains { $0.contains("READY=1") })
    }

    @Test("a reload is said to be one, and is ready again when it is over")
    func reload() throws {
        let booth = try BoothUnderTest()
        let manager = try NotifySocket(path: booth.workspace.file("notify"))
        try booth.startAgent(environment: ["NOTIFY_SOCKET": manager.path])
        _ = try heard(manager) { $0.contains("READY=1") }
        booth.agent?.send(signal: SIGHUP)
        let said = try heard(manager) { $0.contains("READY=1") }
        #expect(said.contains { $0.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") }, "\(said)")
        #expect(try booth.stopAgent(with: SIGINT) == .exited(0))
        #expect(manager.received().last == "STOPPING=1")
    }

    @Test("a file that goes wrong between the check of a reload and the new start does not stop the booth")
    func changedDuringReload() throws {
        let booth = try BoothUnderTest()
        let manager = try NotifySocket(path: booth.workspace.file("notify"))
        try booth.startBoard("help-1")
        try booth.startAgent(environment: ["NOTIFY_SOCKET": manager.path])
        _ = try heard(manager) { $0.contains("READY=1") }
        booth.agent?.send(signal: SIGHUP)
        _ = try heard(manager) { $0.contains("RELOADING=1") }
        booth.configuration.table("nonsense", [])
        try booth.writeConfiguration()
        _ = try heard(manager) { $0.contains("READY=1") }
        #expect(try booth.status().inService)
        #expect(try booth.stopAgent() == .exited(0))
    }

    @Test("a certificate that goes between the check of a reload and the new start is a fault of the link, and no end")
    func certificateGoneDuringReload() throws {
        let booth = try BoothUnderTest()
        let manager = try NotifySocket(path: booth.workspace.file("notify"))
        try booth.startBoard("help-1")
        try booth.startPlatform()
        try booth.startAgent(environment: ["NOTIFY_SOCKET": manager.path])
        let processID = try #require(booth.agent?.processID)
        _ = try heard(manager) { $0.contains("READY=1") }
        booth.agent?.send(signal: SIGHUP)
        _ = try heard(manager) { $0.contains("RELOADING=1") }
        #expect(unlink(booth.certificates.path(.booth)) == 0)
        _ = try heard(manager) { $0.contains("READY=1") }
        try booth.waitForOpen(.link)
        #expect(booth.agent?.processID == processID && booth.agent?.isRunning == true)
        #expect(try booth.stopAgent() == .exited(0))
    }

    @Test("a manager that does not read stops nothing: a press goes its way, and a stop is a stop")
    func deafManager() throws {
        let booth = try BoothUnderTest()
        let manager = try NotifySocket(path: booth.workspace.file("notify"))
        try manager.fill()
        try booth.startBoard("help-1")
        try booth.startPlatform()
        try booth.startAgent(environment: ["NOTIFY_SOCKET": manager.path])
        try booth.waitForReadings()
        try booth.tell("press help-1")
        try booth.platformLine { $0.contains("category=help") && $0.contains("result=accepted") }
        #expect(try booth.stopAgent() == .exited(0))
    }

    /// Every message up to the wanted one.
    private func heard(_ manager: NotifySocket, until isWanted: (String) -> Bool) throws -> [String] {
        var said: [String] = []
        while let message = manager.next(within: BoothUnderTest.patience) {
            said.append(message)
            if isWanted(message) { return said }
        }
        throw RehearsalError("systemd was not told; only \(said)")
    }
}
