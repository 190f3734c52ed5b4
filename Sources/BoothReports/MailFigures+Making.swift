// SPDX-License-Identifier: Apache-2.0
import BoothModel

extension BoothReport.MailFigures {
    init(_ placed: PlacedIncidents, _ source: ReportSource) {
        let slots = Set(source.points.filter { $0.kind == .mailSlot }.map(\.id))
        let placement = placed.placement
        let collected = placed.all.filter { incident in
            guard incident.isMail(slots), let end = incident.restored else { return false }
            return placement.instant(of: end, in: incident).map(placement.isInPeriod) ?? false
        }
        let waiting = placed.all.filter { $0.isMail(slots) && $0.restored == nil && $0.isOpen }
        let checks = Checks(source.checks, placement)
        self.init(
            letters: placed.raised.filter { $0.isMail(slots) }.reduce(0) { $0 + $1.count },
            collected: collected.reduce(0) { $0 + $1.count }, waiting: waiting.reduce(0) { $0 + $1.count },
            waitingSince: waiting.compactMap { placed.opening(of: $0) }.min()?.civilText,
            overdue: placed.raised.count { $0.category == .mailOverdue }, checks: checks.inPeriod.count,
            checkDays: Set(checks.inPeriod.map(\.date)).sorted().map(\.text), lastCheck: checks.last?.civilText,
            daysSinceCheck: checks.daysSinceLast, weeks: checks.weeks.count, weeksChecked: checks.weeksChecked,
            collection: .init(
                collected.map { incident in
                    incident.restored.flatMap { placed.span(of: incident, from: incident.opened, to: $0) }
                }),
            feedback: Self.feedback(placed.closed.filter { $0.isMail(slots) }, placed))
    }

    private static func feedback(_ incidents: [Incident], _ placed: PlacedIncidents) -> BoothReport.Spans {
        BoothReport.Spans(
            incidents.compactMap { incident -> Duration?? in
                // One that is closed over letters that still lie there tells nothing of how soon they were answered.
                guard let emptied = incident.restored, let end = incident.closing?.act.at else { return nil }
                return .some(placed.span(of: incident, from: emptied, to: end))
            })
    }
}

/// The openings of the box, and the weeks that ask for one each.
private struct Checks {
    let inPeriod: [WallTime]
    /// The last one before the end.
    let last: WallTime?
    /// The Mondays of the weeks that ended in the period.
    let weeks: [CivilDate]
    let weeksChecked: Int
    let daysSinceLast: Int?

    init(_ checks: [WallTime], _ placement: Placement) {
        let known = checks.filter { placement.period.lookBack <= $0 && $0 < placement.until }
        inPeriod = known.filter { $0 >= placement.from }.sorted()
        last = known.max()
        let weeks = Self.weeks(endedIn: placement)
        self.weeks = weeks
        let days = Set(known.map { $0.date.daysSince1970 })
        weeksChecked = weeks.count { monday in
            (0..<7).contains { days.contains(monday.daysSince1970 + $0) }
        }
        let lastDay = WallTime(milliseconds: max(placement.from.milliseconds, placement.until.milliseconds - 1)).date
        daysSinceLast = last.map { lastDay.daysSince1970 - $0.date.daysSince1970 }
    }

    private static func weeks(endedIn placement: Placement) -> [CivilDate] {
        let dates = placement.period.first.daysSince1970...placement.period.last.daysSince1970
        return dates.map { CivilDate(daysSince1970: $0) }
            .filter { $0.weekday == .sunday && $0.next.instant() <= placement.until }
            .map { CivilDate(daysSince1970: $0.daysSince1970 - 6) }
    }
}

extension Incident {
    /// Whether it is letters in a box; a slot can have another category by configuration.
    fileprivate func isMail(_ slots: Set<PointID>) -> Bool {
        guard device == nil, category != .mailOverdue else { return false }
        return category == .mail || point.map(slots.contains) ?? false
    }
}

extension WallTime {
    /// The date in the process's zone.
    fileprivate var date: CivilDate { CivilTime(wallMilliseconds: milliseconds).date }
}
