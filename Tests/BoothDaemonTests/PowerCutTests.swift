// SPDX-License-Identifier: Apache-2.0
import BoothControl
import BoothModel
import Glibc
import Rehearsal
import TestSupport
import Testing

@Suite("Killed at any moment")
struct PowerCutTests {
    /// When the power goes, seen from the press.
    private enum Cut: CaseIterable {
        /// So soon that the press may not have been read.
        case afterPress
        /// Right when it is shown as recorded.
        case afterRecorded
        /// Somewhere on its way out.
        case whileSending
        /// Right when the platform has it, which the journal may not know yet.
        case afterArrival
        /// While the next start is still taking up what the last cut left.
        case whileStarting
    }

    private static let rounds = 20

    @Test("whatever was recorded reaches the platform once by id, with no gap and no second body")
    func kills() throws {
        let buttons = (0..<Self.rounds).map { "help-\($0)" }
        let booth = try BoothUnderTest(points: buttons.map { ($0, "help-button") })
        let board = try ChildProcess(
            try BuiltPrograms.path(of: "booth-board"), ["--tcp", "127.0.0.1:\(booth.boardPort)"])
        try board.line(within: BoothUnderTest.patience) { $0.hasPrefix("listening on") }
        for (address, button) in buttons.enumerated() {
            try board.write(line: "name \(button) unit 1 discrete-input \(address)")
        }
        try booth.startPlatform()
        var random = SeededRandom(seed: 0xB007_4D00)
        var recorded: Set<EventID> = []
        for (round, button) in buttons.enumerated() {
            let cut = Cut.allCases[round % Cut.allCases.count]
            if cut == .whileStarting {
                try board.write(line: "press \(button)")
                try booth.launchAgent()
                usleep(UInt32.random(in: 0...80_000, using: &random))
                try booth.stopAgent(with: SIGKILL)
                continue
            }
            try booth.startAgent()
            let journal = try booth.follow(seen: recorded)
            try board.write(line: "press \(button)")
            try wait(for: cut, of: button, journal: journal, booth: booth, random: &random)
            try booth.stopAgent(with: SIGKILL)
            try journal.finish()
            recorded = journal.seen
        }
        try booth.startAgent()
        let last = try booth.follow(seen: recorded)
        try waitForRest(of: booth)
        #expect(try booth.stopAgent() == .exited(0))
        try last.finish()

        let book = try booth.book()
        // Three of the five cuts come after the record, so that these rounds are in the count for certain.
        #expect(book.openings.count >= Self.rounds * 3 / 5)
        #expect(Set(last.seen.map(\.description)).subtracting(book.events) == [])
        #expect(book.rows == book.events.count && book.conflicts == 0 && book.gaps == 0)
    }

    /// Waits until every press is over, restored and answered for: nothing more will be recorded.
    private func waitForRest(of booth: BoothUnderTest) throws {
        try booth.wait(until: "every button is read and released") {
            try booth.points().allSatisfy { $0.quality == .good && $0.state == .normal }
        }
        try booth.wait(until: "every incident is restored and accepted") {
            try booth.incidents().allSatisfy { $0.restored && $0.targets.allSatisfy { $0.delivery == .accepted } }
        }
        try booth.waitForEmptyQueues()
    }

    private func wait(
        for cut: Cut, of button: String, journal: EventFollower, booth: BoothUnderTest, random: inout SeededRandom
    ) throws {
        switch cut {
        case .afterPress, .whileStarting: usleep(UInt32.random(in: 0...60_000, using: &random))
        case .afterRecorded: _ = try journal.next(.incidentRaised, of: button)
        case .whileSending:
            _ = try journal.next(.incidentRaised, of: button)
            usleep(UInt32.random(in: 0...12_000, using: &random))
        case .afterArrival: try booth.platformLine { $0.contains(" subject=\(button) ") }
        }
    }
}
