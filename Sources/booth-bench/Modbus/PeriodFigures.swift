// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus
import Rehearsal

/// How often a unit that answers is asked, among units that do not: the period asked for is 1.
///
/// All programs run at the same time, each on a wire of its own, so that what else the machine does meets all of them.
struct PeriodFigures {
    private static let silent = [0, 1, 7, 31]
    /// Enough for a program that takes many seconds for a round; the longest that is waited for them.
    private static let leastCalls = 4
    private static let patience = Duration.seconds(90)

    let contest: Contest
    let spans: ContestSpans

    func measure() throws -> [Comparison] {
        try Self.silent.map(measure(silent:))
    }

    private func measure(silent: Int) throws -> Comparison {
        let task = SerialTask(units: silent + 1, answering: 1)
        let name = "period-\(silent)"
        let line = SerialLine()
        var contestants = [try contest.startAgent(on: line, task, named: name)]
        for peer in contest.peers { contestants.append(try contest.start(peer, on: line, task, named: name)) }
        let begin = try contest.waitUntilSteady(contestants, spans.settling)
        sleep(until: begin + spans.periods)
        let sides = try contestants.map { try side(of: $0, since: begin) }
        for contestant in contestants { try contestant.stop() }
        return Comparison(
            id: "modbus-period-\(silent)-silent",
            name: Message(
                zh: "在线单元的轮询间隔 ÷ 200 ms,另有 \(silent) 个不应答", en: "live unit's period by 200 ms, beside \(silent) silent"),
            unit: .ratio, ours: sides[0], baselines: contest.baselines(Array(sides.dropFirst())))
    }

    private func side(of contestant: Contestant, since begin: BootTime) throws -> Comparison.Side {
        guard let log = contestant.log,
            log.wait(for: Self.leastCalls, to: 1, since: begin, within: Self.patience)
        else { throw RehearsalError("\(contestant.name.en) asked the unit less than \(Self.leastCalls) times") }
        let calls = log.calls(from: begin, to: .now()).filter { $0.unit == 1 }.map(\.at)
        let periods = zip(calls, calls.dropFirst()).map { earlier, later in
            Double((later - earlier).nanoseconds) / Double(PollingTask.period.nanoseconds)
        }
        let samples = Samples(periods)
        return Comparison.Side(name: contestant.name, value: samples.mean, samples: samples)
    }
}
