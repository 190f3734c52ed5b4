// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Rehearsal
import SQLite

/// The time to record a press while a million old events are thinned, compared with a journal whose same history stays.
/// The two journals alternate, press by press, until all of it is thinned.
struct ThinningFigure {
    private static let budget = 2.0
    private static let limit: Int64 = 4 << 30
    /// The pause between two presses in one journal.
    private static let pause = Duration.milliseconds(40)
    /// The longest time for thinning.
    private static let patience = Duration.seconds(1800)
    /// The fewest samples of a short run.
    private static let fewest = 100

    let isQuick: Bool

    func measure(_ configuration: Configuration, in booth: BenchBooth) throws -> [Figure] {
        let rows = isQuick ? 50_000 : 1_000_000
        let history = OldHistory(configuration: configuration, limit: Self.limit, length: .events(rows))
        let (thinned, kept) = (booth.file("thinned.state"), booth.file("kept.state"))
        _ = try history.write(to: thinned)
        _ = try history.write(to: kept)
        let before = OldHistory.bytes(in: thinned)
        let beside = try BenchAgent(configuration, directory: kept, limit: Self.limit)
        defer { beside.stop() }
        let agent = try BenchAgent(configuration, directory: thinned, limit: Self.limit, keep: .seconds(3600))
        defer { agent.stop() }
        // The age limit counts from the newest event, so record one.
        _ = try agent.changeAndRecord()
        _ = try beside.changeAndRecord()
        let began = BootTime.now()
        try Self.wait(for: 1, thinnedIn: thinned, serving: agent)
        let (first, rest) = (BootTime.now(), Int64(rows) * 99 / 100)
        var (spans, bare): ([Duration], [Duration]) = ([], [])
        while try Self.thinned(in: thinned) < rest || spans.count < Self.fewest {
            guard BootTime.now() < began + Self.patience else {
                throw RehearsalError("\(rows) events were not thinned within \(Self.patience)")
            }
            // Asking for the progress reads the file too, so ask seldom.
            for _ in 0..<25 {
                agent.serve(until: .now() + Self.pause / 2)
                spans.append(try agent.changeAndRecord())
                beside.serve(until: .now() + Self.pause / 2)
                bare.append(try beside.changeAndRecord())
            }
        }
        let took = (BootTime.now() - first) / .seconds(1)
        return Self.figures(
            rows, Samples(milliseconds: spans), Samples(milliseconds: bare), took: took,
            growth: Double(OldHistory.bytes(in: thinned) - before) / 1_048_576)
    }

    private static func figures(
        _ rows: Int, _ samples: Samples, _ baseline: Samples, took: Double, growth: Double
    ) -> [Figure] {
        [
            Figure(
                id: "thinning",
                name: Message(
                    zh: "清理 \(rows) 条旧记录时落盘(中位之比)",
                    en: "recording while \(rows) old events are thinned (ratio of medians)"),
                value: samples.median / max(baseline.median, 0.001), unit: .ratio, budget: .atMost(budget),
                samples: samples,
                baseline: .init(
                    name: Message(zh: "同样的历史,不清理", en: "the same history, kept"), unit: .milliseconds,
                    samples: baseline)),
            Figure(
                id: "thinning-p99", name: Message(zh: "同上(p99 之比)", en: "the same (ratio of p99)"),
                value: samples.p99 / max(baseline.p99, 0.001), unit: .ratio, budget: .atMost(budget)),
            Figure(
                id: "thinning-time", name: Message(zh: "清理用时", en: "time that the thinning took"), value: took,
                unit: .seconds),
            Figure(
                id: "thinning-growth", name: Message(zh: "期间文件增长", en: "the files grew meanwhile"),
                // The rows of presses stay, and the log keeps its length.
                value: max(0, growth), unit: .mebibytes, budget: .atMost(4)),
        ]
    }

    private static func wait(for number: Int64, thinnedIn directory: String, serving agent: BenchAgent) throws {
        let deadline = BootTime.now() + BenchBooth.patience
        while try thinned(in: directory) < number {
            guard BootTime.now() < deadline else { throw RehearsalError("nothing is thinned") }
            agent.serve(until: .now() + .milliseconds(50))
        }
    }

    /// The event number up to which the journal was thinned.
    private static func thinned(in directory: String) throws -> Int64 {
        let connection = try Connection(path: "\(directory)/journal.sqlite", access: .readOnly)
        return try connection.integer("SELECT value FROM meta WHERE name = 'thinned'") ?? 0
    }
}
