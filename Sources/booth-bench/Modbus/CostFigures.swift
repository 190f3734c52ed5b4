// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus
import Rehearsal

/// The cost of polling four units on a serial line every 200 ms. Compared with the loop, and with an agent that polls
/// one unit once an hour, because an agent needs at least one point.
struct CostFigures {
    private static let units = 4
    private static let idle = Message(zh: "boothd,每小时轮询一次", en: "boothd, one poll an hour")

    let contest: Contest
    let spans: ContestSpans

    func measure() throws -> [Comparison] {
        let task = SerialTask(units: Self.units, answering: Self.units)
        var contestants = [try contest.startAgent(on: SerialLine(), task, named: "cost"), try startIdleAgent()]
        for peer in contest.peers where peer.peer == .libmodbus {
            contestants.append(try contest.start(peer, on: SerialLine(), task, named: "cost"))
        }
        let begin = try contest.waitUntilSteady(contestants, min(spans.settling, .seconds(5)))
        let files = contestants.map { ProcessFiles(processID: $0.program.processID) }
        let before = try files.map { try $0.processorNanoseconds() }
        sleep(until: begin + spans.processor)
        let used = zip(try files.map { try $0.processorNanoseconds() }, before).map { Double($0 - $1) }
        let span = Double((BootTime.now() - begin).nanoseconds)
        let figures = [
            compared(
                "processor", Message(zh: "4 单元 × 200 ms:占一核", en: "4 units × 200 ms: of a core"), .percent, contestants,
                used.map { $0 / span * 100 }),
            compared(
                "resident", Message(zh: "4 单元 × 200 ms:常驻内存", en: "4 units × 200 ms: resident memory"), .mebibytes,
                contestants, try files.map { try mebibytes($0, "Rss") }),
            compared(
                "anonymous", Message(zh: "4 单元 × 200 ms:其中匿名", en: "4 units × 200 ms: of it anonymous"), .mebibytes,
                contestants, try files.map { try mebibytes($0, "Anonymous") }),
        ]
        for contestant in contestants { try contestant.stop() }
        return figures
    }

    private func startIdleAgent() throws -> Contestant {
        let gateways = try Gateways(1)
        let task = PollingTask(link: .tcp(ports: gateways.ports), units: 1, period: .seconds(3600))
        let agent = try contest.startAgent(task, named: "cost-idle", units: gateways, log: gateways.log)
        return Contestant(name: Self.idle, isAgent: true, program: agent.program, log: nil, company: agent.company)
    }

    /// - Parameter values: one for each contestant, in the same order.
    private func compared(
        _ id: String, _ name: Message, _ unit: Figure.Unit, _ contestants: [Contestant], _ values: [Double]
    ) -> Comparison {
        let sides = zip(contestants, values).map { Comparison.Side(name: $0.name, value: $1) }
        return Comparison(
            id: "modbus-\(id)", name: name, unit: unit, ours: sides[0],
            baselines: [.measured(sides[1])] + contest.baselines(Array(sides.dropFirst(2)), of: [.libmodbus]))
    }

    private func mebibytes(_ files: ProcessFiles, _ name: String) throws -> Double {
        Double(try files.memory(name)) / 1_048_576
    }
}
