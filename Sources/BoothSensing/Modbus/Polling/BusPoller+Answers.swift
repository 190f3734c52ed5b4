// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Modbus

// Applies the answer to a request: readings, devices lost and found, and when to ask again.
extension BusPoller {
    /// Applies the answer to the current request; returns reports, oldest first.
    mutating func apply(_ answer: BusAnswer, within span: Duration, at now: BootTime) -> [SensorReport] {
        guard let purpose else { return [] }
        self.purpose = nil
        switch answer {
        case .down(let error, let retryAt): return connectionFailed(purpose, error, retryAt, at: now)
        case .broken: return connectionBroke(purpose, at: now)
        case .words, .exception, .nothing: retryAt = nil
        }
        if isHeldUp(purpose, answer, within: span, at: now) { return [] }
        let found = busFound(at: now)
        switch purpose {
        case .poll(let index): return found + polled(index, answer, within: span, at: now)
        case .proof(let index, let read): return found + proved(index, read, answer, within: span, at: now)
        case .output(let write): return found + wrote(write, answer, at: now)
        case .errand(let errand):
            ran(errand, answer, at: now)
            return found
        }
    }

    /// Frames of units that were not asked just now: they answer late, but they live.
    mutating func heard(_ units: Set<Int>, at now: BootTime) {
        for unit in units { schedule.heard(unit: unit) }
        lateUnits.formUnion(units)
    }

    private mutating func polled(
        _ index: Int, _ answer: BusAnswer, within span: Duration, at now: BootTime
    ) -> [SensorReport] {
        let request = schedule.request(index)
        switch answer {
        case .words(let words):
            schedule.accepted(index)
            return answered(index, at: now) + accepted(request, at: now)
                + readings.apply(words, for: request.ofInputs, at: now) + readBack(words, request, at: now)
        case .exception(let code, let error):
            switch code {
            case 1...3: return answered(index, at: now) + refused(index, request, error, at: now)
            case 5, 6: return busy(index, request, error, at: now)
            default: return missed(index, error, lateAnswer: .zero, at: now)
            }
        case .nothing(let error):
            return missed(index, error, lateAnswer: prices.lateness(of: request.read, after: span), at: now)
        case .broken, .down: return []
        }
    }

    private mutating func proved(
        _ index: Int, _ read: ReadRequest, _ answer: BusAnswer, within span: Duration, at now: BootTime
    ) -> [SensorReport] {
        switch answer {
        case .words(let words):
            guard let expected = guards.apply(words.first, of: read.unit, at: now) else {
                schedule.proved(at: now)
                return []
            }
            // Another unit answers, so treat this unit as silent.
            let fault = DeviceFault.wrongGuard(read, of: configuration.name, expected)
            return lose(index, fault, lateAnswer: .zero, asked: read, at: now)
        case .exception(_, let error) where error.exception.map({ $0 <= 3 }) == true:
            return lose(
                index, .refusedGuard(read, of: configuration.name, error), lateAnswer: .zero, asked: read, at: now)
        case .exception(_, let error): return missed(index, error, lateAnswer: .zero, asked: read, at: now)
        case .nothing(let error):
            return missed(index, error, lateAnswer: prices.lateness(of: read, after: span), asked: read, at: now)
        case .broken, .down: return []
        }
    }

    private mutating func answered(_ index: Int, at now: BootTime) -> [SensorReport] {
        let unit = schedule.request(index).read.unit
        let wasLost = schedule.answered(index, at: now)
        ledger.note(schedule.state(of: unit), of: unit)
        lateUnits.remove(unit)
        unitFaults[unit] = nil
        return wasLost ? [report(.unit(unit, of: configuration.name), .found, at: now)] : []
    }

    /// A merged request was refused because of one address. It is split, so that only that address is marked.
    private mutating func refused(
        _ index: Int, _ request: PollRequest, _ error: ModbusError, at now: BootTime
    ) -> [SensorReport] {
        guard !request.canSplit else {
            schedule.split(index, at: now)
            return []
        }
        guard schedule.refusedOne(index, at: now) else { return [] }
        let unread = request.points.compactMap(\.output).flatMap { outputs.unread($0, error, at: now) }
        let news = request.inputs.filter { refusedPoints.insert($0.id).inserted }
        return unread + readings.lose(request.inputs, to: .fault, at: now)
            + news.map { report(.address(of: $0.id), .lost(.refusedAddress($0, error)), at: now) }
    }

