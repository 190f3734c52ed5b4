// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus
import TestSupport

@testable import BoothSensing

/// A serial bus on paper: requests and answers take the wire's time, silent units cost what they are given, and an
/// answer after that is on the wire when it is on the wire: heard by whoever listens, lost where somebody talks.
struct PaperBus {
    struct Log {
        /// When each unit was asked.
        var asked: [Int: [Duration]] = [:]
        /// When each unit answered.
        var answered: [Int: [Duration]] = [:]
        /// When each unit was found lost, and found again.
        var lost: [Int: [Duration]] = [:]
        var found: [Int: [Duration]] = [:]

        /// From one of the unit's polls to the next.
        func periods(of unit: Int, after start: Duration = .zero) -> [Duration] {
            let times = (asked[unit] ?? []).filter { $0 >= start }
            return zip(times, times.dropFirst()).map { $1 - $0 }
        }

        func meanPeriod(of unit: Int, after start: Duration) -> Duration {
            let periods = periods(of: unit, after: start)
            return periods.isEmpty ? .seconds(1000) : periods.reduce(.zero, +) / periods.count
        }
    }

    /// An answer that nobody waits for any more.
    private struct LateFrame {
        var unit: Int
        var from: BootTime
        var to: BootTime
    }

    var baud = 9600
    var timeout = Duration.milliseconds(100)
    /// How long a unit takes to answer at a time; nil: silent.
    var answers: (Int, Duration) -> Duration?
    var random = SeededRandom(seed: 1)

    private(set) var log = Log()
    private var late: [LateFrame] = []

    init(baud: Int = 9600, timeout: Duration = .milliseconds(100), answers: @escaping (Int, Duration) -> Duration?) {
        self.baud = baud
        self.timeout = timeout
        self.answers = answers
    }

    var line: SerialLine { SerialLine(baud: baud) }

    var configuration: ModbusBusConfiguration {
        ModbusBusConfiguration(
            name: "bus", transport: .serial(path: "/dev/ttyS0", baud: baud, parity: .none, stopBits: 1),
            responseTimeout: timeout)
    }

    /// One coil of `unit`.
    static func point(
        _ unit: Int, every period: Duration, address: Int = 0, priority: Priority = .routine
    ) -> PolledPoint {
        let point = PolledPoint(
            PointConfiguration(
                id: PointID(rawValue: "p\(unit)-\(address)"), kind: .contact,
                source: .modbus(
                    ModbusSource(bus: "bus", unit: unit, table: .coil, address: address, poll: period)),
                debounce: .zero, classification: Classification(.help, .police, priority)), on: "bus")
        // nil only for a point that is not on that bus
        return point!
    }

    func price(of request: PollRequest) -> PollSchedule.Price {
        let wire = line.time(of: 13 + request.read.table.bytes(of: request.read.count)) + line.silenceBetweenFrames
        return PollSchedule.Price(full: wire + timeout, least: wire + min(timeout, .milliseconds(15)))
    }

    /// Polls `points` for `span`.
    mutating func run(_ points: [PolledPoint], for span: Duration) {
        let start = BootTime(nanoseconds: 5_000_000_000)
        var schedule = PollSchedule(PollPlan(points, bus: configuration), unitSilent: 3, start: start)
        var now = start
        while now - start < span {
            // What came while nobody listened is found when the line is flushed.
            hear(until: now, &schedule)
            switch schedule.next(at: now, cost: price) {
            case .rest: return
            case .wait(let instant):
                // The thread is woken a little late.
                now = max(instant, now) + .microseconds(Int64.random(in: 1...1000, using: &random))
            case .request(let index, let patience): now = make(index, patience, at: now, start, &schedule)
            }
        }
    }

    private mutating func make(
        _ index: Int, _ patience: Duration?, at now: BootTime, _ start: BootTime, _ schedule: inout PollSchedule
    ) -> BootTime {
        let request = schedule.request(index)
        let unit = request.read.unit
        log.asked[unit, default: []].append(now - start)
        let sent = now + line.time(of: 8)
        let end = now + (patience ?? price(of: request).full)
        var isGarbled = collide(from: now, to: sent)
        if !isGarbled, let delay = answers(unit, now - start) {
            let from = sent + delay + line.silenceBetweenFrames
            let to = from + line.time(of: 5 + request.read.table.bytes(of: request.read.count))
            if to > end {
                late.append(LateFrame(unit: unit, from: from, to: to))
            } else {
                isGarbled = collide(from: from, to: to)
                if !isGarbled {
                    log.answered[unit, default: []].append(to - start)
                    if schedule.answered(index, at: to) { log.found[unit, default: []].append(to - start) }
                    hear(until: to, &schedule)
                    return to + line.silenceBetweenFrames
                }
            }
        }
        let loss = schedule.missed(index, at: end, lateAnswer: timeout * 2 + line.time(of: 256))
        if loss == .unit { log.lost[unit, default: []].append(end - start) }
        hear(until: end, &schedule)
        return end
    }

    /// Whether a late frame is on the wire then; it is lost with what it meets.
    private mutating func collide(from: BootTime, to: BootTime) -> Bool {
        let before = late.count
        late.removeAll { $0.from < to && from < $0.to }
        return late.count < before
    }

    private mutating func hear(until now: BootTime, _ schedule: inout PollSchedule) {
        for frame in late where frame.to <= now { schedule.heard(unit: frame.unit) }
        late.removeAll { $0.to <= now }
    }
}
