// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Makes a report from a booth's incidents, which are added one at a time and in any order.
///
/// It does not keep the incidents. It keeps counts, the items that the report lists, and a few numbers of 4 bytes for
/// each incident.
package struct ReportMaker: Sendable {
    private let period: ReportPeriod
    private let now: Moment
    private let points: [WatchedPoint]
    private let downtime: [Stretch]
    /// Without the start of the history, which is known only at the end. The place of an incident does not depend on
    /// it.
    private let placement: Placement

    private var counts = CountFigures()
    private var open: OpenFigures
    private var closed = ClosedFigures()
    private var responses = ResponseFigures()
    private var mail: MailCounts
    private var faults: FaultTimes
    private var checks: BoxChecks

    /// - Parameters:
    ///   - period: it may still be running.
    ///   - points: in the configuration's order.
    ///   - outages: when no agent ran.
    ///   - now: when the report is made; its wall clock is used as it is.
    package init(_ period: ReportPeriod, points: [WatchedPoint], outages: [BoothMemory.Outage], now: Moment) {
        self.period = period
        self.now = now
        self.points = points
        downtime = outages.map { Stretch(from: $0.from.milliseconds, to: $0.to.milliseconds) }
        placement = Placement(period, now: now)
        open = OpenFigures(placement)
        mail = MailCounts(points)
        faults = FaultTimes(placement)
        checks = BoxChecks(placement)
    }

    /// Adds an incident in its current state. Add each incident only once. Incidents outside the period do no harm.
    package mutating func apply(_ incident: Incident) {
        let placed = PlacedIncident(incident, placement)
        counts.add(placed)
        // Incidents of tests are only counted.
        guard !incident.test else { return }
        open.add(placed)
        closed.add(placed)
        responses.add(placed)
        mail.add(placed)
        faults.add(incident)
    }

    /// Adds an opening of the letter box while somebody was in. Openings before the period count too, back to
    /// `ReportPeriod.lookBack`.
    package mutating func apply(check: WallTime) { checks.add(check) }

    /// The report on all that was added.
    ///
    /// - Parameters:
    ///   - isCapped: whether there was more than could be added.
    ///   - historyFrom: the start of the journal's history; nil: it covers every period that can be asked for.
    ///   - chain: the head of the journal's chain, for the event that goes to platforms; nil for a report that is only
    ///     shown.
    package func report(isCapped: Bool = false, historyFrom: WallTime? = nil, chain: ChainHead? = nil) -> BoothReport {
        let placement = Placement(period, historyFrom: historyFrom, now: now)
        let covered = faults.stretches
        return BoothReport(
            period: .init(period, in: now.zone), until: placement.text(placement.until),
            isComplete: placement.isComplete,
            historyFrom: placement.historyFrom.map(placement.text), isCapped: isCapped, raised: counts.raised,
            undated: counts.undated, repeats: counts.repeats, tests: counts.tests, categories: counts.categories,
            open: open.figures, openItems: open.listed, closed: closed.figures, response: responses.figures,
            mail: mail.figures(checks), availability: availability(placement, covered), faults: faults.list(),
            outages: outages(placement), chain: chain)
    }

    /// How much of the period each point was watched. Time before the history is left out, because nothing is known
    /// about it.
    private func availability(
        _ placement: Placement, _ stretches: [DeviceID: [Stretch]]
    ) -> [BoothReport.Availability] {
        let span = placement.span
        return points.map { point in
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

    private func outages(_ placement: Placement) -> BoothReport.Outages {
        let span = placement.span
        return BoothReport.Outages(
            count: downtime.count { $0.from < span.to && $0.to > span.from },
            seconds: Stretch.seconds(of: downtime, within: span))
    }
}

/// What a report needs to know about a point.
package struct WatchedPoint: Sendable, Hashable {
    package var id: PointID
    package var kind: PointKind
    /// The devices whose fault hides what the contact does.
    package var blinders: Set<DeviceID>
    /// When it was first read; nil: not known.
    package var firstSeen: Stamp?

    package init(id: PointID, kind: PointKind, blinders: Set<DeviceID>, firstSeen: Stamp? = nil) {
        self.id = id
        self.kind = kind
        self.blinders = blinders
        self.firstSeen = firstSeen
    }
}

extension ReportPeriod {
    /// Where the history for a report must start: 14 days before the period. The last opening of the box may be that
    /// old.
    package func lookBack(in zone: Zone) -> WallTime {
        CivilDate(daysSince1970: first.daysSince1970 - 14).instant(in: zone)
    }
}
