// SPDX-License-Identifier: Apache-2.0
import BoothModel

// What reports need of the rules, and what they leave in the booth's memory.
extension IncidentRules {
    /// The devices whose fault leaves nobody knowing what the contact of `point` does, as its availability counts.
    ///
    /// All that its readings come through; a loop that is cut or bridged, a value that cannot be, an address that is
    /// refused; a contact that does not rest, or that is held down: another press would not be seen. Edges that were
    /// lost are none of them: that was over when it was noticed.
    package static func blinders(of point: PointConfiguration) -> Set<DeviceID> {
        Set(devices(of: point)).subtracting([.edges(of: point.id)])
    }

    /// When the point was first read; nil where it never was.
    package func firstSeen(of point: PointID) -> Stamp? { points[point]?.firstSeen }

    /// Has the daily report on `day` told to every target, and remembers that it was made.
    ///
    /// - Parameter note: puts the day into what is remembered.
    package mutating func tell(
        _ report: BoothReport, at moment: Moment, noting note: (inout BoothMemory) -> Void
    ) -> Decision {
        decision.events.append(
            BoothEvent(
                id: makeID(at: moment), content: .dailyReport(report), moment: moment, recipients: targets.map(\.id)))
        remember(note)
        return finish()
    }

    /// Changes what is remembered of the booth. What the next minutes would tell again, as a sign of life, waits for no
    /// sync.
    package mutating func note(_ change: (inout BoothMemory) -> Void) -> Decision {
        remember(change)
        return finish()
    }
}
