// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// When devices were at fault.
struct FaultTimes {
    private let placement: Placement
    private var devices: [DeviceID: Device] = [:]

    private struct Device {
        var fault: BoothReport.Fault
        /// The oldest incident that counts. Its category is the device's.
        var oldest: EventID
        var stretches: [Stretch] = []
    }

    init(_ placement: Placement) {
        self.placement = placement
    }

    mutating func add(_ incident: Incident) {
        guard let device = incident.device else { return }
        let span = placement.span
        guard let stretch = stretch(of: incident) else {
            let guess = placement.guess(for: incident)
            if guess.map(placement.isInPeriod) ?? true { note(incident, of: device) { $0.fault.undated += 1 } }
            return
        }
        // A fault of less than a millisecond counts as well.
        guard stretch.from < span.to, max(stretch.to, stretch.from + 1) > span.from else { return }
        note(incident, of: device) {
            $0.stretches.append(stretch)
            $0.fault.count += 1
            if stretch.to >= span.to { $0.fault.stands = true }
        }
    }

    private mutating func note(_ incident: Incident, of device: DeviceID, _ change: (inout Device) -> Void) {
        let blank = BoothReport.Fault(
            device: device, category: incident.category, count: 0, seconds: 0, stands: false, undated: 0)
        change(&devices[device, default: Device(fault: blank, oldest: incident.id)])
        guard let oldest = devices[device]?.oldest, incident.id < oldest else { return }
        devices[device]?.oldest = incident.id
        devices[device]?.fault.category = incident.category
    }

    /// When the fault stood; nil: its start or its end is not known.
    private func stretch(of incident: Incident) -> Stretch? {
        guard let from = placement.instant(of: incident.opened, in: incident) else { return nil }
        // If the incident was closed while the fault stood, its restoration is not recorded. So the closing is the end.
        guard let end = incident.restored ?? incident.closing?.act.at else {
            return Stretch(from: from.milliseconds, to: .max)
        }
        guard let to = placement.instant(of: end, in: incident) else { return nil }
        return Stretch(from: from.milliseconds, to: max(from.milliseconds, to.milliseconds))
    }

    /// When each device was at fault, as far as it is known.
    var stretches: [DeviceID: [Stretch]] { devices.mapValues(\.stretches) }

    func list() -> [BoothReport.Fault] {
        devices.values.map { device in
            var fault = device.fault
            fault.seconds = Stretch.seconds(of: device.stretches, within: placement.span)
            return fault
        }.sorted { $0.device.rawValue < $1.device.rawValue }
    }
}
