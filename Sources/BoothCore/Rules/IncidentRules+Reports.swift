// SPDX-License-Identifier: Apache-2.0
import BoothModel

// What reports need from the rules, and what the booth remembers about reports.
extension IncidentRules {
    /// The devices whose fault hides what the contact of `point` does. Such a fault lowers the point's availability.
    ///
    /// These are all devices on the way to the point; a loop that is cut or bridged; an impossible value; a refused
    /// address; a contact that chatters; and a contact that is held down, because another press would not be seen. Lost
    /// edges are not among them: they were over when they were noticed.
    package static func blinders(of point: PointConfiguration) -> Set<DeviceID> {
        Set(devices(of: point)).subtracting([.edges(of: point.id)])
    }

    /// When the point was first read; nil: never.
    package func firstSeen(of point: PointID) -> Stamp? { points[point]?.firstSeen }

    /// Sends the daily report to every target, and remembers that it was made.
    ///
    /// - Parameter note: writes the day of the report into the booth's memory.
    package mutating func tell(
        _ report: BoothReport, at moment: Moment, noting note: (inout BoothMemory) -> Void
    ) -> Decision {
        decision.events.append(
            BoothEvent(
                id: makeID(at: moment), content: .dailyReport(report), moment: moment, recipients: targets.map(\.id)))
        remember(note)
        return finish()
    }

    /// Changes the booth's memory. A change that the next minutes bring again, such as a sign of life, waits for no
    /// sync.
    package mutating func note(_ change: (inout BoothMemory) -> Void) -> Decision {
        remember(change)
        return finish()
    }
}
