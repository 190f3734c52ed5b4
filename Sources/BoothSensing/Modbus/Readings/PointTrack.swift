// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The last reading of one point of a bus, and the values not yet believed.
struct PointTrack {
    /// The last reading reported; nil before the first.
    private(set) var reading: Reading?
    /// The last state believed. At first, the last run's.
    private var state: PointState
    private var values: ValueWatch
    private var counter: CounterWatch

    /// - Parameters:
    ///   - memory: what the last run recorded.
    ///   - poll: from one read to the next.
    ///   - lasting: implausible reads in a row that make a fault; at least 2.
    init(_ memory: InputMemory, poll: Duration, lasting: Int) {
        state = memory.state
        values = ValueWatch(limit: lasting, stands: memory.isImplausible)
        counter = CounterWatch(from: memory.counter, poll: poll)
    }

    /// Applies a level: a bit, a register or a loop.
    mutating func read(_ word: UInt16, of point: PolledPoint, at instant: BootTime) -> [SensorReport] {
        let outcome = values.apply(word, of: point, at: instant)
        guard outcome == .believed, let state = point.state(of: word, after: state) else {
            return doubt(word, of: point, outcome, at: instant)
        }
        return believe(word, of: point, state, at: instant)
    }

    /// Applies a counter. Its presses come before its reading, so that the value is recorded together with the presses.
    mutating func count(_ word: UInt16, of point: PolledPoint, at instant: BootTime) -> [SensorReport] {
        var reports: [SensorReport] = []
        func presses(_ count: Int) -> [SensorReport] {
            count == 0 ? [] : [.counted(CountedPresses(point: point.id, count: count, value: Int(word), at: instant))]
        }
        let isLasting = values.isAllOnes(word, at: instant)
        switch counter.apply(word, plausible: point.source.plausible, isLasting: isLasting) {
        case .unconfirmed, .implausible: return doubt(word, of: point, values.doubt(at: instant), at: instant)
        case .counted(let count): reports = presses(count)
        case .broken(let count):
            reports = presses(count) + [.missed(MissedEdges(point: point.id, count: nil, at: instant))]
        }
        _ = values.believe(at: instant)
        return reports + believe(word, of: point, .normal, at: instant)
    }

    private mutating func believe(
        _ word: UInt16, of point: PolledPoint, _ state: PointState, at instant: BootTime
    ) -> [SensorReport] {
        self.state = state
        var reports: [SensorReport] = []
        if values.noteRest(at: instant) { reports.append(report(.found, of: point.id, at: instant)) }
        let latest = Reading(point: point.id, state: state, value: Int(word), quality: .good, at: instant)
        if let news = update(latest) { reports.append(news) }
        return reports
    }

    private mutating func doubt(
        _ word: UInt16, of point: PolledPoint, _ outcome: ValueWatch.Outcome, at instant: BootTime
    ) -> [SensorReport] {
        var reports: [SensorReport] = []
        if outcome == .faulty, values.noteFault() {
            reports.append(report(.lost(.implausible(word, of: point)), of: point.id, at: instant))
        }
        if let news = lose(point.id, to: .fault, at: instant) { reports.append(news) }
        return reports
    }

    /// Keeps the last state and value, with another quality.
    mutating func lose(_ point: PointID, to quality: Quality, at instant: BootTime) -> SensorReport? {
        values.interrupt()
        return update(
            Reading(
                point: point, state: reading?.state ?? .unknown, value: reading?.value, quality: quality, at: instant))
    }

    private mutating func update(_ latest: Reading) -> SensorReport? {
        if let reading, reading.state == latest.state, reading.value == latest.value, reading.quality == latest.quality
        {
            return nil
        }
        reading = latest
        return .reading(latest)
    }

    private func report(_ condition: DeviceReport.Condition, of point: PointID, at instant: BootTime) -> SensorReport {
        .device(DeviceReport(device: .value(of: point), condition: condition, at: instant))
    }
}
