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

    /// Something else of the booth's own failed or works again: a link (`target:police`), the storage (`storage`).
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

    /// Every device whose fault can concern a point.
    package static func devices(of point: PointConfiguration) -> [DeviceID] {
        DeviceMap.path(of: point.source) + [
            .chatter(of: point.id), .edges(of: point.id), .stuck(point.id),
        ] + (point.isWiringSupervised ? [.loop(of: point.id)] : []) + devicesOfValue(of: point)
    }

    /// Only a unit refuses an address, and only registers have values that cannot be.
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

    /// Restores the faults of devices that `configuration` no longer has, and the incidents of its points.
    package mutating func forgetForeignFaults(known: Set<DeviceID>, at moment: Moment) -> Decision {
        for device in faults.keys.sorted(by: { $0.rawValue < $1.rawValue }) where !known.contains(device) {
            clearFault(device, at: moment)
        }
        forgetForeignPoints(at: moment)
        return finish()
    }

    /// Nothing will ever say that the input of a point is normal again that is not read any more. Should it come back
    /// one day, it is known from its first reading on.
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
        // A fault names its point where it concerns a single one.
        let subject = points.count == 1 ? points.first : nil
        // A wrong clock makes times unsure, and nothing deaf.
        let priority = category == .clock ? Priority.routine : .fault
        raise(Classification(category, .fault, priority), point: subject, device: device, at: moment)
    }

    mutating func clearFault(_ device: DeviceID, at moment: Moment) {
        guard let fault = faults.removeValue(forKey: device) else { return }
        toldAnew(device)
        restore(fault.incident, since: Stamp(moment), at: moment)
    }

    /// So many faults of devices that are over wait to be closed by somebody.
    static let mostPastFaults = 1000

    /// A device that comes and goes for months, where nobody closes anything, must not fill the memory: beyond so many the
    /// agent itself closes those that have been over for longest.
    mutating func notePastFault(_ id: EventID, at moment: Moment) {
        pastFaults.append(id)
        let surplus = pastFaults.prefix(min(100, max(0, pastFaults.count - Self.mostPastFaults)))
        pastFaults.removeFirst(surplus.count)
        for old in surplus {
            guard let incident = live[old], incident.isOpen else { continue }
            close(incident, outcome: "restored, closed by nobody", by: .agent, at: moment)
        }
    }

    /// A good reading proves the whole way to it: whatever fault stood there is over. Whether its values can be trusted
    /// again takes more than one of them, and is the driver's to tell.
    mutating func clearFaults(above point: PointConfiguration, at moment: Moment) {
        // Whoever starts anew does not know that an address was refused: a value from it is all there will be.
        for device in DeviceMap.path(of: point.source) + [.address(of: point.id)] { clearFault(device, at: moment) }
    }
}

/// Which points hang on which device.
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
