// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// What a report is made of.
package struct ReportSource: Sendable {
    /// Incidents that were open at some time of the period; others do no harm.
    package var incidents: [Incident]
    /// When the box was opened while somebody was in; also before the period, as far as `ReportPeriod.lookBack`.
    package var checks: [WallTime]
    /// In the configuration's order.
    package var points: [WatchedPoint]
    /// When no agent ran.
    package var outages: [BoothMemory.Outage]
    /// Whether there was more than could be had.
    package var isCapped: Bool
    /// How far back the journal's history reaches; nil: over every period that can be asked for.
    package var historyFrom: WallTime?
    /// Where the journal stands, for the event that is told to platforms; nil for a report that is only shown.
    package var chain: ChainHead?
    /// When the report is made.
    package var now: Moment

    package init(
        incidents: [Incident], checks: [WallTime] = [], points: [WatchedPoint], outages: [BoothMemory.Outage] = [],
        isCapped: Bool = false, historyFrom: WallTime? = nil, chain: ChainHead? = nil, now: Moment
    ) {
        self.incidents = incidents
        self.checks = checks
        self.points = points
        self.outages = outages
        self.isCapped = isCapped
        self.historyFrom = historyFrom
        self.chain = chain
        self.now = now
    }
}

/// A point, as a report needs it.
package struct WatchedPoint: Sendable, Hashable {
    package var id: PointID
    package var kind: PointKind
    /// The devices whose fault leaves nobody knowing what the contact does.
    package var blinders: Set<DeviceID>
    /// When it was first read; nil where that is not known.
    package var firstSeen: Stamp?

    package init(id: PointID, kind: PointKind, blinders: Set<DeviceID>, firstSeen: Stamp? = nil) {
        self.id = id
        self.kind = kind
        self.blinders = blinders
        self.firstSeen = firstSeen
    }
}

extension ReportPeriod {
    /// How far before its start history is needed: the last opening of the box may be so long ago.
    package var lookBack: WallTime { CivilDate(daysSince1970: first.daysSince1970 - 14).instant() }
}
