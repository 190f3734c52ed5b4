// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// When devices were at fault.
struct FaultTimes {
    private let span: Stretch
    private var devices: [DeviceID: BoothReport.Fault] = [:]
    private var stretches: [DeviceID: [Stretch]] = [:]
    private let placement: Placement

    init(_ placed: PlacedIncidents) {
        placement = placed.placement
        span = Stretch(from: placement.from.milliseconds, to: placement.until.milliseconds)
        for incident in placed.all {
            if let device = incident.device { take(incident, of: device) }
        }
        for (device, times) in stretches {
            devices[device]?.seconds = Stretch.seconds(of: times, within: span)
        }
    }

    private mutating func take(_ incident: Incident, of device: DeviceID) {
        let blank = BoothReport.Fault(
            device: device, category: incident.category, count: 0, seconds: 0, stands: false, undated: 0)
        guard let stretch = stretch(of: incident) else {
            let guess = placement.guess(for: incident)
            if guess.map(placement.isInPeriod) ?? true { devices[device, default: blank].undated += 1 }
            return
        }
        // One that came and went within a millisecond stood all the same.
        guard stretch.from < span.to, max(stretch.to, stretch.from + 1) > span.from else { return }
        stretches[device, default: []].append(stretch)
        devices[device, default: blank].count += 1
        if stretch.to >= span.to { devices[device, default: blank].stands = true }
    }

    /// nil where one of its ends is not known.
    private func stretch(of incident: Incident) -> Stretch? {
        guard let from = placement.instant(of: incident.opened, in: incident) else { return nil }
        // Of one that was closed while it stood, nothing more is recorded.
        guard let end = incident.restored ?? incident.closing?.act.at else {
            return Stretch(from: from.milliseconds, to: .max)
        }
        guard let to = placement.instant(of: end, in: incident) else { return nil }
        return Stretch(from: from.milliseconds, to: max(from.milliseconds, to.milliseconds))
    }

    func list() -> [BoothReport.Fault] {
        devices.values.sorted { $0.device.rawValue < $1.device.rawValue }
    }

    /// How much of the period each point was watched. Of a time before the history nobody knows: it is left out.
    ///
    /// - Parameter downtime: when no agent ran.
    func availability(of points: [WatchedPoint], _ downtime: [Stretch]) -> [BoothReport.Availability] {
        points.map { point in
            let seen = point.firstSeen.flatMap { placement.instant(of: $0) }?.milliseconds
            let known = max(span.from, seen ?? span.from, placement.historyFrom?.milliseconds ?? span.from)
            let watched = Stretch(from: min(span.to, known), to: span.to)
            let blind = downtime + point.blinders.flatMap { stretches[$0] ?? [] }
            let seconds = (watched.to - watched.from) / 1000
            return BoothReport.Availability(
                point: point.id, kind: point.kind, periodSeconds: seconds,
                watchedSeconds: max(0, seconds - Stretch.seconds(of: blind, within: watched)))
        }
    }
}
