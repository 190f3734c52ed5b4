// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus
import Rehearsal

/// How often an answering unit is polled among silent units. The wanted period is 1.
///
/// All programs run at the same time, each with its own wire, so other work on the machine affects all of them.
struct PeriodFigures {
    private static let silent = [0, 1, 7, 31]
    /// The fewest polls to wait for, because a program may need many seconds for a round; and the longest wait for
    /// them.
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
