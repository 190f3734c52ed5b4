// SPDX-License-Identifier: Apache-2.0
import BoothModel
import Glibc
import Modbus

// Losses and recoveries: connections, the bus, units, and gateways that are held up.
extension BusPoller {
    /// Whether a poll timed out because the gateway was still waiting for a unit that was probed before. Then the
    /// timeout says nothing about the polled unit. If this happens again and again, `BusPrices` raises the price
    /// of a probe to that delay.
    mutating func isHeldUp(
        _ purpose: Purpose, _ answer: BusAnswer, within span: Duration, at now: BootTime
    ) -> Bool {
        guard prices.isTCP, case .poll(let index) = purpose else { return false }
        let isLive = schedule.state(of: schedule.request(index).read.unit) == .answering
        guard case .nothing(let error) = answer, error.isTimeout else {
            if isLive, let probe { prices.noteProbe(heldUp: probe.hasHeldUp ? now - probe.began : nil) }
            probe = nil
            return false
        }
        guard isLive else {
            // Keep the start of a probe that already held up a poll: if the bus died meanwhile, `longestHoldUp` must
            // end the excuse.
            if probe?.hasHeldUp != true { probe = (BootTime(nanoseconds: now.nanoseconds - span.nanoseconds), false) }
            return false
        }
        guard let probe, now - probe.began < BusPrices.longestHoldUp else { return false }
        self.probe = (probe.began, true)
        return true
    }

    /// The request may have reached the wire, and its answer may come over the next connection.
    mutating func connectionBroke(_ purpose: Purpose, at now: BootTime) -> [SensorReport] {
        guards.doubtAll()
        beQuiet(until: now + prices.strangersLateness)
        if case .errand(let errand) = purpose { errands.insert(errand, at: 0) }
        return []
    }

    mutating func connectionFailed(
        _ purpose: Purpose, _ error: ModbusError, _ retryAt: BootTime, at now: BootTime
    ) -> [SensorReport] {
        if case .errand(let errand) = purpose { errands.insert(errand, at: 0) }
        for errand in errands { errand.answer(.failure(error)) }
        errands = []
        guards.doubtAll()
        self.retryAt = retryAt
        if error.operation != .open { beQuiet(until: now + prices.strangersLateness) }
        return busLost(.bus(configuration.transport, error), at: now)
    }

    mutating func lose(
        _ index: Int, _ fault: DeviceFault, lateAnswer: Duration, asked: ReadRequest?, at now: BootTime
    ) -> [SensorReport] {
        let request = schedule.request(index)
        let unit = request.read.unit
        guards.doubt(unit)
        let loss = schedule.missed(index, at: now, lateAnswer: lateAnswer, asked: asked)
        ledger.note(schedule.state(of: unit), of: unit)
        switch loss {
        case nil where schedule.state(of: unit) == .silent: return retold(unit, fault, at: now)
        case nil: return []
        case .request:
            // The unit answers other requests; only these addresses are silent.
            let silence = ModbusError(.read(request.read.table), code: ETIMEDOUT)
            let unread = request.points.compactMap(\.output).flatMap { outputs.unread($0, silence, at: now) }
            let news = request.inputs.filter { refusedPoints.insert($0.id).inserted }
            return unread + readings.lose(request.inputs, to: .stale, at: now)
                + news.map { report(.address(of: $0.id), .lost(.silentAddress($0)), at: now) }
        case .unit:
            outputs.forget(unit: unit)
            busyRequests[unit] = nil
            return retold(unit, fault, at: now)
                + readings.lose(schedule.points(of: unit).filter { $0.output == nil }, to: .stale, at: now)
        }
    }

    /// Reports the loss of a unit, once for each reason.
    mutating func retold(_ unit: Int, _ fault: DeviceFault, at now: BootTime) -> [SensorReport] {
        guard unitFaults[unit, default: []].insert(fault.message).inserted else { return [] }
        return [report(.unit(unit, of: configuration.name), .lost(fault), at: now)]
    }

    mutating func busFound(at now: BootTime) -> [SensorReport] {
        guard lossTold != nil || isLostSinceLastRun else { return [] }
        if lossTold != nil { schedule.restart(at: now) }
        (lossTold, isLostSinceLastRun) = (nil, false)
        return [report(.bus(configuration.name), .found, at: now)]
    }

    /// Reports the loss of the bus; again when the reason changes, because a missing port and a forbidden port need
    /// different repairs.
    mutating func busLost(_ fault: DeviceFault, at now: BootTime) -> [SensorReport] {
        guard lossTold?.code != fault.code else { return [] }
        let isNew = lossTold == nil
        lossTold = fault
        let lost = report(.bus(configuration.name), .lost(fault), at: now)
        return [lost] + (isNew ? readings.lose(points.filter { $0.output == nil }, to: .stale, at: now) : [])
    }
}
