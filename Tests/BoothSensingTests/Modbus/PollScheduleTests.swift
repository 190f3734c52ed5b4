// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Testing

@testable import BoothSensing

/// A bus on paper: units answer in 5 ms, or cost the timeout of 100 ms.
@Suite struct PollScheduleTests {
    private struct Run {
        /// When each unit was asked.
        var asked: [Int: [Duration]] = [:]
        /// When each unit was found lost.
        var lost: [Int: Duration] = [:]
    }

    private func run(
        units: Int, period: Duration, dead: (Int, Duration) -> Bool, for span: Duration
    ) -> Run {
        let points = (1...units).compactMap { unit in
            PolledPoint(
                PointConfiguration(
                    id: PointID(rawValue: "p\(unit)"), kind: .contact,
                    source: .modbus(
                        ModbusSource(bus: "bus", unit: unit, table: .coil, address: 0, poll: period)),
                    debounce: .zero, classification: nil), on: "bus")
        }
        let bus = ModbusBusConfiguration(
            name: "bus", transport: .serial(path: "/dev/ttyS0", baud: 9600, parity: .none, stopBits: 1),
            responseTimeout: .milliseconds(100))
        let start = BootTime(nanoseconds: 0)
        var schedule = PollSchedule(PollPlan(points, bus: bus), unitSilent: 3, start: start)
        var now = start
        var result = Run()
        while now - start < span {
            switch schedule.next(at: now, cost: { _ in .init(full: .milliseconds(100), least: .milliseconds(100)) }) {
            case .rest: return result
            case .wait(let instant): now = max(instant, now + .nanoseconds(1))
            case .request(let index, _):
                let unit = schedule.request(index).read.unit
                result.asked[unit, default: []].append(now - start)
                if dead(unit, now - start) {
                    now = now + .milliseconds(100)
                    let loss = schedule.missed(index, at: now, lateAnswer: .milliseconds(200))
                    if loss == .unit { result.lost[unit] = now - start }
                } else {
                    now = now + .milliseconds(5)
                    _ = schedule.answered(index, at: now)
                }
            }
        }
        return result
    }

    @Test("a live unit keeps its period, on a grid without drift")
    func grid() {
        let asked = run(units: 1, period: .milliseconds(200), dead: { _, _ in false }, for: .seconds(60)).asked[1]
        #expect(asked?.count == 300)
        #expect(asked?.last == .milliseconds(299 * 200))
    }

    @Test("live units keep their period within a tenth, however many are dead", arguments: [1, 10, 30])
    func deadUnits(dead: Int) {
        let run = run(units: dead + 1, period: .milliseconds(200), dead: { unit, _ in unit > 1 }, for: .seconds(120))
        let settled = (run.asked[1] ?? []).filter { $0 > .seconds(60) }
        #expect(abs(settled.count - 300) <= 30)
        #expect(run.lost.count == dead)
        for unit in 2...dead + 1 {
            let times = run.asked[unit] ?? []
            let gaps = zip(times, times.dropFirst()).map { $1 - $0 }
            #expect((gaps.max() ?? .zero) <= .seconds(10), "unit \(unit)")
        }
    }

    @Test("a live unit without any spare time is delayed by one timeout at a time")
    func noSpareTime() {
        let asked = run(units: 20, period: .milliseconds(50), dead: { unit, _ in unit > 1 }, for: .seconds(60)).asked[1]
        let gaps = zip(asked ?? [], (asked ?? []).dropFirst()).map { $1 - $0 }
        #expect((gaps.dropFirst(40).max() ?? .seconds(9)) <= .milliseconds(160))
    }

    @Test("a unit that comes back is polled at its period again")
    func recovery() {
        let run = run(
            units: 2, period: .milliseconds(200),
            dead: { unit, time in unit == 2 && time > .seconds(10) && time < .seconds(40) }, for: .seconds(80))
        #expect(run.lost[2].map { $0 < .seconds(12) } == true)
        #expect((run.asked[2] ?? []).filter { $0 > .seconds(50) }.count >= 149)
    }

    @Test("what a stall skipped is not made up for")
    func stall() {
        let run = run(
            units: 1, period: .milliseconds(10), dead: { _, time in time >= .seconds(1) && time < .milliseconds(1001) },
            for: .seconds(2))
        let after = (run.asked[1] ?? []).filter { $0 > .milliseconds(1100) }
        #expect(zip(after, after.dropFirst()).allSatisfy { $1 - $0 >= .milliseconds(10) })
    }
}
