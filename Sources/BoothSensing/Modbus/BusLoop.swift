// SPDX-License-Identifier: Apache-2.0
import BlockingIO
import BoothModel
import Modbus

/// A bus's own thread: makes the request that is due, and tells what came of it. Made and used on that thread.
final class BusLoop {
    enum Letter: Sendable {
        case stop
        case prove(Pulse)
        case read(ReadRequest, @Sendable (Result<[UInt16], ModbusError>) -> Void)
        case lend(DeviceFault, @Sendable () -> Void)
        case takeBack
    }

    private let configuration: ModbusBusConfiguration
    private let points: [PolledPoint]
    private let mailbox: Mailbox<Letter>
    private let deliver: ([SensorReport]) -> Void
    private var schedule: PollSchedule
    private var readings: PointReadings
    private var link: BusLink
    private var isLost = false
    private var isStopped = false
    private var isLent = false

    init(
        _ configuration: ModbusBusConfiguration, _ points: [PolledPoint], unitSilent: Int,
        remembered: [PointID: Int], mailbox: Mailbox<Letter>, deliver: @escaping ([SensorReport]) -> Void
    ) {
        self.configuration = configuration
        self.points = points
        self.mailbox = mailbox
        self.deliver = deliver
        schedule = PollSchedule(PollPlan(points), unitSilent: unitSilent, start: .now())
        readings = PointReadings(lasting: unitSilent, remembered: remembered)
        link = BusLink(configuration)
    }

    func run() {
        while !isStopped {
            let now = BootTime.now()
            guard !isLent else {
                sleep(until: nil)
                continue
            }
            switch schedule.next(at: now, cost: { link.answerTime(of: $0) }) {
            case .rest: sleep(until: nil)
            case .wait(let instant): sleep(until: instant)
            case .request(let index):
                if let instant = link.retryAt, instant > now {
                    sleep(until: instant)
                } else {
                    make(index)
                    sleep(until: now)
                }
            }
        }
    }

    /// Sleeps, and looks whether the bus is to stop.
    private func sleep(until instant: BootTime?) {
        for letter in mailbox.wait(milliseconds: instant?.millisecondsAway()) {
            switch letter {
            case .stop: isStopped = true
            // The last step of a round: what was due has been asked.
            case .prove(let pulse): pulse.beat()
            case .read(let request, let answer): answer(read(request))
            case .lend(let why, let lent):
                isLent = true
                link = BusLink(configuration)
                deliver(busLost(why, at: .now()))
                lent()
            case .takeBack: isLent = false
            }
        }
    }

    private func read(_ request: ReadRequest) -> Result<[UInt16], ModbusError> {
        switch link.ask(request) {
        case .words(let words): .success(words)
        case .nothing(let error, _), .down(let error): .failure(error)
        case .refused: .failure(ModbusError(.read(request.table), code: 112_345_680))
        case .broken: .failure(ModbusError(.read(request.table), code: 104))
        }
    }

    private func make(_ index: Int) {
        let request = schedule.request(index)
        let outcome = link.ask(request.read)
        let now = BootTime.now()
        var reports: [SensorReport] = []
        if case .down = outcome {} else { reports += busFound(at: now) }
        switch outcome {
        case .words(let words):
            reports += unitAnswered(index, at: now)
            reports += readings.take(words, for: request, at: now)
        case .refused:
            reports += unitAnswered(index, at: now)
            reports += refused(index, request, at: now)
        case .nothing(let error, let lateAnswer):
            reports += missed(index, request, error, lateAnswer, at: now)
        case .broken: break
        case .down(let error): reports += busLost(error, at: now)
        }
        if !reports.isEmpty { deliver(reports) }
    }

    private func unitAnswered(_ index: Int, at now: BootTime) -> [SensorReport] {
        guard schedule.answered(index, at: now) else { return [] }
        return [report(.unit(schedule.request(index).read.unit, of: configuration.name), .found, at: now)]
    }

    /// A merged request is refused for the sake of one address: asked one by one, only that one is marked.
    private func refused(_ index: Int, _ request: PollRequest, at now: BootTime) -> [SensorReport] {
        guard request.read.count > 1 else { return readings.lose(request.points, to: .fault, at: now) }
        schedule.split(index, at: now)
        return []
    }

    private func missed(
        _ index: Int, _ request: PollRequest, _ error: ModbusError, _ lateAnswer: Duration, at now: BootTime
    ) -> [SensorReport] {
        let unit = request.read.unit
        switch schedule.missed(index, at: now, lateAnswer: lateAnswer) {
        case nil: return []
        case .request: return readings.lose(request.points, to: .stale, at: now)
        case .unit:
            let fault = DeviceFault.unit(unit, of: configuration.name, error)
            return [report(.unit(unit, of: configuration.name), .lost(fault), at: now)]
                + readings.lose(schedule.points(of: unit), to: .stale, at: now)
        }
    }

    private func busFound(at now: BootTime) -> [SensorReport] {
        guard isLost else { return [] }
        isLost = false
        schedule.restart(at: now)
        return [report(.bus(configuration.name), .found, at: now)]
    }

    private func busLost(_ error: ModbusError, at now: BootTime) -> [SensorReport] {
        isLost ? [] : busLost(.bus(configuration.transport, error), at: now)
    }

    private func busLost(_ fault: DeviceFault, at now: BootTime) -> [SensorReport] {
        isLost = true
        return [report(.bus(configuration.name), .lost(fault), at: now)]
            + readings.lose(points, to: .stale, at: now)
    }

    private func report(_ device: DeviceID, _ condition: DeviceReport.Condition, at now: BootTime) -> SensorReport {
        .device(DeviceReport(device: device, condition: condition, at: now))
    }
}
