// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel
import Glibc
import Rehearsal
import Testing

/// What becomes of incidents, as both platforms' books and `boothctl` have it.
@Suite("The life of an incident")
struct IncidentLifeTests {
    private static let points = [
        ("help-1", "help-button"), ("room-door", "room-door"), ("mail-slot", "mail-slot"), ("mail-door", "mail-door"),
    ]

    /// A booth of two platforms, the police's with authority. Without a schedule nobody is in, whatever day it is.
    private static func booth(rules: [String] = [], gridLines: [String] = []) throws -> BoothUnderTest {
        let booth = try BoothUnderTest(points: points, targets: [])
        booth.configuration.target(
            "police", accepts: ["police", "fault"], port: booth.port(of: .police), certificates: booth.certificates,
            lines: BoothUnderTest.quickRetries + ["tasks = true"])
        booth.configuration.target(
            "grid", accepts: gridLines.isEmpty ? ["community"] : ["police"], port: booth.port(of: .grid),
            certificates: booth.certificates, lines: BoothUnderTest.quickRetries + gridLines)
        if !rules.isEmpty { booth.configuration.table("rules", rules) }
        try booth.startBoard("help-1", "room-door", "mail-slot", "mail-door")
        try booth.startPlatform(.police)
        try booth.startPlatform(.grid)
        return booth
    }

    /// Seconds from now to that hour of the next Tuesday in the booth's zone.
    private static func secondsToTuesday(hour: Int64) -> Int64 {
        let local = FakedClock.now + 8 * 3600
        // 1970-01-06 was a Tuesday.
        let sinceTuesday = (local - 5 * 86_400) % (7 * 86_400)
        return 7 * 86_400 - sinceTuesday + hour * 3600
    }

    /// The one case of that category, once it is as it has to be.
    @discardableResult
    private func waitForCase(
        _ category: BoothModel.Category, at target: BoothUnderTest.Target, of booth: BoothUnderTest,
        _ holds: (PlatformBook.Case) -> Bool = { _ in true }
    ) throws -> PlatformBook.Case {
        var found: PlatformBook.Case?
        try booth.wait(until: "a case of \(category) at \(target)") {
            found = try booth.book(of: target).cases.last { $0.category == category.rawValue }
            return found.map(holds) ?? false
        }
        guard let found else { throw RehearsalError("no case") }
        return found
    }

    @Test("on a Tuesday: at nine a press is help and a door a record, at eleven in the night both are incidents")
    func tuesday() throws {
        let booth = try Self.booth(rules: ["repeat = \"0s\"", "door-held = \"1s\""])
        booth.configuration.table("schedule", ["attended = [\"Tue 08:30-11:30\"]"])
        let clock = try FakedClock(
            in: booth.workspace, ahead: Self.secondsToTuesday(hour: 9), isSynchronised: true)
        try booth.startAgent(environment: clock.environment)
        try booth.waitForReadings()
        #expect(try booth.status().attendance?.attended == true)
        let journal = try booth.follow()
        try booth.tell("press help-1")
        let morning = try waitForCase(.help, at: .police, of: booth) { $0.ticket != nil }
        try booth.tell("set room-door on")
        _ = try journal.next(.record, of: "room-door")
        try booth.tell("set room-door off")
        _ = try journal.next(.record, of: "room-door")

        clock.set(ahead: Self.secondsToTuesday(hour: 23), isSynchronised: true)
        #expect(try booth.status().attendance?.attended == false)
        try booth.tell("press help-1")
        let night = try waitForCase(.help, at: .police, of: booth) { $0.incident != morning.incident }
        #expect(night.ticket != nil)
        try booth.tell("set room-door on")
        try waitForCase(.intrusion, at: .police, of: booth) { $0.ticket != nil }
        let held = try waitForCase(.doorHeld, at: .police, of: booth) { $0.ticket != nil }
        try booth.tell("set room-door off")
        try booth.wait(until: "the held door is restored") {
            try booth.book().told[held.incident]?.contains("incident.restored") ?? false
        }
        try booth.waitForEmptyQueues()
        let cases = try booth.book().cases.map(\.category)
        #expect(cases == ["help", "help", "intrusion", "door-held"], "one intrusion: the morning's door is a record")
        #expect(try booth.incidents(.intrusion).allSatisfy { $0.restored })
        #expect(try booth.incidents(.help).map(\.state) == [.accepted, .accepted])
        #expect(try booth.book(of: .grid).cases.isEmpty)
    }

