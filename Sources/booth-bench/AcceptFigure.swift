// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Rehearsal

/// From an event synced to its receipt, over mutual TLS on loopback: with nothing else to send, and with a backlog.
struct AcceptFigure {
    private static let samples = 500
    private static let budget = 10.0
    private static let backlog = 100_000
    private static let backlogPresses = 100
    private static let drainRate = 5000.0
    /// How long the drain is watched before anybody presses.
    private static let drainSpan = Duration.seconds(4)

    /// - Parameter configuration: makes one for a platform's port.
    func measure(_ configuration: (UInt16) throws -> Configuration, in booth: BenchBooth) throws -> [Figure] {
        let idle = try measureIdle(configuration, in: booth)
        return [
            Figure(
                id: "accepted", name: Message(zh: "落盘到受理,队列空(p99)", en: "recorded to accepted, idle queue (p99)"),
                value: idle.p99, unit: .milliseconds, budget: .atMost(Self.budget), samples: idle)
        ] + (try measureBacklog(configuration, idle: idle, in: booth))
    }

    private func measureIdle(
        _ configuration: (UInt16) throws -> Configuration, in booth: BenchBooth
    ) throws -> Samples {
        let (platform, port) = try booth.startPlatform("accept", isHeard: false)
        let agent = try BenchAgent(try configuration(port), directory: booth.file("accept.state"))
        defer { agent.stop() }
        try agent.startUplink()
        // The first one makes the connection.
        _ = try agent.waitUntilAccepted(try agent.change().event)
        var spans: [Duration] = []
        for _ in 0..<Self.samples {
            try agent.waitUntilIdle()
            spans.append(try agent.waitUntilAccepted(try agent.change().event))
        }
        withExtendedLifetime(platform) {}
        return Samples(milliseconds: spans)
    }

    private func measureBacklog(
        _ configuration: (UInt16) throws -> Configuration, idle: Samples, in booth: BenchBooth
    ) throws -> [Figure] {
        let (platform, port) = try booth.startPlatform("backlog", isHeard: false)
        let agent = try BenchAgent(try configuration(port), directory: booth.file("backlog.state"))
        defer { agent.stop() }
        try agent.seed(Self.backlog)
        try agent.startUplink()
        agent.serve(until: .now() + .milliseconds(500))
        let start = agent.receipts
        agent.serve(until: .now() + Self.drainSpan)
        let rate = Double(agent.receipts.count - start.count) / ((agent.receipts.last - start.last) / .seconds(1))
        var spans: [Duration] = []
        while spans.count < Self.backlogPresses, agent.receipts.count < Self.backlog {
            agent.serve(until: .now() + .milliseconds(Int.random(in: 10...40)))
            spans.append(try agent.waitUntilAccepted(try agent.change().event))
        }
        withExtendedLifetime(platform) {}
        let samples = Samples(milliseconds: spans)
        return [
            Figure(
                id: "accepted-with-backlog",
                name: Message(
                    zh: "积压 10 万条时的求助,落盘到受理(p99 之比)",
                    en: "a help press with 100,000 waiting, recorded to accepted (ratio of p99)"),
                value: samples.p99 / max(idle.p99, 0.001), unit: .ratio, budget: .atMost(2), samples: samples,
                baseline: .init(name: Message(zh: "队列空", en: "idle queue"), unit: .milliseconds, samples: idle)),
            Figure(
                id: "drain", name: Message(zh: "积压排空速度", en: "draining the backlog"), value: rate,
                unit: .eventsPerSecond, budget: .atLeast(Self.drainRate)),
        ]
    }
}
