// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Puts stamps on the wall clock, as far as that can be known when the report is made.
struct Placement {
    let period: ReportPeriod
    let from: WallTime
    let to: WallTime
    /// The end of what can be known: the period's end, or now.
    let until: WallTime
    /// From when on there is history, where that is after the period's beginning.
    let historyFrom: WallTime?
    let now: Moment

    /// - Parameter historyFrom: how far back the journal's history reaches; nil: far enough.
    init(_ period: ReportPeriod, historyFrom: WallTime? = nil, now: Moment) {
        self.period = period
        self.now = now
        (from, to) = (period.from(in: now.zone), period.to(in: now.zone))
        self.historyFrom = historyFrom.flatMap { [from] in $0 > from ? $0 : nil }
        until = max(from, min(to, WallTime(milliseconds: now.wallMilliseconds)))
    }

    /// Whether nothing of the period is to come, and nothing of it is forgotten.
    var isComplete: Bool { until == to && historyFrom == nil }

    /// The period as far as it can be known.
    var span: Stretch { Stretch(from: from.milliseconds, to: until.milliseconds) }

    /// An instant as the booth's clock shows it, RFC 3339.
    func text(_ instant: WallTime) -> String { instant.text(in: now.zone) }

    /// The date in the booth's zone.
    func date(of instant: WallTime) -> CivilDate { now.zone.civil(instant).date }

    func isInPeriod(_ instant: WallTime) -> Bool { from <= instant && instant < to }

    /// When the incident's stamp was: its own time; else, as another stamp of that boot is dated, by the time elapsed
    /// between the two; else by this boot's.
    ///
    /// A time that is still to come was never right: the clock had been set ahead.
    func instant(of stamp: Stamp, in incident: Incident) -> WallTime? {
        if let own = dated(stamp) { return own }
        for other in incident.stamps where other.bootID == stamp.bootID {
            guard let time = dated(other) else { continue }
            return WallTime(milliseconds: time.milliseconds - (other.boot - stamp.boot).milliseconds)
        }
        return byThisBoot(stamp)
    }

    /// When a stamp that has no others beside it was.
    func instant(of stamp: Stamp) -> WallTime? { dated(stamp) ?? byThisBoot(stamp) }

    private func dated(_ stamp: Stamp) -> WallTime? {
        stamp.wallMilliseconds.flatMap { $0 <= now.wallMilliseconds ? WallTime(milliseconds: $0) : nil }
    }

    /// Also what happened while the history was read, which is after now.
    private func byThisBoot(_ stamp: Stamp) -> WallTime? {
        guard stamp.bootID == now.bootID, now.clock != .unsynced else { return nil }
        return WallTime(milliseconds: now.wallMilliseconds - (now.boot - stamp.boot).milliseconds)
    }

    /// The last time that is known of the incident; nil where none is.
    func latest(of incident: Incident) -> WallTime? {
        incident.stamps.compactMap(dated).max() ?? guess(for: incident)
    }

    /// How long it was from one stamp to the other: by elapsed time within a boot, else by the wall clock; nil where
    /// neither can tell, or the clock was set back in between.
    func span(from start: Stamp, to end: Stamp, in incident: Incident) -> Duration? {
        if start.bootID == end.bootID { return max(.zero, end.boot - start.boot) }
        guard let first = instant(of: start, in: incident), let second = instant(of: end, in: incident),
            first <= second
        else { return nil }
        return .milliseconds(second.milliseconds - first.milliseconds)
    }

    /// Roughly when an incident was opened of which that is not known: its id's time, which is the clock's of that
    /// moment, believed or not. nil where that is still to come: nothing is known then.
    func guess(for incident: Incident) -> WallTime? {
        incident.id.milliseconds <= now.wallMilliseconds ? WallTime(milliseconds: incident.id.milliseconds) : nil
    }
}

extension Incident {
    /// Every stamp that it has.
    fileprivate var stamps: [Stamp] {
        [opened, latest] + [restored, accepted, handed, acknowledged?.at, closing?.act.at].compactMap { $0 }
            + steps.map(\.act.at)
    }
}

/// A stretch of the wall clock, its end not included.
struct Stretch: Hashable {
    var from: Int64
    var to: Int64

    /// Whole seconds of `span` that at least one of these covers, however they overlap.
    static func seconds(of stretches: [Stretch], within span: Stretch) -> Int64 {
        var covered: Int64 = 0
        var reached = span.from
        for stretch in stretches.sorted(by: { ($0.from, $0.to) < ($1.from, $1.to) }) {
            let (from, to) = (max(stretch.from, reached), min(stretch.to, span.to))
            guard from < to else { continue }
            covered += to - from
            reached = to
        }
        return (covered + 999) / 1000
    }
}
