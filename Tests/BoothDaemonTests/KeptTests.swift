// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel
import Glibc
import Rehearsal
import SQLite
import TestSupport
import Testing

@Suite("What was recorded is kept, whatever happens to the disk")
struct KeptTests {
    /// The reasons of the losses that the platform was told, the oldest first.
    private static func losses(_ booth: BoothUnderTest) throws -> [String] {
        let connection = try Connection(path: booth.workspace.file("police.sqlite"), access: .readOnly)
        return try connection.prepare(
            "SELECT json_extract(body, '$.data.reason') FROM event WHERE type = 'cn.boothd.loss.v1' ORDER BY sequence"
        ).rows { row throws(SQLiteError) in row.text(at: 0) }
    }

    /// How many sequences name more than one event at the platform.
    private static func repeatedSequences(_ booth: BoothUnderTest) throws -> Int64? {
        let connection = try Connection(path: booth.workspace.file("police.sqlite"), access: .readOnly)
        return try connection.integer("SELECT count(sequence) - count(DISTINCT sequence) FROM event")
    }

    /// Whether the platform was told every incident that the booth knows, and no sequence twice.
    private static func agree(_ booth: BoothUnderTest) throws -> Bool {
        let book = try booth.book()
        let known = Set(try booth.incidents().map(\.incident.description))
        return book.openings.isSuperset(of: known) && book.gaps == 0 && book.conflicts == 0
    }

    @Test(
        "a state directory that cannot be used at the start: in service, a press goes out, and is written once it can be"
    )
    func noDirectoryAtTheStart() throws {
        let booth = try BoothUnderTest()
        try booth.startBoard("help-1")
        try booth.startPlatform()
        let file = try #require(fopen(booth.stateDirectory, "w"))
        fclose(file)
        try booth.startAgent()
        try booth.waitForReadings()
        let status = try booth.status()
        #expect(status.inService && status.state == .degraded && status.storage.state == .fault)
        try booth.wait(until: "the fault is told") { try booth.incidents(.storage).map(\.state) == [.accepted] }
        try booth.tell("press help-1")
        try booth.platformLine { $0.contains("incident.raised") && $0.contains(" subject=help-1 ") }
        try booth.wait(until: "the press is accepted") { try booth.incidents(.help).map(\.state) == [.accepted] }
        #expect(unlink(booth.stateDirectory) == 0)
        try booth.wait(until: "the storage is well") { try booth.status().storage.state == .ok }
        try booth.waitForEmptyQueues()
        #expect(try booth.stopAgent(with: SIGKILL) != nil)
        try booth.startAgent()
        #expect(try booth.incidents(.help).map(\.state) == [.accepted])
        try booth.wait(until: "both agree") { try Self.agree(booth) }
        #expect(try Self.losses(booth).first == "memory")
    }

    @Test(
        "three presses in a log that has one changed byte: they reach the platform or the loss is told, and no number twice"
    )
    func changedByte() throws {
        let booth = try BoothUnderTest()
        try booth.startBoard("help-1")
        try booth.startAgent()
        try booth.waitForReadings()
        let journal = try booth.follow()
        try booth.tell("press help-1")
        _ = try journal.next(.incidentRaised, of: "help-1")
        #expect(try booth.stopAgent(with: SIGKILL) != nil)
        let log = "\(booth.stateDirectory)/journal.sqlite-wal"
        let file = try #require(fopen(log, "r+"))
        fseek(file, 0, SEEK_END)
        let middle = ftell(file) / 2
        fseek(file, middle, SEEK_SET)
        let byte = fgetc(file)
        fseek(file, middle, SEEK_SET)
        fputc(byte ^ 0x40, file)
        fclose(file)
        try booth.startPlatform()
        try booth.startAgent()
        try booth.platformLine { $0.contains("incident.raised") && $0.contains(" subject=help-1 ") }
        try booth.waitForEmptyQueues()
        try booth.wait(until: "both agree") { try Self.agree(booth) }
        #expect(try Self.losses(booth).contains("damaged"))
        #expect(try booth.status().storage.state == .ok)
    }

    @Test(
        "killed while the disk is full: no number is given again, and the loss is told",
        .enabled(if: StorageTests.canMount))
    func killedWhileFull() throws {
        let booth = try BoothUnderTest()
        try booth.startBoard("help-1")
        try booth.startPlatform()
        try booth.startAgent()
        try booth.waitForReadings()
        try booth.tell("press help-1")
        try booth.wait(until: "the press is accepted") { try booth.incidents(.help).map(\.state) == [.accepted] }
        #expect(try booth.stopAgent(with: SIGKILL) != nil)
        // A disk of its own that is full from the first write on.
        try booth.startAgent(onDisk: "64k")
        try booth.waitForReadings()
        try booth.tell("press help-1")
        try booth.wait(until: "another press is told") { try booth.book().openings.count >= 2 }
        #expect(try booth.stopAgent(with: SIGKILL) != nil)
        try booth.startAgent()
        try booth.waitForReadings()
        try booth.tell("press help-1")
        try booth.waitForEmptyQueues()
        try booth.wait(until: "the losses are told") { try Self.losses(booth).count >= 2 }
        // What was in memory may be missing, and was announced. No number names two events.
        #expect(try booth.book().conflicts == 0)
        #expect(try Self.repeatedSequences(booth) == 0)
    }

    @Test("a state directory that is deleted under the agent is noticed, and everything is carried over")
    func deletedWhileRunning() throws {
        let booth = try BoothUnderTest()
        try booth.startBoard("help-1")
        try booth.startPlatform()
        try booth.startAgent()
        try booth.waitForReadings()
        try booth.tell("press help-1")
        try booth.wait(until: "the press is accepted") { try booth.incidents(.help).map(\.state) == [.accepted] }
        #expect(output(of: "rm -r '\(booth.stateDirectory)'").code == 0)
        try booth.wait(until: "a new journal is there") {
            let state = try booth.status().storage.state
            return state == .ok && access("\(booth.stateDirectory)/journal.sqlite", F_OK) == 0
        }
        try booth.waitForEmptyQueues()
        #expect(try booth.stopAgent(with: SIGKILL) != nil)
        try booth.startAgent()
        #expect(try booth.incidents(.help).map(\.state) == [.accepted])
        try booth.wait(until: "both agree") { try Self.agree(booth) }
    }
}
