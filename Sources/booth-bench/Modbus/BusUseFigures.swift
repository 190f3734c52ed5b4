// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus
import Rehearsal

/// The used share of a wire's time when there is always a request to make. Four units answer. They are polled as often
/// as the agent's configuration allows, and by the loop without a pause.
///
/// The wire's limit is one read after the other: the request, the silence that ends it, the answer, and the silence
/// after the answer.
struct BusUseFigures {
    private static let units = 4
    private static let speeds = [9600, 115_200]

    let contest: Contest
    let spans: ContestSpans

    func measure() throws -> [Comparison] {
        try Self.speeds.flatMap(measure(baud:))
    }

    private func measure(baud: Int) throws -> [Comparison] {
        let line = SerialLine(baud: baud)
        var task = SerialTask(units: Self.units, answering: Self.units, period: nil)
        let name = "use-\(baud)"
        let ours = try observe(try contest.startAgent(on: line, task, named: name), line)
        var loops: [Observed] = []
        if let loop = contest.peers.first(where: { $0.peer == .libmodbus }) {
            loops.append(try observe(try contest.start(loop, on: line, task, named: name), line))
            task.keepsSilence = true
            loops.append(try observe(try contest.start(loop, on: line, task, named: name), line))
        }
        func compared(_ id: String, _ name: Message, _ side: (Observed) -> Comparison.Side) -> Comparison {
            var baselines = contest.baselines(loops.prefix(1).map(side), of: [.libmodbus])
            for silent in loops.dropFirst().map(side) {
                baselines.append(.measured(.init(name: Self.silenceKept(silent.name), value: silent.value)))
            }
            return Comparison(
                id: "modbus-\(id)-\(baud)", name: name, unit: .percent, ours: side(ours), baselines: baselines)
        }
        return [
            compared("bus-use", Message(zh: "总线利用率,\(baud) Bd", en: "use of the wire at \(baud) Bd"), \.use),
            compared(
                "early", Message(zh: "未等够帧间静默的请求,\(baud) Bd", en: "requests before the silence was over, \(baud) Bd"),
                \.early),
        ]
    }

    private static func silenceKept(_ name: Message) -> Message {
        Message(zh: "\(name.zh),等够静默", en: "\(name.en), silence kept")
    }

    private struct Observed {
        let use: Comparison.Side
        let early: Comparison.Side
    }

    private func observe(_ contestant: Contestant, _ line: SerialLine) throws -> Observed {
        let begin = try contest.waitUntilSteady([contestant], min(spans.settling, .seconds(2)))
        sleep(until: begin + spans.throughput)
        let calls = (contestant.log?.calls(from: begin, to: begin + spans.throughput) ?? []).filter(\.isAnswered)
        try contestant.stop()
        let busy = Double(SerialWire.exchange(on: line).nanoseconds) * Double(calls.count)
        let share = busy / Double(spans.throughput.nanoseconds) * 100
        let early = Double(calls.count { $0.isEarly }) / Double(max(1, calls.count)) * 100
        return Observed(
            use: Comparison.Side(name: contestant.name, value: share),
            early: Comparison.Side(name: contestant.name, value: early))
    }
}
