// SPDX-License-Identifier: Apache-2.0
import Rehearsal
import TestSupport
import Testing

@Suite("The log")
struct LogTests {
    /// journald's socket has one place; a mount namespace gives the agent its own.
    @Test("has its fields where journald reads it", .enabled(if: StorageTests.canMount))
    func fields() throws {
        let booth = try BoothUnderTest()
        try booth.workspace.makeDirectory("journald")
        let journald = try NotifySocket(path: booth.workspace.file("journald/socket"))
        try booth.startBoard("help-1")
        try booth.startPlatform()
        try booth.launchAgent(withJournaldIn: booth.workspace.file("journald"))

        let start = try entry(journald) { $0["MESSAGE_ID"] == "2c23369c8eab402b875d9c67c8f0a69e" }
        #expect(start["PRIORITY"] == "5" && start["SYSLOG_IDENTIFIER"] == "boothd")
        #expect(start["MESSAGE"]?.hasPrefix("in service; 1 points") == true, "\(start)")
        try booth.waitForReadings()
        try booth.tell("press help-1")
        let raised = try entry(journald) { $0["MESSAGE_ID"] == "0b9e16f9a1a84073972ca810c23095f3" }
        let incident = try #require(raised["BOOTHD_INCIDENT"])
        #expect(raised["BOOTHD_POINT"] == "help-1" && raised["BOOTHD_EVENT"] != nil && raised["PRIORITY"] == "5")
        #expect(raised["MESSAGE"] == "help-1: help, incident \(incident)")
        let accepted = try entry(journald) { $0["MESSAGE_ID"] == "ce235ae453174f56a69ce731a1c24413" }
        #expect(accepted["BOOTHD_INCIDENT"] == incident && accepted["BOOTHD_TARGET"] == "police", "\(accepted)")
        try booth.killBoard()
        let lost = try entry(journald) { $0["MESSAGE_ID"] == "48ad2923c65c42f5a155121db2bfa293" }
        #expect(lost["BOOTHD_DEVICE"] == "modbus:cabinet" && lost["PRIORITY"] == "4", "\(lost)")
        #expect(try booth.stopAgent() == .exited(0))
    }

    @Test("is lines where standard error is not journald's, whatever the environment says")
    func lines() throws {
        let booth = try BoothUnderTest()
        try booth.launchAgent(environment: ["JOURNAL_STREAM": "8:1"])
        try booth.agent?.line(on: .error, within: BoothUnderTest.patience) { $0.hasPrefix("boothd: in service") }
    }

    /// The next entry that is wanted, by its fields.
    private func entry(_ journald: NotifySocket, where isWanted: ([String: String]) -> Bool) throws -> [String: String]
    {
        while let datagram = journald.next(within: BoothUnderTest.patience) {
            var fields: [String: String] = [:]
            for line in datagram.split(separator: "\n") {
                let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
                if parts.count == 2 { fields[parts[0]] = parts[1] }
            }
            if isWanted(fields) { return fields }
        }
        throw RehearsalError("journald was not told")
    }
}
