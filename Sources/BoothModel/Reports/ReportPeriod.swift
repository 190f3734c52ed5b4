// SPDX-License-Identifier: Apache-2.0

/// The days of the calendar that a report is about, by the civil dates of the booth's zone.
///
/// A day on which the clocks are changed has 23 or 25 hours, and is counted with these.
package struct ReportPeriod: Sendable, Hashable {
    package enum Kind: String, Sendable, Codable, CaseIterable {
        case day
        /// Monday to Sunday (ISO 8601).
        case week
        case month
    }

    package let kind: Kind
    package let first: CivilDate
    /// The last date that belongs to it.
    package let last: CivilDate

    /// The day, week or month that `date` belongs to.
    package init(_ kind: Kind, containing date: CivilDate) {
        self.kind = kind
        switch kind {
        case .day: (first, last) = (date, date)
        case .week:
            let monday = date.daysSince1970 - (date.weekday.rawValue - 1)
            (first, last) = (CivilDate(daysSince1970: monday), CivilDate(daysSince1970: monday + 6))
        case .month:
            first = CivilDate(year: date.year, month: date.month, day: 1)
            let isDecember = date.month == 12
            let following = CivilDate(
                year: isDecember ? date.year + 1 : date.year, month: isDecember ? 1 : date.month + 1, day: 1)
            last = following.previous
        }
    }

    /// Its first instant.
    package func from(in zone: Zone) -> WallTime { first.instant(in: zone) }
    /// The first instant after it.
    package func to(in zone: Zone) -> WallTime { last.next.instant(in: zone) }

    /// The period before this one.
    package var previous: ReportPeriod { ReportPeriod(kind, containing: first.previous) }
}

extension WallTime {
    /// RFC 3339 with the zone's offset.
    package func text(in zone: Zone) -> String { zone.civil(self).rfc3339 }

    /// The nearest whole second. An end that is kept as elapsed time comes back some milliseconds off what was asked
    /// for.
    package var nearestSecond: WallTime {
        WallTime(milliseconds: (milliseconds + 500) / 1000 * 1000)
    }
}
