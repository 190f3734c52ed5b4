// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel
import FoundationEssentials
import Glibc
import Rehearsal
import SQLite
import Testing

@Suite("Whether the journal is what was recorded")
struct VerifyTests {
    /// A booth that has recorded two presses, and its agent has stopped.
    private func boothWithPresses() throws -> BoothUnderTest {
        let booth = try BoothUnderTest()
        try booth.startBoard("help-1")
        try booth.startAgent()
        try booth.waitForReadings()
        for count in 1...2 {
            try booth.tell("press help-1")
            try booth.wait(until: "press \(count) is recorded") { try booth.incidents(.help).map(\.count) == [count] }
        }
        return booth
    }

    @Test("verify says so of a booth that recorded presses")
    func intact() throws {
        let booth = try boothWithPresses()
        for arguments in [["verify"], ["verify", "--full"]] {
            let control = try booth.startControl(arguments)
            #expect(try control.wait(within: BoothUnderTest.patience) == .exited(0))
            #expect(control.lines.map(\.text).contains("Result   all of it is what was recorded"), "\(control.lines)")
        }
        let reply = try verify(booth)
        #expect(reply.intact && reply.full && reply.checked >= 2 && reply.head.events == reply.newest?.event)
        // A start knows at once from when its history is; how long there is room takes a day to say.
        #expect(try booth.stopAgent() == .exited(0))
        try booth.startAgent()
        try booth.wait(until: "the history is told of") { try booth.status().storage.historyFrom != nil }
        #expect(try booth.status().storage.daysLeft == nil)
        #expect(try booth.stopAgent() == .exited(0))
    }

    @Test("a row changed by hand while no agent ran is found at the start: set aside, told as lost, begun anew")
    func changed() throws {
        let booth = try boothWithPresses()
        let before = try verify(booth)
        #expect(try booth.stopAgent() == .exited(0))
        // Through the journal's own checksums, so that only the chain can tell.
        try CheckedPages.register(name: "boothd-checked-verify")
        do {
            let file = try Connection(path: "\(booth.stateDirectory)/journal.sqlite", vfs: "boothd-checked-verify")
            try file.execute("UPDATE event SET json = replace(json, 'help-1', 'help-9') WHERE json LIKE '%.raised.v1%'")
        }
        try booth.launchAgent()
        try booth.agent?.line(on: .error, within: BoothUnderTest.patience) { $0.contains("journal.sqlite.damaged-") }
        try booth.waitForService()
        let names = try FileManager.default.contentsOfDirectory(atPath: booth.stateDirectory)
        #expect(names.contains { $0.hasPrefix("journal.sqlite.damaged-") }, "\(names)")
        try booth.wait(until: "the loss is told") {
            try booth.control("events", "--json").output.contains {
                $0.contains(#""type":"cn.boothd.loss.v1""#) && $0.contains(#""reason":"damaged""#)
            }
        }
        // What was changed is not shown as if it had been recorded, and the press is known all the same.
        let events = try booth.control("events", "--json").output
        #expect(!events.contains { $0.contains("help-9") }, "\(events)")
        #expect(try booth.incidents(.help).map(\.count) == [2])
        let after = try verify(booth)
        #expect(after.intact && after.head != before.head)
        #expect(try booth.stopAgent() == .exited(0))
    }

    private func verify(_ booth: BoothUnderTest) throws -> VerifyReply {
        let answer = try booth.control("verify", "--full", "--json")
        return try JSONDecoder().decode(VerifyReply.self, from: Data(answer.output.joined().utf8))
    }
}
