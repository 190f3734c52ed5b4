// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Rehearsal
import TestSupport
import Testing

@Suite("The watchdog")
struct WatchdogTests {
    /// systemd's `WatchdogSec=`, as the agent is told: it asks its loops each sixth of it.
    private static let limit = Duration.seconds(3)

    #if DEBUG
        @Test(
            "a loop that stops is named, and the watchdog is fed no more",
            arguments: ["core", "journal", "control", "modbus-cabinet", "to-police"])
        func wedged(loop: String) throws {
            let booth = try BoothUnderTest()
            let manager = try NotifySocket(path: booth.workspace.file("notify"))
            try booth.startBoard("help-1")
            try booth.startPlatform()
            try booth.startAgent(environment: environment(manager), options: ["--wedge", loop])
            _ = try heard(manager, until: Self.isFood)
            booth.agent?.send(signal: SIGUSR2)
            _ = try heard(manager) { $0.hasPrefix("STATUS=") && $0.contains("the loop \(loop) has made no progress") }
            try booth.agent?.line(on: .error, within: BoothUnderTest.patience) { $0.contains("the loop \(loop) has") }
            #expect(!food(manager, during: Self.limit / 3), "fed although \(loop) stands still")
            // As systemd does it: nothing may stand in its way, and the next start has the journal to itself.
            #expect(try booth.stopAgent(with: SIGABRT) == .signalled(SIGABRT))
            try booth.startAgent()
            try booth.waitForReadings()
        }

        @Test("a loop that stopped is a reason in the status also where no watchdog is")
        func withoutManager() throws {
            let booth = try BoothUnderTest()
            try booth.startBoard("help-1")
            try booth.startAgent(options: ["--wedge", "to-police"])
            booth.agent?.send(signal: SIGUSR2)
            try booth.wait(until: "status names it") {
                try booth.status().reasons.contains { $0.en.contains("the loop to-police has made no progress since") }
            }
            #expect(try booth.control("status").status == .exited(1))
        }
    #else
        @Test("a release has no way to stop a loop")
        func noWedge() throws {
            let booth = try BoothUnderTest()
            try booth.launchAgent(options: ["--wedge", "core"])
            #expect(try booth.agent?.wait(within: BoothUnderTest.patience) == .exited(64))
        }
    #endif

    @Test(
        "platforms away, one that answers nothing, a silent board and a bus without a wire are no reason to stop feeding it"
    )
    func outsideWorld() throws {
        let booth = try BoothUnderTest(targets: [.police, .grid])
        let manager = try NotifySocket(path: booth.workspace.file("notify"))
        booth.configuration.modbus("nowhere", serial: booth.workspace.file("ttyUSB9"))
        booth.configuration.point("box", kind: "tamper", bus: "nowhere", address: 0)
        try booth.startBoard("help-1")
        try booth.startPlatform()
        try booth.startAgent(environment: environment(manager))
        try booth.wait(until: "the point is good") {
            try booth.points().contains { $0.id == "help-1" && $0.quality == .good }
        }
        booth.freezePlatform()
        try booth.tell("press help-1")
        try booth.waitForOpen(.help)
        booth.board?.send(signal: SIGSTOP)
        for _ in 0..<8 { _ = try heard(manager, until: Self.isFood) }
        booth.board?.send(signal: SIGCONT)
        #expect(try booth.status().reasons.allSatisfy { !$0.en.contains("no progress") })
        #expect(try booth.stopAgent() == .exited(0))
    }

    @Test(
        "a start on a disk that is full is in service, fed, and says what is wrong",
        .enabled(if: StorageTests.canMount))
    func fullAtTheStart() throws {
        let booth = try BoothUnderTest()
        let manager = try NotifySocket(path: booth.workspace.file("notify"))
        try booth.workspace.makeDirectory("state")
        try booth.launchAgent(onDisk: "4k", environment: environment(manager))
        let said = try heard(manager) { $0.contains("READY=1") }
        #expect(said.last?.contains("STATUS=degraded") == true, "\(said)")
        _ = try heard(manager, until: Self.isFood)
        #expect(try booth.stopAgent() == .exited(0))
    }

    private static func isFood(_ message: String) -> Bool { message.contains("WATCHDOG=1") }

    private func environment(_ manager: NotifySocket) -> [String: String?] {
        ["NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": String(Int64(Self.limit / .microseconds(1)))]
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

    /// Whether the watchdog is fed within two rounds.
    private func food(_ manager: NotifySocket, during span: Duration) -> Bool {
        let end = BootTime.now() + span
        while BootTime.now() < end {
            if let message = manager.next(within: end - .now()), Self.isFood(message) { return true }
        }
        return false
    }
}
