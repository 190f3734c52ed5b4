// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel
import Glibc
import Rehearsal
import Testing

@Suite("A restart resumes")
struct RestartTests {
    @Test(
        "open incidents, counts and contacts, and only what changed meanwhile is told", arguments: [SIGTERM, SIGKILL])
    func restart(_ signal: CInt) throws {
        let names = ["help-1", "steady", "closing", "opening"]
        let booth = try BoothUnderTest(
            points: [("help-1", "help-button"), ("steady", "tamper"), ("closing", "tamper"), ("opening", "tamper")])
        try booth.startBoard("help-1", "steady", "closing", "opening")
        try booth.startPlatform()
        try booth.startAgent()
        try pressTwice(booth)
        try booth.tell("set steady on")
        try booth.tell("set closing on")
        try booth.waitForOpen(.tamper, count: 2)
        try booth.waitForEmptyQueues()
        let before = try booth.incidents()
        #expect(before.count == 3)
        try booth.stopAgent(with: signal)

        try booth.tell("set closing off")
        try booth.tell("set opening on")
        try booth.startAgent()
        try booth.waitForReadings()
        try booth.wait(until: "the changes are told") {
            let all = try booth.incidents()
            return all.count == 4 && all.first { $0.point == "closing" }?.restored == true
        }
        try booth.waitForEmptyQueues()

        let after = try booth.incidents()
        for old in before where old.point != "closing" {
            #expect(after.contains(old), "\(old) is not in \(after)")
        }
        #expect(after.first { $0.point == "help-1" }?.count == 2)
        #expect(Set(after.compactMap { $0.point?.rawValue }) == Set(names))
        #expect(after.first { $0.point == "opening" }?.restored == false)
        let states = try booth.points().map(\.state)
        #expect(states == [.normal, .active, .normal, .active])
        let book = try booth.book()
        #expect(book.openings == Set(after.map(\.incident.description)) && book.gaps == 0 && book.conflicts == 0)
    }

    @Test("what was queued before goes out after, the help first")
    func queue() throws {
        let booth = try BoothUnderTest(points: [("box", "tamper"), ("help-1", "help-button")])
        try booth.startBoard("box", "help-1")
        try booth.startAgent()
        let journal = try booth.follow()
        try booth.tell("set box on")
        _ = try journal.next(.incidentRaised, of: "box")
        try booth.tell("press help-1")
        _ = try journal.next(.incidentRaised, of: "help-1")
        try booth.stopAgent()
        try booth.startPlatform()
        try booth.startAgent()
        #expect(try booth.platformLine { $0.contains("incident.raised") }.contains(" subject=help-1 "))
        #expect(try booth.platformLine { $0.contains("incident.raised") }.contains(" subject=box "))
        try booth.waitForEmptyQueues()
        #expect(try booth.book().openings.count == 2)
    }

    private func pressTwice(_ booth: BoothUnderTest) throws {
        let journal = try booth.follow()
        try booth.tell("press help-1")
        try booth.board?.line(within: BoothUnderTest.patience) { $0 == "released help-1" }
        // Both edges have to be read: the second press is one only after the release.
        try booth.wait(until: "the release is read") { try booth.points()[0].state == .normal }
        try booth.tell("press help-1")
        _ = try journal.next(.incidentUpdated, of: "help-1", count: 2)
        _ = try journal.next(.incidentRestored, of: "help-1")
    }
}
