// SPDX-License-Identifier: Apache-2.0
import BoothCore
import BoothModel

/// What happens to one booth, from one seed.
package struct History: Sendable {
    package let seed: UInt64
    package let days: Int
    package var steps: [TimedStep]

    package init(seed: UInt64, days: Int) {
        self.seed = seed
        self.days = days
        var maker = HistoryMaker(seed: seed, days: days)
        steps = maker.make()
    }

    /// The end of the last day, in nanoseconds.
    package var end: Int64 { Int64(days) * HistoryMaker.day }

    /// What came of a history.
    package struct Outcome: Sendable {
        /// What was found wrong; empty: nothing.
        package var findings: [String]
        package var tally: Tally
        /// Of all events: two runs of one history have the same.
        package var digest: UInt64
    }

    /// Lives through it.
    ///
    /// - Parameter change: what becomes of the core's effects before anybody sees them, for tests of the judge.
    package func run(changing change: (([Effect]) -> [Effect])? = nil) -> Outcome {
        let booth = SimulatedBooth(BoothPlan(kind: Int(seed % 64)), seed: seed, changing: change)
        _ = booth.live(steps, until: end)
        return Outcome(findings: booth.judge.findings, tally: booth.tally, digest: booth.judge.digest)
    }
}

extension History: CustomStringConvertible {
    /// One line for each step: when, and what.
    package var description: String {
        steps.map { timed in
            let milliseconds = timed.at / 1_000_000
            let (day, rest) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
            func padded(_ number: Int64, _ width: Int) -> String {
                let digits = String(number)
                return String(repeating: "0", count: max(0, width - digits.count)) + digits
            }
            let time =
                "\(padded(rest / 3_600_000, 2)):\(padded(rest / 60_000 % 60, 2)):\(padded(rest / 1000 % 60, 2)).\(padded(rest % 1000, 3))"
            return "  day \(day) \(time) \(timed.step)"
        }.joined(separator: "\n")
    }
}
