import BoothCore
// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// All that a report is made of, at once.
struct ReportSource {
    var incidents: [Incident]
    var checks: [WallTime] = []
    var points: [WatchedPoint]
    var outages: [BoothMemory.Outage] = []
    var historyFrom: WallTime?
    var chain: ChainHead?
    var now: Moment
}

extension BoothReport {
    init(_ period: ReportPeriod, of source: ReportSource) {
        var maker = ReportMaker(period, points: source.points, outages: source.outages, now: source.now)
        for incident in source.incidents { maker.apply(incident) }
        for check in source.checks { maker.apply(check: check) }
        self = maker.report(historyFrom: source.historyFrom, chain: source.chain)
    }
}
