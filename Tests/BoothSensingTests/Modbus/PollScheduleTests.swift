// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus
import TestSupport
import Testing

@testable import BoothSensing

@Suite struct PollScheduleTests {
    private static let quick = Duration.milliseconds(5)

    private func points(_ units: ClosedRange<Int>, every period: Duration) -> [PolledPoint] {
        units.map { PaperBus.point($0, every: period) }
    }

    @Test("a live unit keeps its period, on a grid without drift")
    func grid() {
        var bus = PaperBus { _, _ in Self.quick }
        bus.run(points(1...1, every: .milliseconds(200)), for: .seconds(60))
        #expect(bus.log.asked[1]?.count == 300)
        #expect((bus.log.asked[1]?.last ?? .zero) - .milliseconds(299 * 200) <= .milliseconds(1))
    }

    @Test(
        "each poll of a live unit is within a tenth of its period, from the first on, however many are dead",
        arguments: [0, 1, 7, 31], [(200, 100), (100, 100), (200, 300), (50, 100)])
    func deadUnits(dead: Int, times: (Int, Int)) {
        let period = Duration.milliseconds(times.0)
        var bus = PaperBus(timeout: .milliseconds(times.1)) { unit, _ in unit == 1 ? Self.quick : nil }
        bus.run(points(1...dead + 1, every: period), for: .seconds(120))
        let periods = bus.log.periods(of: 1)
        // Gaps of 23 ms are shorter than the shortest probe: now and then a poll waits for one.
        if times.0 > 50 { #expect(periods.allSatisfy { $0 >= period * 0.9 && $0 <= period * 1.1 }) }
        #expect(bus.log.meanPeriod(of: 1, after: .zero) <= period * 1.1)
        for unit in 1..<dead + 1 {
            #expect(bus.log.lost[unit + 1]?.count == 1, "unit \(unit + 1)")
            #expect(
                (bus.log.periods(of: unit + 1, after: times.0 > 50 ? .zero : .seconds(30)).max() ?? .seconds(99))
                    <= .seconds(10), "unit \(unit + 1)")
        }
    }

