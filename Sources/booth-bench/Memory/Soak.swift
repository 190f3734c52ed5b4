// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Glibc
import Rehearsal

/// Runs the real agent for many minutes with the work of years: closed incidents, reports, reloads, scans, walk tests,
/// following clients. Its memory must not grow.
struct Soak {
    /// Tasks done in turn, one in each tick. They do not follow a clock, so a slow machine does fewer.
    private enum Chore: String, CaseIterable {
        case reports, reload, walkTest, scan, follow
    }

    private struct Sample {
        let time: BootTime
        let bytes: Double
    }

    private static let budget = 6.0
    private static let growthBudget = 0.25
    private static let pressesEach = 10

    let minutes: Double

    func measure(in booth: BenchBooth) throws -> [Figure] {
        let booth = try MemoryBooth("soak", in: booth)
        let began = BootTime.now()
        let end = began + .milliseconds(Int64(minutes * 60_000))
        var samples: [Sample] = []
        var round = 0
        while BootTime.now() < end {
            let chore = Chore.allCases[round % Chore.allCases.count]
            for _ in 0..<Self.pressesEach { try press(booth) }
            try carryOut(chore, booth)
            round += 1
            samples.append(Sample(time: .now(), bytes: try booth.anonymous()))
            say(samples, since: began, round, chore)
        }
        try booth.agent.stop(within: BenchBooth.patience)
        guard samples.count >= 8 else { throw RehearsalError("\(minutes) minutes are too few to tell") }
        return Self.figures(samples, presses: round * Self.pressesEach)
    }

    /// Plays one incident to its end: pressed, accepted, released, closed in the booth.
    private func press(_ booth: MemoryBooth) throws {
        try booth.board.write(line: "set help-1 on")
        let raised = try booth.platform.line(within: BenchBooth.patience) {
            $0.contains(EventType.incidentRaised.rawValue)
        }
        try booth.board.write(line: "set help-1 off")
        try booth.platform.line(within: BenchBooth.patience) { $0.contains(EventType.incidentRestored.rawValue) }
        let incident = raised.split(separator: " ").first { $0.hasPrefix("incident=") }?.dropFirst("incident=".count)
        guard let incident else { throw RehearsalError("the platform's line names no incident: \(raised)") }
        let status = try booth.command(["close", String(incident), "--outcome", "done"])
        guard status == .exited(0) else { throw RehearsalError("boothctl close: \(status)") }
    }

    private func carryOut(_ chore: Chore, _ booth: MemoryBooth) throws {
        switch chore {
        case .reports: try booth.makeReports()
        case .reload: booth.agent.send(signal: SIGHUP)
        case .walkTest:
            let test = try booth.start(["test"])
            poll(nil, 0, 500)
            // It exits with 1 and names the point if a point was not tested.
            _ = try test.stop(with: SIGINT, within: BenchBooth.patience)
            // A press before this line would still belong to the test.
            try booth.agent.line(on: .error, within: BenchBooth.patience) {
                $0.contains("walk test ended") || $0.contains("步行测试结束")
            }
        case .scan:
            // The scan borrows the bus and returns it, whatever it finds.
            _ = try booth.command(["modbus", "scan", "cabinet", "--units", "1-8"])
            try booth.board.write(line: "set help-1 off")
        case .follow:
            let followers = try (0..<3).map { _ in try booth.start(["--json", "events", "--follow"]) }
            try press(booth)
            for follower in followers { _ = try follower.stop(with: SIGINT, within: BenchBooth.patience) }
        }
    }

    private func say(_ samples: [Sample], since began: BootTime, _ round: Int, _ chore: Chore) {
        guard let last = samples.last else { return }
        let seconds = Int((last.time - began) / .seconds(1))
        let memory = Report.text(last.bytes, .mebibytes)
        let presses = round * Self.pressesEach
        StandardStream.error.write(line: "booth-bench: \(seconds) s, \(presses) presses, \(chore): \(memory)")
    }

    private static func figures(_ samples: [Sample], presses: Int) -> [Figure] {
        let quarter = samples.count / 4
        let second = Samples(samples[quarter..<2 * quarter].map(\.bytes)).median
        let last = Samples(samples.suffix(quarter).map(\.bytes)).median
        let name = Message(zh: "\(presses) 次按键、报表、重载、巡检", en: "\(presses) presses, reports, reloads, walk tests, scans")
        return [
            Figure(
                id: "soak-anonymous", name: Message(zh: "\(name.zh):匿名内存最多", en: "\(name.en): anonymous at the most"),
                value: samples.map(\.bytes).max() ?? 0, unit: .mebibytes, budget: .atMost(budget)),
            Figure(
                id: "soak-growth",
                name: Message(zh: "从第二个四分之一到最后一个的增加", en: "grown from the second quarter to the last"),
                value: max(0, last - second), unit: .mebibytes, budget: .atMost(growthBudget)),
            Figure(
                id: "soak-slope", name: Message(zh: "后四分之三的斜率(每小时)", en: "slope of the last three quarters, an hour"),
                value: max(0, slope(of: samples.dropFirst(quarter))), unit: .mebibytes),
        ]
    }

    /// The slope in MiB per hour, by least squares.
    private static func slope(of samples: ArraySlice<Sample>) -> Double {
        guard let first = samples.first else { return 0 }
        let hours = samples.map { ($0.time - first.time) / .seconds(3600) }
        let count = Double(samples.count)
        let (meanTime, meanBytes) = (hours.reduce(0, +) / count, samples.map(\.bytes).reduce(0, +) / count)
        let pairs = zip(hours, samples.map(\.bytes))
        let spread = hours.reduce(0) { $0 + ($1 - meanTime) * ($1 - meanTime) }
        guard spread > 0 else { return 0 }
        return pairs.reduce(0) { $0 + ($1.0 - meanTime) * ($1.1 - meanBytes) } / spread
    }
}
