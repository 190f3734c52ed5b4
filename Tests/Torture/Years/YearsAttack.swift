// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothJournal
import BoothModel
import Glibc
import Rehearsal
import TestSupport

/// Years of a busy booth at full speed, with kills and with unreachable targets. The file must stay within its limit,
/// all queued events must be given, every press must be accounted for, and a start must stay as fast at the end.
package struct YearsAttack {
    private let plan: YearsPlan
    private static let startBudget = 1_000_000_000

    package init(days: Int, limit: Int64, kills: Int, outages: Int, seed: UInt64) {
        plan = YearsPlan(days: days, limit: limit, kills: kills, outages: outages, seed: seed)
    }

    package func run() -> Outcome {
        var outcome = Outcome("years")
        do {
            let folder = try Folder()
            defer { withExtendedLifetime(folder) {} }
            let ledger = try YearsLedger(folder.path + "/ledger", total: plan.total)
            try live(folder, ledger, &outcome)
            outcome.add("seed \(plan.seed), the end", account(for: ledger, &outcome) + lookAtFile(of: folder, &outcome))
            outcome.add("seed \(plan.seed), starts", try measureStarts(of: folder, &outcome))
        } catch {
            outcome.add("seed \(plan.seed)", ["\(error)"])
        }
        return outcome
    }

    // MARK: Lives

    private func live(_ folder: Folder, _ ledger: YearsLedger, _ outcome: inout Outcome) throws {
        var random = SeededRandom(seed: plan.seed ^ 0x0C11)
        var (killed, lives) = (0, 0)
        var years = Years(plan: plan)
        let begin = BootTime.now()
        var points = plan.killPoints[...]
        while true {
            let child = try start(in: folder)
            lives += 1
            let point = points.popFirst()
            // One in five is killed while it starts.
            if point != nil, Int.random(in: 0..<5, using: &random) == 0 {
                usleep(UInt32.random(in: 0...100_000, using: &random))
            } else {
                while child.isRunning, ledger[.submitted] < point ?? .max {
                    usleep(1000)
                    years.look(ledger)
                }
                usleep(UInt32.random(in: 0...20_000, using: &random))
            }
            if point != nil, child.isRunning { killed += 1 }
            let status =
                try point == nil
                ? child.wait(within: .seconds(600)) : child.stop(with: SIGKILL, within: .seconds(10))
            var problems = child.lines.map(\.text)
            if status != .signalled(SIGKILL), status != .exited(0) { problems.append("the child ended with \(status)") }
            outcome.add("seed \(plan.seed), life \(lives), \(ledger[.submitted]) events", problems)
            if point == nil || status == .exited(1) { break }
        }
        years.look(ledger)
        let seconds = max(1, (BootTime.now() - begin).wholeNanoseconds / 1_000_000_000)
        outcome.remarks += [
            "\(plan.total) events in \(seconds) s", "\(plan.total / seconds)/s", "\(killed) kills",
            "\(plan.outages) outages", "\(ledger[.given]) given", "at most \(ledger[.mostBytes]) bytes",
            "\(ledger[.memory]) KB of memory",
            "commits of \(ledger[.commitNanoseconds] / max(1, ledger[.commits]) / 1000) µs",
            "starts after kills \(ledger[.startNanoseconds] / max(1, ledger[.starts]) / 1_000_000) ms, "
                + "at most \(ledger[.longestStart] / 1_000_000) ms",
        ]
    }

    private func start(in folder: Folder) throws -> ChildProcess {
        try ChildProcess(
            try Child.program(),
            [
                "year", "--directory", folder.path, "--mark", folder.markInMemory, "--days", "\(plan.days)",
                "--limit", "\(plan.limit)", "--kills", "\(plan.kills)", "--outages", "\(plan.outages)",
                "--seed", "\(plan.seed)",
            ])
    }

    /// Runs one of the lives in this process.
    package func liveOnce(in directory: String, mark: String) throws {
        let ledger = try YearsLedger(directory + "/ledger", total: plan.total)
        var life = try YearsLife(plan, directory: directory + "/state", mark: mark, ledger: ledger)
        try life.live()
    }

    private struct Years {
        let plan: YearsPlan
        var year = 0
        var begin = BootTime.now()
        var commits = 0
        var nanoseconds = 0

        mutating func look(_ ledger: YearsLedger) {
            guard ledger[.submitted] >= (year + 1) * YearsPlan.eventsOfYear else { return }
            year += 1
            let now = BootTime.now()
            let span = max(1, (now - begin).wholeNanoseconds / 1_000_000)
            let mean = (ledger[.commitNanoseconds] - nanoseconds) / max(1, ledger[.commits] - commits)
            print(
                "year \(year): \(ledger[.bytes]) bytes, \(YearsPlan.eventsOfYear * 1000 / span) events/s, commits of"
                    + " \(mean / 1000) µs, at most \(ledger[.longestCommit] / 1000) µs, \(ledger[.memory]) KB")
            fflush(nil)
            (begin, commits, nanoseconds) = (now, ledger[.commits], ledger[.commitNanoseconds])
            ledger[.longestCommit] = 0
        }
    }

    // MARK: The end

    /// Checks that every recorded event was given to each of its targets, and answered.
    private func account(for ledger: YearsLedger, _ outcome: inout Outcome) -> [String] {
        var problems: [String] = []
        var (recorded, presses, under, pressesUnder) = (0, 0, 0, 0)
        for event in 0..<plan.total {
            let due = ledger[.due, event]
            let isPress = due & YearsLedger.press != 0
            if ledger[.recorded, event] == 0 {
                // The process died before it was told that this event is recorded.
                under += 1
                if isPress { pressesUnder += 1 }
                continue
            }
            recorded += 1
            if isPress { presses += 1 }
            guard ledger[.given, event] & ledger[.answered, event] & due & 3 != due & 3 else { continue }
            problems.append("\(isPress ? "press" : "event") \(event) was recorded and never given")
        }
        outcome.remarks += [
            "\(recorded) told as recorded", "\(presses) presses",
            "\(under) under way at a kill (\(pressesUnder) presses)",
        ]
        return problems
    }

    /// Checks the file without the agent's code.
    private func lookAtFile(of folder: Folder, _ outcome: inout Outcome) -> [String] {
        let tables = JournalTables(directory: folder.path + "/state")
        let waiting = tables.deliveries.values.map(\.count).reduce(0, +)
        outcome.remarks.append("\(tables.events.count) events kept")
        return tables.problems + tables.contradictions + (waiting > 0 ? ["\(waiting) still wait"] : [])
            + tables.untold.keys.map { "\($0) has an untold loss" }
    }

    /// Measures five openings of the full file.
    private func measureStarts(of folder: Folder, _ outcome: inout Outcome) throws -> [String] {
        var times: [Int] = []
        for _ in 0..<5 {
            let reports = try Mailbox<JournalReport>()
            let start = BootTime.now()
            let opened = try Journal.open(
                .init(
                    directory: folder.path + "/state", markInMemory: folder.markInMemory,
                    targets: TestedJournal.targets, limit: plan.limit)
            ) { reports.post($0) }
            var contents = opened.contents
            while contents == nil {
                for case .contents(let found) in reports.wait(milliseconds: 10_000) { contents = found }
            }
            times.append((BootTime.now() - start).wholeNanoseconds)
            opened.journal.stop(within: 60_000)
        }
        times.sort()
        let words = times.map { "\($0 / 1_000_000)" }.joined(separator: " ")
        outcome.remarks.append("starts \(words) ms, median \(times[times.count / 2] / 1_000_000) ms")
        return times[times.count / 2] > Self.startBudget ? ["a start takes \(words) ms"] : []
    }
}
