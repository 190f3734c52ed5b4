// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Faults that stood before a run that knew nothing of them: they go on, are over, or wait for somebody to confirm them.
extension IncidentRules {
    /// A fault of before that no driver confirms within so long is over: drivers tell of what they lost in this run, and
    /// of its return, and of nothing else.
    static let confirmation = Duration.seconds(300)

    mutating func joinFault(of device: DeviceID, of both: Remembered, at moment: Moment) {
        guard let old = both.file.faults[device], let incident = live[old.incident], incident.isOpen else { return }
        // Whoever lost edges before holds its lines no longer; what this run lost is another matter.
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
            // The clock is asked, and drivers tell of a silent unit or a good reading of it.
            if device != .clock { unconfirmed.insert(device) }
            if !unconfirmed.isEmpty { timers[.unconfirmed] = moment.boot + Self.confirmation }
        }
    }

    /// A driver says that a device is lost: what was not confirmed is.
    mutating func toldAnew(_ device: DeviceID) {
        guard unconfirmed.remove(device) != nil else { return }
        if unconfirmed.isEmpty { timers[.unconfirmed] = nil }
    }

    /// Nobody has confirmed these faults: they were over before this run.
    mutating func endUnconfirmed(at moment: Moment) {
        for device in unconfirmed.sorted(by: { $0.rawValue < $1.rawValue }) { clearFault(device, at: moment) }
        unconfirmed = []
    }

    /// When this run saw that a fault of before was over; nil: it has not, or cannot tell.
    private func end(of device: DeviceID) -> Stamp? {
        let proofs = configured.values.compactMap { point -> Stamp? in
            guard let sight = blind.sights[point.id] else { return nil }
            if (DeviceMap.path(of: point.source) + [.address(of: point.id), .value(of: point.id)]).contains(device) {
                return sight.at
            }
            // A button that was let go is stuck no longer.
            if device == .stuck(point.id) { return sight.atRest }
            if device == .loop(of: point.id) { return sight.isBroken ? nil : sight.at }
            return nil
        }
        return proofs.min { $0.boot < $1.boot }
    }
}
