// SPDX-License-Identifier: Apache-2.0
import BoothModel

// Edges that were lost: the level is right again, and somebody has to know that it was not watched for a moment.
extension IncidentRules {
    /// A gap is over when no edge of its point has been lost for so long.
    static let gapRest = Duration.seconds(60)

    /// Edges of a point were lost. Losses that follow each other closely are one incident, with how many it were.
    package mutating func apply(_ missed: MissedEdges, at moment: Moment) -> Decision {
        guard configured[missed.point] != nil else { return Decision() }
        noteGap(of: missed.point, missed: missed.count, at: moment)
        return finish()
    }

    /// - Parameter missed: how many edges; nil: nobody counted them.
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

    /// Unknown and known together are unknown: what is certain is only that there were some.
    private static func sum(_ before: UInt64?, _ more: UInt64?) -> UInt64? {
        guard let before, let more else { return nil }
        return before.addingReportingOverflow(more).overflow ? .max : before + more
    }
}
