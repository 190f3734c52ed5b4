// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Turns stamps into times of the wall clock, as far as these are known when the report is made.
struct Placement {
    let period: ReportPeriod
    let from: WallTime
    let to: WallTime
    /// The end of the known part: the period's end, or now if that is earlier.
    let until: WallTime
    /// The start of the history; nil: it covers the whole period.
    let historyFrom: WallTime?
    let now: Moment

    /// - Parameter historyFrom: the start of the journal's history; nil: it reaches far enough back.
    init(_ period: ReportPeriod, historyFrom: WallTime? = nil, now: Moment) {
        self.period = period
        self.now = now
        (from, to) = (period.from(in: now.zone), period.to(in: now.zone))
        self.historyFrom = historyFrom.flatMap { [from] in $0 > from ? $0 : nil }
        until = max(from, min(to, WallTime(milliseconds: now.wallMilliseconds)))
    }

    /// Whether the period is over, and the history covers all of it.
    var isComplete: Bool { until == to && historyFrom == nil }

    /// The known part of the period.
    var span: Stretch { Stretch(from: from.milliseconds, to: until.milliseconds) }

    /// An instant as the booth's clock shows it, RFC 3339.
    func text(_ instant: WallTime) -> String { instant.text(in: now.zone) }

    /// The date in the booth's zone.
    func date(of instant: WallTime) -> CivilDate { now.zone.civil(instant).date }

    func isInPeriod(_ instant: WallTime) -> Bool { from <= instant && instant < to }

    /// When the incident's stamp was made. Its own time, if it has one. Otherwise it is reckoned by elapsed time from
    /// another dated stamp of the same boot. Otherwise it is reckoned from now, if it is of this boot.
    ///
    /// A time in the future was never right: the clock had been set ahead.
    func instant(of stamp: Stamp, in incident: Incident) -> WallTime? {
        if let own = dated(stamp) { return own }
        for other in incident.stamps where other.bootID == stamp.bootID {
            guard let time = dated(other) else { continue }
            return WallTime(milliseconds: time.milliseconds - (other.boot - stamp.boot).milliseconds)
        }
        return byThisBoot(stamp)
    }

    /// When a stamp was made that belongs to no incident.
    func instant(of stamp: Stamp) -> WallTime? { dated(stamp) ?? byThisBoot(stamp) }

    private func dated(_ stamp: Stamp) -> WallTime? {
        stamp.wallMilliseconds.flatMap { $0 <= now.wallMilliseconds ? WallTime(milliseconds: $0) : nil }
    }

    /// A stamp may be later than `now`, if it was made while the history was read.
    private func byThisBoot(_ stamp: Stamp) -> WallTime? {
        guard stamp.bootID == now.bootID, now.clock != .unsynced else { return nil }
        return WallTime(milliseconds: now.wallMilliseconds - (now.boot - stamp.boot).milliseconds)
    }

    /// The latest known time of the incident; nil: none is known.
    func latest(of incident: Incident) -> WallTime? {
        incident.stamps.compactMap(dated).max() ?? guess(for: incident)
    }

    /// The time between two stamps: elapsed time within one boot, otherwise by the wall clock. Nil: a stamp cannot be
    /// dated, or the clock was set back in between.
    func span(from start: Stamp, to end: Stamp, in incident: Incident) -> Duration? {
        if start.bootID == end.bootID { return max(.zero, end.boot - start.boot) }
        guard let first = instant(of: start, in: incident), let second = instant(of: end, in: incident),
            first <= second
        else { return nil }
        return .milliseconds(second.milliseconds - first.milliseconds)
    }

    /// Roughly when an undated incident was opened: the time in its id. That is the clock of that moment, trusted or
    /// not. Nil: this time is in the future, so nothing is known.
    func guess(for incident: Incident) -> WallTime? {
        incident.id.milliseconds <= now.wallMilliseconds ? WallTime(milliseconds: incident.id.milliseconds) : nil
    }
}

extension Incident {
    /// All stamps of the incident.
    fileprivate var stamps: [Stamp] {
        [opened, latest] + [restored, accepted, handed, acknowledged?.at, closing?.act.at].compactMap { $0 }
            + steps.map(\.act.at)
    }
}

/// A stretch of the wall clock in milliseconds since 1970; `to` is not included.
struct Stretch: Hashable {
    var from: Int64
    var to: Int64

    /// The seconds of `span` that at least one of these covers, rounded up. They may overlap.
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
