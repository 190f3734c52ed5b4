// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Faults: opened once when something is lost, restored once when it is found.
extension IncidentRules {
    /// A sensor's chip, line, bus or unit was lost or found.
    package mutating func apply(_ report: DeviceReport, at moment: Moment) -> Decision {
        switch report.condition {
        case .lost:
            toldAnew(report.device)
            openFault(report.device, .sensor, at: moment)
        case .found: clearFault(report.device, at: moment)
        }
        return finish()
    }

    /// Another part of the booth failed or works again: a link (`target:police`), the storage (`storage`).
    package mutating func setFault(
        _ category: Category, of device: DeviceID, stands: Bool, at moment: Moment
    ) -> Decision {
        if stands {
            toldAnew(device)
            openFault(device, category, at: moment)
        } else {
            clearFault(device, at: moment)
        }
        return finish()
    }

    /// A target refused events for good. If somebody closed the fault of earlier ones, this is another.
    package mutating func noteRejections(by target: TargetID, at moment: Moment) -> Decision {
        let device = DeviceID.rejections(by: target)
        if let fault = faults[device], live[fault.incident]?.isOpen != true { faults[device] = nil }
        return setFault(.link, of: device, stands: true, at: moment)
    }

    /// Whether an event is about refused events: if it is refused as well, nobody has to hear of that.
    package func tellsOfRejections(_ event: EventID) -> Bool {
        guard let id = incident(of: event), let device = live[id]?.device else { return false }
        return targets.contains { DeviceID.rejections(by: $0.id) == device }
    }

    /// Every device whose fault can concern a point.
    package static func devices(of point: PointConfiguration) -> [DeviceID] {
        DeviceMap.path(of: point.source) + [
            .chatter(of: point.id), .edges(of: point.id), .stuck(point.id),
        ] + (point.isWiringSupervised ? [.loop(of: point.id)] : []) + devicesOfValue(of: point)
    }

    /// Only a unit can refuse an address, and only registers can have impossible values.
    private static func devicesOfValue(of point: PointConfiguration) -> [DeviceID] {
        guard case .modbus(let source) = point.source else { return [] }
        return [.address(of: point.id)] + (source.table.isRegisters ? [.value(of: point.id)] : [])
    }

    /// Every device whose fault can concern an output.
    package static func devices(of output: OutputConfiguration) -> [DeviceID] {
        switch output.sink {
        case .gpio(let gpio): DeviceMap.path(of: .gpio(gpio))
        case .modbus(let modbus): DeviceMap.path(of: .modbus(modbus)) + [.output(output.id)]
        }
    }

    /// Restores the faults of devices that are not `known`, and the incidents of points that are no longer configured.
    package mutating func forgetForeignFaults(known: Set<DeviceID>, at moment: Moment) -> Decision {
        for device in faults.keys.sorted(by: { $0.rawValue < $1.rawValue }) where !known.contains(device) {
            clearFault(device, at: moment)
        }
        forgetForeignPoints(at: moment)
        return finish()
    }

    /// Forgets the points that are no longer configured, and restores their incidents: no reading would ever do it. If
    /// such a point comes back, it starts anew with its first reading.
    private mutating func forgetForeignPoints(at moment: Moment) {
        for id in points.keys.sorted(by: { $0.rawValue < $1.rawValue }) where configured[id] == nil {
            let blank = PointMemory(point: id, state: .normal, since: points[id]?.since ?? Stamp(moment))
            if points.removeValue(forKey: id) != blank { decision.points.append(blank) }
        }
        for point in standing.keys.sorted(by: { $0.rawValue < $1.rawValue }) where configured[point] == nil {
            for incident in (standing[point] ?? []).sorted() { restore(incident, since: Stamp(moment), at: moment) }
        }
    }

    mutating func openFault(_ device: DeviceID, _ category: Category, at moment: Moment) {
        guard faults[device] == nil else { return }
        let points = devices.points(on: device)
        // A fault that concerns a single point names it.
        let subject = points.count == 1 ? points.first : nil
        // A wrong clock makes times unsure, but every sensor still works.
        let priority = category == .clock ? Priority.routine : .fault
        raise(Classification(category, .fault, priority), point: subject, device: device, at: moment)
    }

    mutating func clearFault(_ device: DeviceID, at moment: Moment) {
        guard let fault = faults.removeValue(forKey: device) else { return }
        toldAnew(device)
        restore(fault.incident, since: Stamp(moment), at: moment)
    }

    /// The most faults of devices that are over and wait to be closed.
    static let mostPastFaults = 1000

    /// Notes a fault that is over. If there are too many, the agent closes the oldest. Otherwise a device that comes
    /// and goes for months, with nobody closing its faults, would fill the memory.
    mutating func notePastFault(_ id: EventID, at moment: Moment) {
        pastFaults.append(id)
        let surplus = pastFaults.prefix(min(100, max(0, pastFaults.count - Self.mostPastFaults)))
        pastFaults.removeFirst(surplus.count)
        for old in surplus {
            guard let incident = live[old], incident.isOpen else { continue }
            close(incident, outcome: "restored, closed by nobody", by: .agent, at: moment)
        }
    }

    /// A good reading proves that every device on the way to the point works, so their faults are over. It does not end
    /// a `value` fault: the driver ends that after more than one good value.
    mutating func clearFaults(above point: PointConfiguration, at moment: Moment) {
        // After a restart the driver does not know that the address was refused, so it will not report that the address
        // is back. Only the value shows it.
        for device in DeviceMap.path(of: point.source) + [.address(of: point.id)] { clearFault(device, at: moment) }
    }
}

/// Which points depend on which device.
struct DeviceMap: Sendable {
    private var byDevice: [DeviceID: [PointID]] = [:]

    init(_ points: [PointConfiguration]) {
        for point in points {
            for device in IncidentRules.devices(of: point) {
                byDevice[device, default: []].append(point.id)
            }
        }
    }

    func points(on device: DeviceID) -> [PointID] { byDevice[device] ?? [] }

    /// The devices between the agent and a point, the nearest first.
    static func path(of source: PointConfiguration.Source) -> [DeviceID] {
        switch source {
        case .gpio(let gpio): [.chip(gpio.chip), .line(gpio.line.description, of: gpio.chip)]
        case .modbus(let modbus): [.bus(modbus.bus), .unit(modbus.unit, of: modbus.bus)]
        }
    }
}
