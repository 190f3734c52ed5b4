// SPDX-License-Identifier: Apache-2.0
import BoothModel
import FoundationEssentials
import Glibc
import Rehearsal
import Testing

@Suite("A board whose clock is wrong")
struct ClockTests {
    /// A month after the start of 1970, where a board without a battery wakes up.
    private static var secondsToTheEpoch: Int64 { 30 * 86_400 - FakedClock.now }

    @Test("at 1970 queues without a time, and dates and delivers once the clock is right; holdover outlives the agent")
    func fromTheEpoch() throws {
        let booth = try BoothUnderTest()
        booth.configuration.trustKernelClock()
        let clock = try FakedClock(in: booth.workspace, ahead: Self.secondsToTheEpoch, isSynchronised: false)
        try booth.startBoard("help-1")
        try booth.startPlatform()
        try booth.startAgent(environment: clock.environment)
        let journal = try booth.follow()
        try booth.tell("press help-1")
        let first = try journal.next(.incidentRaised, of: "help-1")
        #expect(first.time == nil)
        #expect(try booth.status().clock.state == .unsynced)
        #expect(try booth.incidents().first { $0.point == "help-1" }?.opened == nil)

        clock.set(ahead: 0, isSynchronised: true)
        try booth.wait(until: "what was undated is dated") {
            // Whoever asks for the clock has it looked at; otherwise the next heartbeat does.
            guard try booth.status().clock.state == .synced else { return false }
            return try booth.incidents().first { $0.point == "help-1" }?.opened != nil
        }
        try booth.waitForEmptyQueues()
        #expect(try booth.status().clock.state == .synced)

        // The kernel's clock runs free now: it was right in this boot, as the next agent knows.
        clock.set(ahead: 0, isSynchronised: false)
        try booth.stopAgent(with: SIGKILL)
        try booth.startAgent(environment: clock.environment)
        #expect(try booth.status().clock.state == .holdover)
        try booth.waitForReadings()
        // Soon after the first: the same incident, as elapsed time has it.
        try booth.tell("press help-1")
        let second = try booth.follow(seen: [first.id]).next(.incidentUpdated, of: "help-1", count: 2)
        #expect(second.data.incident == first.data.incident)
        #expect(second.time != nil)
        #expect(second.id > first.id)
        try booth.waitForEmptyQueues()
        let book = try booth.book()
        #expect(book.gaps == 0 && book.conflicts == 0)
    }
}
