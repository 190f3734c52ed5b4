// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Rehearsal

/// The time to record a press while a million events wait for a target, compared with an empty queue. The two journals
/// alternate, press by press.
struct BacklogFigure {
    private static let budget = 1.2
    private static let presses = 500
    private static let uncounted = 50

    let isQuick: Bool

    func measure(_ configuration: Configuration, in booth: BenchBooth) throws -> [Figure] {
        let rows = isQuick ? 50_000 : 1_000_000
        let full = try BenchAgent(configuration, directory: booth.file("queued.state"), limit: 4 << 30)
        defer { full.stop() }
        try full.seed(rows)
        let empty = try BenchAgent(configuration, directory: booth.file("queued-empty.state"), limit: 4 << 30)
        defer { empty.stop() }
        // Move the log of the million events into the database file.
        full.serve(until: .now() + .seconds(3))
        for _ in 0..<Self.uncounted {
            _ = try full.changeAndRecord()
            _ = try empty.changeAndRecord()
        }
        var (queued, beside): ([Duration], [Duration]) = ([], [])
        for press in 0..<Self.presses {
            // The first of the two finds a quieter disk, so they take turns at being first.
            if press % 2 == 0 { queued.append(try full.changeAndRecord()) }
            beside.append(try empty.changeAndRecord())
            if press % 2 == 1 { queued.append(try full.changeAndRecord()) }
        }
        let (samples, baseline) = (Samples(milliseconds: queued), Samples(milliseconds: beside))
        return [
            Figure(
                id: "enqueue-backlog",
                name: Message(
                    zh: "已积压 \(rows) 条时落盘(中位之比)", en: "recording with \(rows) rows waiting (ratio of medians)"),
                value: samples.median / max(baseline.median, 0.001), unit: .ratio, budget: .atMost(Self.budget),
                samples: samples,
                baseline: .init(
                    name: Message(zh: "空日志", en: "an empty journal"), unit: .milliseconds, samples: baseline)),
            Figure(
                id: "enqueue-backlog-p99", name: Message(zh: "同上(p99 之比)", en: "the same (ratio of p99)"),
                value: samples.p99 / max(baseline.p99, 0.001), unit: .ratio, budget: .atMost(Self.budget)),
        ]
    }
}
