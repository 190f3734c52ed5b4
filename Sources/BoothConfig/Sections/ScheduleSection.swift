// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// `[schedule]`: when officers are in.
extension ConfigurationReader {
    func schedule(in file: TableReader) -> WeeklySchedule {
        let schedule = file.table("schedule") { table in
            let attended = table.list("attended", of: .attendance)
            let closed = table.list("closed", of: .dates)
            noteOverlaps(in: attended)
            return WeeklySchedule(attended: attended.map(\.value), closed: closed.map(\.value))
        }
        return schedule ?? WeeklySchedule()
    }

    /// Notes each attendance that overlaps an earlier one.
    private func noteOverlaps(in attended: [(value: WeeklySchedule.Attendance, place: Place)]) {
        for (index, later) in attended.enumerated() {
            let overlapped = attended[..<index].first { earlier in
                earlier.value.day == later.value.day && earlier.value.minutes.overlaps(later.value.minutes)
            }
            guard let overlapped else { continue }
            let place = "\(overlapped.place.line):\(overlapped.place.column)"
            problems.note(
                at: later.place, zh: "时段与 \(place) 处的重叠；请合并或分开",
                en: "this attendance overlaps the one at \(place); join them, or keep them apart")
        }
    }
}
