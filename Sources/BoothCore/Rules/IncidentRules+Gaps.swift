// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Lost edges. The level is known again, but the point was not watched for a moment, and somebody must know that.
extension IncidentRules {
    /// How long no edge of the point may be lost before the gap is over.
    static let gapRest = Duration.seconds(60)

    /// Edges of a point were lost. Losses soon after each other are one incident, with the total number of edges.
    package mutating func apply(_ missed: MissedEdges, at moment: Moment) -> Decision {
        guard configured[missed.point] != nil else { return Decision() }
        noteGap(of: missed.point, missed: missed.count, at: moment)
        return finish()
    }

    /// - Parameter missed: how many edges; nil: they were not counted.
    mutating func noteGap(of point: PointID, missed: UInt64?, at moment: Moment) {
        let device = DeviceID.edges(of: point)
        if let id = faults[device]?.incident, var incident = live[id], incident.isOpen {
            incident.count += 1
            incident.latest = Stamp(moment)
            incident.missed = Self.sum(incident.missed, missed)
            keep(incident)
            if timers[.announce(id)] == nil { timers[.announce(id)] = moment.boot + Self.gathering }
        } else {
            raise(
                Classification(.gap, .fault, .fault), point: point, device: device, missed: missed, at: moment)
        }
        timers[.gapRest(point)] = moment.boot + Self.gapRest
    }

    mutating func gapOver(_ point: PointID, at moment: Moment) {
        clearFault(.edges(of: point), at: moment)
    }

    /// The sum of an unknown and a known number is unknown.
    private static func sum(_ before: UInt64?, _ more: UInt64?) -> UInt64? {
        guard let before, let more else { return nil }
        return before.addingReportingOverflow(more).overflow ? .max : before + more
    }
}
