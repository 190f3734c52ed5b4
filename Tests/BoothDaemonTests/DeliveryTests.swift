// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel
import Rehearsal
import Testing

@Suite("From a contact to the platform")
struct DeliveryTests {
    @Test("a press reaches the platform, and boothctl shows its ticket")
    func press() throws {
        let booth = try BoothUnderTest()
        try booth.startBoard("help-1")
        try booth.startPlatform()
        try booth.startAgent()
        let journal = try booth.follow()
        try booth.tell("press help-1")
        let raised = try journal.next(.incidentRaised, of: "help-1")
        try booth.platformLine { $0.contains(" id=\(raised.id) ") && $0.contains("result=accepted") }
        try booth.waitForEmptyQueues()

        let incident = try #require(try booth.incidents().first)
        #expect(incident.incident == raised.data.incident && incident.state == .accepted && incident.point == "help-1")
        #expect(incident.targets.map(\.delivery) == [.accepted])
        #expect(try #require(incident.targets[0].ticket).hasPrefix("JQ"))
        #expect(try booth.book().openings == [incident.incident.description])
    }

    @Test("each verb answers for people and for programs, and status exits 0 in service")
    func verbs() throws {
        let booth = try BoothUnderTest()
        try booth.startBoard("help-1")
        try booth.startPlatform()
        try booth.startAgent()
        try booth.waitForReadings()
        try booth.tell("press help-1")
        try booth.platformLine { $0.contains("incident.raised") }
        try booth.waitForEmptyQueues()
        for verb in ["status", "points", "incidents", "queue", "events"] {
            let screen = try booth.control(verb)
            #expect(
                screen.status == .exited(0) && !screen.output.isEmpty && screen.errors.isEmpty, "\(verb): \(screen)")
            let data = try booth.control("--json", verb)
            #expect(data.status == .exited(0) && data.output.allSatisfy { $0.hasPrefix("{") }, "\(verb): \(data)")
        }
        let status = try booth.status()
        #expect(status.state == .inService && status.inService && status.reasons.isEmpty)
        #expect(status.targets.map(\.state) == [.ok])
    }

    @Test(
        "while the platform is away a press waits on disk and status is degraded; it goes out when the platform comes")
    func latePlatform() throws {
        let booth = try BoothUnderTest()
        try booth.startBoard("help-1")
        try booth.startAgent()
        let journal = try booth.follow()
        try booth.tell("press help-1")
        let raised = try journal.next(.incidentRaised, of: "help-1")
        try booth.wait(until: "the platform is known to be away") { try booth.status().targets[0].state == .retrying }
        let screen = try booth.control("status")
        #expect(screen.status == .exited(1))
        #expect(screen.output.contains { $0.contains("cannot be reached") }, "\(screen.output)")
        let status = try booth.status()
        #expect(status.state == .degraded && status.inService)
        #expect(status.reasons.contains { $0.en.contains("police") && $0.en.contains("cannot be reached") })
        let waiting = try #require(try booth.queues()[0].items.first { $0.id == raised.id })
        #expect(waiting.incident == raised.data.incident)
        try booth.wait(until: "it is back in the queue") {
            try booth.incidents(.help)[0].targets[0].delivery == .queued
        }

        try booth.startPlatform()
        try booth.platformLine { $0.contains(" id=\(raised.id) ") && $0.contains("result=accepted") }
        try booth.waitForEmptyQueues()
        #expect(try booth.incidents(.help).map(\.state) == [.accepted])
        try booth.wait(until: "in service again") { try booth.control("status").status == .exited(0) }
    }

    @Test("a platform that takes the request and never answers holds up neither the record nor the stop")
    func hangingPlatform() throws {
        let booth = try BoothUnderTest()
        try booth.startBoard("help-1")
        try booth.startPlatform()
        try booth.startAgent()
        let journal = try booth.follow()
        booth.freezePlatform()
        try booth.tell("press help-1")
        let raised = try journal.next(.incidentRaised, of: "help-1")
        try booth.wait(until: "it is on its way") {
            try booth.queues()[0].items.contains { $0.id == raised.id && $0.attempts > 0 }
        }
        // boothd(8) promises five seconds.
        #expect(try booth.agent?.stop(within: .seconds(5)) == .exited(0))
    }
}
