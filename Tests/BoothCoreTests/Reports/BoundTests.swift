// SPDX-License-Identifier: Apache-2.0
import BoothModel
import TestSupport
import Testing

@testable import BoothCore

@Suite("What a report keeps while it is added up")
struct BoundTests {
    private static let period = ReportPeriod(.day, containing: CivilDate(year: 2026, month: 11, day: 20))

    private static func maker() -> ReportMaker {
        _ = TestZone.isSet
        return ReportMaker(period, points: Made.points, outages: [], now: Made.moment(Made.at(11, 21, 0, 5)))
    }

    private static func call(_ index: Int) -> Incident {
        let start = Made.at(11, 20)
        return Made.help(at: WallTime(milliseconds: start.milliseconds + Int64(index) * 8000)).accepted(after: 5)
    }

    /// How many values of some types are in another value, however deep.
    private struct Census {
        var incidents = 0
        var items = 0
        var stamps = 0
        var texts = 0

        init(of value: Any) { add(value) }

        private mutating func add(_ value: Any) {
            switch value {
            case is Incident: incidents += 1
            case is BoothReport.OpenItem: items += 1
            case is Stamp: stamps += 1
            case is String: texts += 1
            // Of numbers there may be many, with nothing in them.
            case is [UInt32]: return
            default: break
            }
            for child in Mirror(reflecting: value).children { add(child.value) }
        }
    }

    @Test("Of ten thousand closed incidents none is kept, nor the words that ended it")
    func closed() {
        var maker = Self.maker()
        for index in 0..<10_000 {
            let outcome = index % 2 == 0 ? "done" : "outcome \(index)"
            maker.apply(Self.call(index).closed(Made.at(11, 20, 23), outcome))
        }
        let census = Census(of: maker)
        #expect(census.incidents == 0)
        #expect(census.items == 0)
        #expect(census.stamps == 0)
        #expect(census.texts < 50)
        let report = maker.report()
        #expect(report.raised == 10_000)
        #expect(report.closed.total == 10_000)
        #expect(report.closed.outcomes == [BoothReport.Outcome(outcome: "done", count: 5000)])
        #expect(report.closed.otherOutcomes == 5000)
        #expect(report.closed.duration.count == 10_000)
    }

    @Test("Of ten thousand open incidents the 500 listed are kept, and fewer than 500 more", arguments: [false, true])
    func open(isNewestFirst: Bool) {
        var maker = Self.maker()
        var indices = Array(0..<10_000)
        if isNewestFirst { indices.reverse() }
        var most = 0
        for (step, index) in indices.enumerated() {
            maker.apply(Self.call(index))
            if [998, 999, 9998].contains(step) { most = max(most, Census(of: maker).items) }
        }
        #expect((500..<1000).contains(most))
        #expect(Census(of: maker).incidents == 0)
        let report = maker.report()
        #expect(report.open.total == 10_000)
        #expect(report.openItems.map(\.incident) == (0..<500).map { Self.call($0).id })
        #expect(report.open.oldest == "2026-11-20T00:00:00.000+08:00")
    }

    @Test("The order in which incidents are added changes nothing")
    func order() {
        func report(_ incidents: [Incident]) -> BoothReport {
            var source = SyntheticMonth.source
            source.incidents = incidents
            return BoothReport(ReportPeriod(.month, containing: CivilDate(year: 2026, month: 11, day: 9)), of: source)
        }
        let incidents = SyntheticMonth.source.incidents
        let expected = report(incidents)
        #expect(report(incidents.reversed()) == expected)
        let mixed = incidents.sorted { UInt64($0.id.key) % 97 < UInt64($1.id.key) % 97 }
        #expect(report(mixed) == expected)
    }
}
