// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Figures on the letter box.
struct MailCounts {
    private let slots: Set<PointID>
    private var letters = 0
    private var collected = 0
    private var waiting = 0
    private var waitingSince: WallTime?
    private var overdue = 0
    private var collection = Cases()
    private var feedback = Cases()

    init(_ points: [WatchedPoint]) {
        slots = Set(points.filter { $0.kind == .mailSlot }.map(\.id))
    }

    mutating func add(_ placed: PlacedIncident) {
        let incident = placed.incident
        if placed.isRaised, incident.category == .mailOverdue { overdue += 1 }
        guard incident.isMail(slots) else { return }
        if placed.isRaised { letters += incident.count }
        if let emptied = incident.restored {
            addCollected(placed, emptied)
        } else if incident.isOpen {
            waiting += incident.count
            if let opening = placed.opening { waitingSince = min(waitingSince ?? opening, opening) }
        }
    }

    private mutating func addCollected(_ placed: PlacedIncident, _ emptied: Stamp) {
        let (incident, placement) = (placed.incident, placed.placement)
        if placement.instant(of: emptied, in: incident).map(placement.isInPeriod) ?? false {
            collected += incident.count
            collection.add(placed.span(from: incident.opened, to: emptied))
        }
        // An incident that is closed while its letters still lie in the box does not come here: it has no feedback
        // time.
        if placed.end == .closed, let end = incident.closing?.act.at {
            feedback.add(placed.span(from: emptied, to: end))
        }
    }

    func figures(_ checks: BoxChecks) -> BoothReport.MailFigures {
        let weeks = checks.weeks
        return BoothReport.MailFigures(
            letters: letters, collected: collected, waiting: waiting,
            waitingSince: waitingSince.map(checks.placement.text),
            overdue: overdue, checks: checks.inPeriod, checkDays: checks.days,
            lastCheck: checks.last.map(checks.placement.text),
            daysSinceCheck: checks.daysSinceLast, weeks: weeks.count,
            weeksChecked: weeks.count(where: checks.isChecked), collection: collection.spans,
            feedback: feedback.spans)
    }
}

/// The openings of the letter box, and the weeks of the period. Each week should have one opening.
struct BoxChecks {
    let placement: Placement
    /// How many were in the period.
    private(set) var inPeriod = 0
    /// The last opening before the end.
    private(set) var last: WallTime?
    /// The dates with an opening, also before the period, as days since 1970-01-01.
    private var dates: Set<Int> = []
    private var datesInPeriod: Set<Int> = []

    init(_ placement: Placement) {
        self.placement = placement
    }

    mutating func add(_ check: WallTime) {
        guard placement.period.lookBack(in: placement.now.zone) <= check, check < placement.until else { return }
        last = max(last ?? check, check)
        let date = placement.date(of: check).daysSince1970
        dates.insert(date)
        guard check >= placement.from else { return }
        inPeriod += 1
        datesInPeriod.insert(date)
    }

    /// The dates in the period with an opening, oldest first.
    var days: [String] { datesInPeriod.sorted().map { CivilDate(daysSince1970: $0).text } }

    /// Calendar days from the last opening to the last day of the report.
    var daysSinceLast: Int? {
        let end = WallTime(milliseconds: max(placement.from.milliseconds, placement.until.milliseconds - 1))
        return last.map { placement.date(of: end).daysSince1970 - placement.date(of: $0).daysSince1970 }
    }

    /// The Mondays of the weeks that ended in the period.
    var weeks: [CivilDate] {
        let dates = placement.period.first.daysSince1970...placement.period.last.daysSince1970
        return dates.map { CivilDate(daysSince1970: $0) }
            .filter { $0.weekday == .sunday && $0.next.instant(in: placement.now.zone) <= placement.until }
            .map { CivilDate(daysSince1970: $0.daysSince1970 - 6) }
    }

    /// Whether the box was opened in the week that begins on `monday`.
    func isChecked(_ monday: CivilDate) -> Bool {
        (0..<7).contains { dates.contains(monday.daysSince1970 + $0) }
    }
}

extension Incident {
    /// Whether the incident is letters in a box. A slot can have another category by configuration, so its point counts
    /// too.
    fileprivate func isMail(_ slots: Set<PointID>) -> Bool {
        guard device == nil, category != .mailOverdue else { return false }
        return category == .mail || point.map(slots.contains) ?? false
    }
}
