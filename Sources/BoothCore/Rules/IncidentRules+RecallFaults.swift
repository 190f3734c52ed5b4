// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Faults that only a late journal knew. They go on, are over, or wait for a driver to confirm them.
extension IncidentRules {
    /// An old fault that no driver confirms in this time is over. Drivers report only what they lost in this run, and
    /// its return.
    static let confirmation = Duration.seconds(300)

    mutating func joinFault(of device: DeviceID, of both: Remembered, at moment: Moment) {
        guard let old = both.file.faults[device], let incident = live[old.incident], incident.isOpen else { return }
        // The driver that lost the old edges no longer holds the lines, so that gap is over. Edges lost in this run are
        // another fault.
        guard !configured.keys.contains(where: { device == .edges(of: $0) }) else {
            return restore(incident.id, since: Stamp(moment), at: moment)
        }
        let twin = both.run.live.values.filter { $0.device == device && $0.isOpen }.min { $0.id < $1.id }
        let end = end(of: device)
        if let twin, end.map({ twin.opened.boot < $0.boot }) ?? true {
            join(twin.id, into: incident.id, adding: twin.count - 1, at: moment)
            if let end = twin.restored {
                restore(incident.id, since: end, at: moment)
            } else {
                faults[device] = old
            }
        } else if let end {
            restore(incident.id, since: end, at: moment)
        } else if both.run.faults[device] == nil {
            faults[device] = old
            // The clock is polled. For the others, drivers report a fault or a good reading.
            if device != .clock { unconfirmed.insert(device) }
            if !unconfirmed.isEmpty { timers[.unconfirmed] = moment.boot + Self.confirmation }
        }
    }

    /// A device was reported: its fault no longer waits to be confirmed.
    mutating func toldAnew(_ device: DeviceID) {
        guard unconfirmed.remove(device) != nil else { return }
        if unconfirmed.isEmpty { timers[.unconfirmed] = nil }
    }

    /// Ends the faults that nobody has confirmed: they were over before this run.
    mutating func endUnconfirmed(at moment: Moment) {
        for device in unconfirmed.sorted(by: { $0.rawValue < $1.rawValue }) { clearFault(device, at: moment) }
        unconfirmed = []
    }

    /// When this run saw that an old fault was over; nil: it has not, or cannot know.
    private func end(of device: DeviceID) -> Stamp? {
        let proofs = configured.values.compactMap { point -> Stamp? in
            guard let sight = blind.sights[point.id] else { return nil }
            if (DeviceMap.path(of: point.source) + [.address(of: point.id), .value(of: point.id)]).contains(device) {
                return sight.at
            }
            // A button that was released is no longer stuck.
            if device == .stuck(point.id) { return sight.atRest }
            if device == .loop(of: point.id) { return sight.isBroken ? nil : sight.at }
            return nil
        }
        return proofs.min { $0.boot < $1.boot }
    }
}
