// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Rehearsal

/// The time from an event's sync to its receipt, over mutual TLS on loopback: with an empty queue, and with a backlog.
struct AcceptFigure {
    /// Half before the backlog and half after it, because other work on the machine varies.
    private static let samples = 500
    private static let budget = 10.0
    /// How many events wait at the first press.
    private static let backlog = 100_000
    /// How many more events wait before that; the rate is measured with them.
    private static let drained = 20_000
    private static let backlogPresses = 250
    private static let drainRate = 5000.0

    private struct Backlog {
        /// Events per second, before any press.
        var rate: Double
        var presses: Samples
    }

    /// - Parameter configuration: creates one for a platform's port.
    func measure(_ configuration: (UInt16) throws -> Configuration, in booth: BenchBooth) throws -> [Figure] {
        try measureAtPlatform(configuration, in: booth) + measureAlone(configuration, in: booth)
    }

    /// Measures with `booth-platform`, which writes all events to one file. A press waits there for the batch before
    /// it.
    private func measureAtPlatform(
        _ configuration: (UInt16) throws -> Configuration, in booth: BenchBooth
    ) throws -> [Figure] {
        let (platform, port) = try booth.startPlatform("accept", isHeard: false)
        defer { withExtendedLifetime(platform) {} }
        let (idle, backlog) = try measure(try configuration(port), "platform", in: booth)
        return [
            Figure(
                id: "accepted", name: Message(zh: "落盘到受理,队列空(p99)", en: "recorded to accepted, idle queue (p99)"),
                value: idle.p99, unit: .milliseconds, budget: .atMost(Self.budget), samples: idle),
            Figure(
                id: "accepted-with-backlog-platform",
                name: Message(
                    zh: "积压 10 万条时的求助,booth-platform(p99 之比)",
                    en: "a help press with 100,000 waiting, booth-platform (ratio of p99)"),
                value: backlog.presses.p99 / max(idle.p99, 0.001), unit: .ratio, samples: backlog.presses,
                baseline: Self.baseline(idle)),
            Figure(
                id: "drain-platform",
                name: Message(zh: "积压排空速度,booth-platform", en: "draining the backlog, booth-platform"),
                value: backlog.rate, unit: .eventsPerSecond),
        ]
    }

    /// Measures with a platform that stores nothing, so only the agent's time is left.
    private func measureAlone(
        _ configuration: (UInt16) throws -> Configuration, in booth: BenchBooth
    ) throws -> [Figure] {
        let platform = try BenchPlatform(booth.certificates)
        defer { platform.stop() }
        let (idle, backlog) = try measure(try configuration(platform.port), "alone", in: booth)
        return [
            Figure(
                id: "accepted-with-backlog",
                name: Message(
                    zh: "积压 10 万条时的求助,落盘到受理(p99 之比)",
                    en: "a help press with 100,000 waiting, recorded to accepted (ratio of p99)"),
                value: backlog.presses.p99 / max(idle.p99, 0.001), unit: .ratio, budget: .atMost(2),
                samples: backlog.presses, baseline: Self.baseline(idle)),
            Figure(
                id: "accepted-with-backlog-median",
                name: Message(zh: "同上(中位之比)", en: "the same (ratio of medians)"),
                value: backlog.presses.median / max(idle.median, 0.001), unit: .ratio, budget: .atMost(2)),
            Figure(
                id: "drain", name: Message(zh: "积压排空速度", en: "draining the backlog"), value: backlog.rate,
                unit: .eventsPerSecond, budget: .atLeast(Self.drainRate)),
        ]
    }

    private static func baseline(_ idle: Samples) -> Figure.Baseline {
        .init(name: Message(zh: "队列空,同一平台", en: "idle queue, the same platform"), unit: .milliseconds, samples: idle)
    }

    private func measure(
        _ configuration: Configuration, _ name: String, in booth: BenchBooth
    ) throws -> (idle: Samples, backlog: Backlog) {
        let before = try measureIdle(configuration, directory: booth.file("\(name)-before.state"))
        let backlog = try measureBacklog(configuration, directory: booth.file("\(name)-backlog.state"))
        let after = try measureIdle(configuration, directory: booth.file("\(name)-after.state"))
        return (Samples(milliseconds: before + after), backlog)
    }

    private func measureIdle(_ configuration: Configuration, directory: String) throws -> [Duration] {
        let agent = try BenchAgent(configuration, directory: directory)
        defer { agent.stop() }
        try agent.startUplink()
        // The first event makes the connection.
        _ = try agent.waitUntilAccepted(try agent.change().event)
        var spans: [Duration] = []
        for _ in 0..<Self.samples / 2 {
            try agent.waitUntilIdle()
            spans.append(try agent.waitUntilAccepted(try agent.change().event))
        }
        return spans
    }

    private func measureBacklog(_ configuration: Configuration, directory: String) throws -> Backlog {
        let agent = try BenchAgent(configuration, directory: directory)
        defer { agent.stop() }
        // The first events are not counted, because connections are made then.
        let uncounted = 1000
        try agent.seed(Self.backlog + Self.drained + uncounted)
        try agent.startUplink()
        try agent.serve(untilAccepted: uncounted)
        let start = agent.receipts
        try agent.serve(untilAccepted: uncounted + Self.drained)
        let rate = Double(agent.receipts.count - start.count) / ((agent.receipts.last - start.last) / .seconds(1))
        var spans: [Duration] = []
        while spans.count < Self.backlogPresses, agent.receipts.count < Self.backlog + Self.drained {
            agent.serve(until: .now() + .milliseconds(Int.random(in: 5...25)))
            spans.append(try agent.waitUntilAccepted(try agent.change().event))
        }
        return Backlog(rate: rate, presses: Samples(milliseconds: spans))
    }
}