    @Test("a bus that is full keeps its live units' mean period within a tenth", arguments: [7, 10], [1, 24])
    func fullBus(live: Int, dead: Int) {
        let period = Duration.milliseconds(200)
        var alone = PaperBus { _, _ in Self.quick }
        alone.run(points(1...live, every: period), for: .seconds(120))
        var bus = PaperBus { unit, _ in unit <= live ? Self.quick : nil }
        bus.run(points(1...live + dead, every: period), for: .seconds(120))
        for unit in 1...live {
            let most = alone.log.meanPeriod(of: unit, after: .seconds(10)) * 1.1
            #expect(bus.log.meanPeriod(of: unit, after: .seconds(10)) <= most, "unit \(unit)")
        }
        for unit in live + 1...live + dead {
            #expect(
                (bus.log.periods(of: unit, after: .seconds(60)).max() ?? .seconds(99)) <= .seconds(live > 7 ? 16 : 13),
                "unit \(unit)")
        }
    }

    @Test("between two probes that live units wait for there is a live round")
    func rounds() {
        var bus = PaperBus { unit, _ in unit <= 10 ? Self.quick : nil }
        bus.run(points(1...18, every: .milliseconds(200)), for: .seconds(60))
        let all = bus.log.asked.flatMap { unit, times in times.map { (unit, $0) } }.sorted { $0.1 < $1.1 }
        let settled = all.drop { $0.1 < .seconds(20) }
        let probes = settled.indices.filter { settled[$0].0 > 10 }
        #expect(probes.count > 10)
        #expect(zip(probes, probes.dropFirst()).allSatisfy { $1 - $0 > 10 })
    }

    @Test(
        "on a bus that is too slow for its plan urgent points keep their period, and none starves", arguments: [6, 20])
    func priorities(others: Int) {
        let period = Duration.milliseconds(200)
        let urgent = [
            PaperBus.point(30, every: period, priority: .help), PaperBus.point(31, every: period, priority: .help),
        ]
        var bus = PaperBus { _, _ in .milliseconds(10) }
        bus.run(points(1...others, every: period) + urgent, for: .seconds(60))
        for unit in [30, 31] {
            #expect(bus.log.meanPeriod(of: unit, after: .seconds(10)) <= period * 1.1)
        }
        for unit in 1...others {
            #expect(
                (bus.log.periods(of: unit, after: .seconds(10)).max() ?? .seconds(99)) <= .seconds(6.5), "unit \(unit)")
        }
    }

    @Test("a unit that comes back is seen within the stated time", arguments: [1, 7, 31, 120], 0..<4)
    func recovery(dead: Int, seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let back = Duration.milliseconds(Int.random(in: 150_000...165_000, using: &random))
        var bus = PaperBus { unit, time in unit == 1 || (unit == 2 && time > back) ? Self.quick : nil }
        bus.run(points(1...dead + 1, every: .milliseconds(200)), for: .seconds(200))
        let found = bus.log.found[2]?.first ?? .seconds(999)
        // Probes of 33 ms and of 118 ms in gaps of 171 ms: half of the bus's time at least.
        let cut = (Duration.milliseconds(33) * 15 + .milliseconds(118)) / 16
        #expect(found - back <= .milliseconds(8500) + cut * dead * 2)
        let polls = (bus.log.answered[2] ?? []).filter { $0 > found && $0 <= found + .seconds(10) }
        #expect(abs(polls.count - 50) <= 1)
    }

    @Test("247 units of which one answers: it keeps its period, and the others have their turn")
    func wholeBus() {
        var bus = PaperBus { unit, _ in unit == 1 ? Self.quick : nil }
        bus.run(points(1...247, every: .milliseconds(200)), for: .seconds(220))
        #expect(bus.log.periods(of: 1).allSatisfy { abs(($0 - .milliseconds(200)).milliseconds) <= 20 })
        for unit in 2...247 {
            #expect(bus.log.lost[unit]?.count == 1)
            #expect((bus.log.periods(of: unit, after: .seconds(130)).max() ?? .seconds(99)) <= .seconds(16))
        }
    }

    @Test(
        "a unit that is slower than any gap is found by its late answers, and not lost for it",
        arguments: [45, 50, 55, 60, 65, 70, 75, 80, 85, 90], [7, 0])
    func slowUnit(answer: Int, dead: Int) {
        let slow = PaperBus.point(2, every: .seconds(1))
        var bus = PaperBus { unit, _ in unit == 1 ? Self.quick : unit == 2 ? .milliseconds(answer) : nil }
        let others = dead == 0 ? [] : points(3...2 + dead, every: .milliseconds(100))
        bus.run(points(1...1, every: .milliseconds(100)) + [slow] + others, for: .seconds(60))
        #expect((bus.log.answered[2]?.first ?? .seconds(99)) <= .seconds(11))
        #expect((bus.log.answered[2] ?? []).count >= 48)
        #expect(bus.log.lost[2] == nil)
        #expect(bus.log.meanPeriod(of: 1, after: .zero) <= .milliseconds(110))
    }

    @Test("a unit that misses now and then is never lost, and keeps its points fresh", arguments: 0..<4)
    func flakyUnit(seed: UInt64) {
        // Every fifth poll at random, which three times in a row is one in 125.
        var random = SeededRandom(seed: seed)
        var inARow = 0
        var bus = PaperBus { unit, _ in
            guard unit <= 2 else { return nil }
            guard unit == 2, inARow < 2, Int.random(in: 0..<5, using: &random) == 0 else {
                if unit == 2 { inARow = 0 }
                return Self.quick
            }
            inARow += 1
            return nil
        }
        bus.run(points(1...10, every: .milliseconds(200)), for: .seconds(60))
        #expect(bus.log.lost[2] == nil)
        let answered = bus.log.answered[2] ?? []
        #expect((zip(answered, answered.dropFirst()).map { $1 - $0 }.max() ?? .seconds(99)) <= .seconds(3))
    }

    @Test("what a stall skipped is not made up for")
    func stall() {
        var stalled = false
        var bus = PaperBus { _, time in
            guard time >= .seconds(1), !stalled else { return Self.quick }
            stalled = true
            return .milliseconds(95)
        }
        bus.run(points(1...1, every: .milliseconds(60)), for: .seconds(2))
        let after = bus.log.periods(of: 1, after: .milliseconds(1250))
        #expect(after.count == 12)
        #expect(after.allSatisfy { $0 >= .milliseconds(58) })
    }
}
