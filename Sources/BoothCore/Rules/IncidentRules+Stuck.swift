// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Inputs that stay active for longer than anybody presses: the button jams, or its wiring is bridged.
extension IncidentRules {
    /// Checks after a good reading whether the point is stuck.
    mutating func watchStuck(_ point: PointConfiguration, at moment: Moment) {
        guard let limit = Self.stuckLimit(of: point), let memory = points[point.id] else {
            return endStuck(point, at: moment)
        }
        switch memory.state {
        case .active where faults[.stuck(point.id)] != nil: tellStuck(point, limit, at: moment)
        case .active where timers[.stuck(point.id)] == nil:
            // If it was active before a restart, its time may be over already. Then it is due at once, and dated by
            // now.
            let since = memory.since.bootID == moment.bootID ? memory.since.boot : moment.boot
            timers[.stuck(point.id)] = max(since + limit, moment.boot)
        case .active, .unknown: break
        case .normal: endStuck(point, at: moment)
        // A broken loop has its own fault, and says nothing about the button.
        case .cut, .short: timers[.stuck(point.id)] = nil
        }
    }

    mutating func stuckOver(_ id: PointID, at moment: Moment) {
        guard let point = configured[id], let limit = Self.stuckLimit(of: point), points[id]?.state == .active else {
            return
        }
        // Whether it is still active is not known: its unit is silent, or its contact chatters and the alarm is held.
        guard !isBlind(point) else {
            timers[.stuck(id)] = moment.boot + limit
            return
        }
        openFault(.stuck(id), .sensor, at: moment)
        tellStuck(point, limit, at: moment)
    }

    private mutating func endStuck(_ point: PointConfiguration, at moment: Moment) {
        timers[.stuck(point.id)] = nil
        guard faults[.stuck(point.id)] != nil else { return }
        clearFault(.stuck(point.id), at: moment)
        toldStuck.remove(point.id)
        decision.devices.append(DeviceReport(device: .stuck(point.id), condition: .found, at: moment.boot))
    }

    private mutating func tellStuck(_ point: PointConfiguration, _ limit: Duration, at moment: Moment) {
        guard toldStuck.insert(point.id).inserted else { return }
        decision.devices.append(
            DeviceReport(device: .stuck(point.id), condition: .lost(.stuck(point.id, for: limit)), at: moment.boot))
    }

    private func isBlind(_ point: PointConfiguration) -> Bool {
        (DeviceMap.path(of: point.source) + [.value(of: point.id), .address(of: point.id), .chatter(of: point.id)])
            .contains { faults[$0] != nil }
    }

    /// How long the point may stay active; nil: for ever. A counting input has no level that can stay active.
    private static func stuckLimit(of point: PointConfiguration) -> Duration? {
        point.kind.canBeStuck && point.countingRegister == nil ? point.rules.stuck : nil
    }
}

extension DeviceFault {
    fileprivate static func stuck(_ point: PointID, for limit: Duration) -> DeviceFault {
        let (zh, en) =
            limit < .seconds(1)
            ? ("\(limit.milliseconds) 毫秒", "\(limit.milliseconds) ms")
            : ("\(limit.components.seconds) 秒", "\(limit.components.seconds) s")
        return DeviceFault(
            .stuck,
            Message(
                zh: "\(point) 持续动作超过 \(zh)；请检查按钮或触点是否卡住、接线是否短接",
                en: "\(point) has been active for over \(en); check whether it jams or its wiring is bridged"))
    }
}