    @Test("a letter that nobody collects is overdue at the grid platform, and the opened box ends both")
    func overdueLetter() throws {
        let booth = try Self.booth(rules: ["mail-overdue = \"1s\""])
        try booth.startAgent()
        try booth.waitForReadings()
        try booth.tell("press mail-slot")
        let overdue = try waitForCase(.mailOverdue, at: .grid, of: booth) { $0.ticket != nil }
        let letter = try waitForCase(.mail, at: .grid, of: booth)
        try booth.tell("set mail-door on")
        try booth.wait(until: "both are restored") {
            let told = try booth.book(of: .grid).told
            return [overdue, letter].allSatisfy { told[$0.incident]?.last == "incident.restored" }
        }
        // Nobody is in: whoever opened the box is the police's matter.
        try waitForCase(.mailTamper, at: .police, of: booth) { $0.ticket != nil }
        try booth.waitForEmptyQueues()
        #expect(try booth.incidents(.mailOverdue).map(\.restored) == [true])
        #expect(try booth.incidents(.mail).map(\.restored) == [true])
    }

    @Test(
        "a platform that is silent: escalated at each step, the backup accepts, and the platform hears all of it later")
    func silentPlatform() throws {
        let booth = try Self.booth(
            rules: ["escalate = [\"1s\", \"2s\", \"3s\"]"], gridLines: ["role = \"backup\""])
        try booth.tell(.police, "silent")
        try booth.tell(.grid, "silent")
        try booth.startAgent()
        try booth.waitForReadings()
        try booth.tell("press help-1")
        try booth.wait(until: "three steps have passed") { try booth.incidents(.help).first?.escalations == 3 }
        #expect(try booth.incidents(.help).map(\.state) == [.raised])
        try booth.tell(.grid, "speak")
        let backup = try waitForCase(.help, at: .grid, of: booth) { $0.ticket != nil }
        try booth.wait(until: "it is accepted") { try booth.incidents(.help).first?.state == .accepted }
        #expect(
            try booth.incidents(.help).first?.targets.map(\.delivery) != [.accepted, .accepted], "only the backup has")
        try booth.tell(.police, "speak")
        try booth.waitForEmptyQueues()
        let told = try booth.book().told[backup.incident] ?? []
        #expect(told.first == "incident.raised" && told.contains("incident.updated accepted"))
        #expect(told.count { $0 == "incident.updated escalated" } == 3)
        #expect(try booth.book(of: .grid).told[backup.incident]?.first == "incident.updated escalated")
        #expect(try booth.incidents(.help).first?.targets.map(\.delivery) == [.accepted, .accepted])
    }

    @Test("dispatched, handled and closed from the platform; boothctl and the platform's book agree, and a restart too")
    func closedFromPlatform() throws {
        let booth = try Self.booth()
        try booth.startAgent()
        try booth.waitForReadings()
        try booth.tell("press help-1")
        try waitForCase(.help, at: .police, of: booth) { $0.ticket != nil }
        for line in ["dispatch last 巡逻车五分钟后到", "handle last 已到场", "close last 已送回家"] {
            try booth.tell(.police, line)
        }
        let closed = try waitForCase(.help, at: .police, of: booth) { $0.state == "closed" }
        #expect(closed.outcome == "已送回家")
        try booth.wait(until: "the booth has it closed") { try booth.incidents(.help).first?.state == .closed }
        #expect(try booth.incidents(.help).first?.outcome == "已送回家")
        #expect(try booth.incidents(.help).first?.by == .platform("police"))
        try booth.stopAgent(with: SIGKILL)
        try booth.startAgent()
        #expect(try booth.incidents(.help).map(\.state) == [.closed])
        #expect(try booth.status().open == 0)
    }

    @Test("handed to the grid and back: one incident throughout, in both books")
    func handedOverAndBack() throws {
        let booth = try Self.booth()
        try booth.startAgent()
        try booth.waitForReadings()
        try booth.tell("press help-1")
        let first = try waitForCase(.help, at: .police, of: booth) { $0.ticket != nil }
        try booth.tell(.police, "reroute last community")
        let taken = try waitForCase(.help, at: .grid, of: booth) { $0.ticket != nil }
        #expect(taken.incident == first.incident && taken.incidentClass == "community")
        try waitForCase(.help, at: .police, of: booth) { $0.handed == "community" }
        try booth.wait(until: "the grid has accepted it") { try booth.incidents(.help).first?.state == .accepted }
        // The grid has no authority: it hands over by its next receipt. The next press is what it is asked about.
        try booth.tell(.grid, "hand-over police")
        try booth.tell("press help-1")
        let back = try waitForCase(.help, at: .police, of: booth) { $0.handed == nil && $0.incidentClass == "police" }
        #expect(back.incident == first.incident && back.ticket == first.ticket)
        try booth.wait(until: "the police have it again") {
            let incident = try booth.incidents(.help).first
            return incident?.state == .accepted && incident?.incidentClass == .police
        }
        try booth.waitForEmptyQueues()
        let incident = try #require(try booth.incidents(.help).first)
        #expect(try booth.incidents(.help).count == 1 && incident.incident.description == first.incident)
        #expect(incident.handovers == 2 && incident.count == 2)
        #expect(incident.targets.map(\.handedOver) == [false, true])
        #expect(try booth.book(of: .grid).cases.map(\.handed) == ["police"])
        #expect(try booth.queues().allSatisfy { $0.rejected == 0 }, "what was handed over is answered, not set aside")
    }
}