    /// The unit gave values, so it is not busy, and it has these addresses.
    private mutating func accepted(_ request: PollRequest, at now: BootTime) -> [SensorReport] {
        let unit = request.read.unit
        var found: [SensorReport] = []
        let wasBusy = busyRequests[unit]?.remove(request.read) != nil && busyRequests[unit]?.isEmpty == true
        if lostSinceLastRun.remove(unit) != nil || wasBusy {
            busyRequests[unit] = nil
            found.append(report(.unit(unit, of: configuration.name), .found, at: now))
        }
        guard !refusedPoints.isEmpty else { return found }
        let points = request.inputs.filter { refusedPoints.remove($0.id) != nil }
        return found + points.map { report(.address(of: $0.id), .found, at: now) }
    }

    /// A unit that is busy in every poll gives no values. It is treated like a silent one.
    private mutating func busy(
        _ index: Int, _ request: PollRequest, _ error: ModbusError, at now: BootTime
    ) -> [SensorReport] {
        let unit = request.read.unit
        let (wasLost, loss) = schedule.busy(index, at: now)
        ledger.note(schedule.state(of: unit), of: unit)
        // A unit that was silent and is now busy stays lost until it gives values.
        if wasLost { busyRequests[unit, default: []].insert(request.read) }
        guard loss != nil else { return [] }
        let stale = readings.lose(request.inputs, to: .stale, at: now)
        let isNews = busyRequests[unit]?.isEmpty ?? true
        busyRequests[unit, default: []].insert(request.read)
        let fault = DeviceFault.unit(unit, of: configuration, error)
        return (isNews ? [report(.unit(unit, of: configuration.name), .lost(fault), at: now)] : []) + stale
    }

    private mutating func missed(
        _ index: Int, _ error: ModbusError, lateAnswer: Duration, asked: ReadRequest? = nil, at now: BootTime
    ) -> [SensorReport] {
        let unit = schedule.request(index).read.unit
        let isLate = error.isTimeout && lateUnits.contains(unit)
        let fault: DeviceFault =
            isLate
            ? .lateUnit(unit, of: configuration.name, configuration.responseTimeout(of: unit))
            : .unit(unit, of: configuration, error)
        return lose(index, fault, lateAnswer: lateAnswer, asked: asked, at: now)
    }

    private mutating func readBack(_ words: [UInt16], _ request: PollRequest, at now: BootTime) -> [SensorReport] {
        request.points.flatMap { point -> [SensorReport] in
            guard let output = point.output else { return [] }
            return outputs.apply(words[point.source.address - request.read.address], of: output, at: now)
        }
    }

    private mutating func wrote(_ write: BusOutputs.Write, _ answer: BusAnswer, at now: BootTime) -> [SensorReport] {
        switch answer {
        case .words: outputs.wrote(write)
        case .exception(_, let error), .nothing(let error): return outputs.missed(write, error, at: now)
        case .broken, .down: break
        }
        return []
    }

    private mutating func ran(_ errand: Errand, _ answer: BusAnswer, at now: BootTime) {
        switch answer {
        case .words(let words): errand.answer(.success(words))
        case .exception(_, let error): errand.answer(.failure(error))
        case .nothing(let error):
            errand.answer(.failure(error))
            // The answer may still come, and it could look like the answer to a poll of the same unit.
            let waited = configuration.responseTimeout(of: errand.request.unit)
            let late = prices.lateness(of: errand.request, after: waited)
            schedule.owe(errand.request, until: now + late, at: now)
        case .broken, .down: break
        }
    }

    // MARK: The bus as a whole

    func report(_ device: DeviceID, _ condition: DeviceReport.Condition, at now: BootTime) -> SensorReport {
        .device(DeviceReport(device: device, condition: condition, at: now))
    }
}
