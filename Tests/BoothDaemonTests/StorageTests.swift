// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel
import Glibc
import Rehearsal
import TestSupport
import Testing

@Suite("A full disk")
struct StorageTests {
    /// Whether this process may give a program a disk of its own.
    static let canMount = output(of: "unshare --mount mount -t tmpfs -o size=1m none /mnt 2>/dev/null").code == 0

    @Test("a press goes out all the same, status says so, and with room again it is written", .enabled(if: canMount))
    func full() throws {
        let booth = try BoothUnderTest()
        try booth.startBoard("help-1")
        try booth.startPlatform()
        // A mount namespace of the agent's own: the disk goes with its process, whatever becomes of the test.
        try booth.workspace.makeDirectory("state")
        try booth.startAgent(onDisk: "4m")
        try booth.waitForReadings()
        let agent = try #require(booth.agent)
        let filler = "/proc/\(agent.processID)/root\(booth.stateDirectory)/filler"
        try fill(filler)

        try booth.tell("press help-1")
        try booth.platformLine { $0.contains("incident.raised") && $0.contains(" subject=help-1 ") }
        try booth.wait(until: "the storage is full") { try booth.status().storage.state == .full }
        let screen = try booth.control("status")
        #expect(screen.status == .exited(1) && agent.isRunning)

        #expect(unlink(filler) == 0)
        try booth.wait(until: "the storage is well") { try booth.status().storage.state == .ok }
        try booth.wait(until: "the press is written") { try booth.incidents(.help).map(\.state) == [.accepted] }
        try booth.wait(until: "the fault is restored") { try booth.incidents(.storage).map(\.restored) == [true] }
        try booth.waitForEmptyQueues()
        let incidents = try booth.incidents().map(\.incident.description)
        let book = try booth.book()
        #expect(book.openings == Set(incidents) && book.gaps == 0 && book.conflicts == 0)
        #expect(try booth.stopAgent() == .exited(0))
    }

    @Test("lets no platform fill the memory with tasks; with room again they go on", .enabled(if: canMount))
    func tasks() throws {
        let platform = try TaskingPlatform(flood: 400)
        defer { platform.stop() }
        let booth = try BoothUnderTest(targets: [])
        booth.configuration.plainTarget(
            "police", accepts: ["police", "fault"], port: platform.port,
            lines: ["tasks = true", "heartbeat = \"1s\""] + BoothUnderTest.quickRetries)
        try booth.startBoard("help-1")
        try booth.workspace.makeDirectory("state")
        try booth.startAgent(onDisk: "4m")
        let agent = try #require(booth.agent)
        let filler = "/proc/\(agent.processID)/root\(booth.stateDirectory)/filler"
        try fill(filler)
        try booth.wait(until: "the storage is full") { try booth.status().storage.state == .full }
        // Four polls fit in a heartbeat: one without any tells that no more are asked for.
        var before = (polls: -1, beats: 0)
        try booth.wait(until: "no poll between heartbeats") {
            let now = (polls: platform.cursors.count, beats: platform.beats)
            guard now.beats >= before.beats + 2 else { return false }
            defer { before = now }
            return now.polls == before.polls
        }
        try booth.tell("press help-1")
        try booth.wait(until: "the press is told") {
            platform.events.contains { $0.type == "cn.boothd.incident.raised.v1" }
        }
        let held = platform.cursors.count
        #expect(unlink(filler) == 0)
        try booth.wait(until: "more polls") { platform.cursors.count > held }
        #expect(try booth.stopAgent() == .exited(0))
    }

    /// Writes until there is no room.
    private func fill(_ path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw RehearsalError("\(path) cannot be written: \(errno)") }
        defer { close(file) }
        for size in [65_536, 4096, 512, 1] {
            let bytes = [UInt8](repeating: 0x2E, count: size)
            while write(file, bytes, size) == size {}
        }
        #expect(errno == ENOSPC)
    }
}
