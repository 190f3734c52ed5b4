// SPDX-License-Identifier: Apache-2.0
import BoothCore
import BoothModel
import Glibc
import Rehearsal

/// The rules without disk or network: the time for a year, and whether they get slower as a booth grows.
struct RulesFigures {
    private static let openIncidents = 10_000

    private let days: Int
    private let rounds: Int

    /// - Parameter isQuick: only a month and few repetitions, to see that it runs.
    init(isQuick: Bool) {
        days = isQuick ? 30 : 365
        rounds = isQuick ? 200 : 2000
    }

    func measure() throws -> (figures: [Figure], comparisons: [Comparison]) {
        // Measure memory first. Later the allocator would reuse memory that was freed before.
        let memory = try measureMemory()
        var year = BusyYear()
        try year.run(days: days)
        return (figures(of: year) + [memory], [encoding(year)] + growthWithPoints() + growthWithIncidents() + lamp())
    }

    // MARK: The year

    private func figures(of year: BusyYear) -> [Figure] {
        let inputs = Samples(year.microseconds)
        let counts = "\(inputs.count), \(year.events), \(year.incidents), \(year.tasks)"
        return [
            Figure(
                id: "rules-year",
                name: Message(
                    zh: "规则:\(days) 天(输入、事件、警情、任务:\(counts))",
                    en: "rules: \(days) days (inputs, events, incidents, tasks: \(counts))"),
                value: year.seconds, unit: .seconds),
            Figure(
                id: "rules-input", name: Message(zh: "规则:一个输入(最差)", en: "rules: an input (worst)"),
                value: inputs.worst, unit: .microseconds, samples: inputs, sampleUnit: .microseconds),
            Figure(
                id: "rules-rate", name: Message(zh: "规则:每秒事件", en: "rules: events a second"),
                value: Double(year.events) / year.seconds, unit: .eventsPerSecond),
        ]
    }

    private func encoding(_ year: BusyYear) -> Comparison {
        let encoding = Samples(year.encoding)
        return Comparison(
            id: "rules-event", name: Message(zh: "规则:平均每个事件", en: "rules: an event, mean"),
            unit: .microseconds, ours: .init(name: Self.agent, value: year.seconds * 1e6 / Double(year.events)),
            baselines: [
                .measured(
                    .init(
                        name: Message(zh: "把它编成 JSON", en: "encoding it to JSON"), value: encoding.mean,
                        samples: encoding))
            ])
    }

    private func measureMemory() throws -> Figure {
        let files = ProcessFiles(processID: getpid())
        let before = try files.memory("Anonymous")
        let life = IncidentLife(points: 24, open: Self.openIncidents)
        let grown = try files.memory("Anonymous") - before
        withExtendedLifetime(life) {}
        return Figure(
            id: "rules-memory", name: Message(zh: "规则:每起未结警情的内存", en: "rules: memory of an open incident"),
            value: Double(grown) / Double(Self.openIncidents), unit: .bytes)
    }

    // MARK: Growth

    private static let agent = Message(zh: "规则", en: "rules")

    private func growthWithPoints() -> [Comparison] {
        let sizes = [10, 64, 1000]
        var lives = sizes.map { IncidentLife(points: $0, open: 0) }
        for _ in 0..<rounds {
            for index in lives.indices {
                lives[index].live()
                lives[index].collectLetters()
                lives[index].showFaultLamp()
            }
        }
        let (presses, boxes) = (lives.map(\.press), lives.map(\.collection))
        let points = { (count: Int) in Message(zh: "\(count) 个点", en: "\(count) points") }
        return compare("points-press", Message(zh: "按一次钮", en: "a press"), sizes, points, presses)
            + compare("points-box", Message(zh: "开关信箱", en: "the box opened and closed"), sizes, points, boxes)
            + compare(
                "points-fault-lamp", Message(zh: "故障灯", en: "the fault lamp"), sizes, points, lives.map(\.faultLamp))
    }

    private func growthWithIncidents() -> [Comparison] {
        let sizes = [0, 100, 1000, 10_000]
        var lives = sizes.map { IncidentLife(points: 24, open: $0) }
        for _ in 0..<rounds {
            for index in lives.indices { lives[index].live() }
        }
        let open = { (count: Int) in Message(zh: "\(count) 起未结", en: "\(count) open incidents") }
        return compare("open-press", Message(zh: "按一次钮", en: "a press"), sizes, open, lives.map(\.press))
            + compare(
                "open-life", Message(zh: "一起警情从头到尾", en: "an incident's whole life"), sizes, open, lives.map(\.whole))
    }

    private func lamp() -> [Comparison] {
        let sizes = [1, 100, 10_000]
        var lives = sizes.map { LampLife(waiting: $0) }
        for _ in 0..<rounds {
            for index in lives.indices { lives[index].pass() }
        }
        let waiting = { (count: Int) in Message(zh: "\(count) 次待答", en: "\(count) waiting") }
        return compare("lamp", Message(zh: "求助灯", en: "the help lamp"), sizes, waiting, lives.map(\.passes))
    }

    /// Compares each size with the smallest. Uses the median, which other work on the machine changes least.
    private func compare(
        _ id: String, _ name: Message, _ sizes: [Int], _ size: (Int) -> Message, _ microseconds: [[Double]]
    ) -> [Comparison] {
        let samples = microseconds.map(Samples.init)
        let smallest = Comparison.Side(name: size(sizes[0]), value: samples[0].median, samples: samples[0])
        return zip(sizes, samples).dropFirst().map { count, samples in
            let words = size(count)
            return Comparison(
                id: "rules-\(id)-\(count)",
                name: Message(zh: "\(name.zh),\(words.zh)", en: "\(name.en), \(words.en)"), unit: .microseconds,
                ours: .init(name: Self.agent, value: samples.median, samples: samples),
                baselines: [.measured(smallest)])
        }
    }
}
