// SPDX-License-Identifier: Apache-2.0
import BoothModel

extension BoothReport {
    /// The most open incidents that are listed: an event has to stay small enough for every platform.
    static let mostItems = 500

    /// The report on `period`, which may not be over yet.
    ///
    /// - Parameter source: of `now`, the wall clock is believed.
    package init(_ period: ReportPeriod, of source: ReportSource) {
        let placed = PlacedIncidents(
            source.incidents, Placement(period, historyFrom: source.historyFrom, now: source.now))
        let placement = placed.placement
        let downtime = source.outages.map { Stretch(from: $0.from.milliseconds, to: $0.to.milliseconds) }
        let faults = FaultTimes(placed)
        self.init(
            period: Period(period), until: placement.until.civilText, isComplete: placement.isComplete,
            historyFrom: placement.historyFrom?.civilText, isCapped: source.isCapped, raised: placed.raised.count,
            undated: placed.undated,
            repeats: placed.raised.reduce(0) { $0 + $1.repeats }, tests: placed.tests.count,
            categories: Self.categories(placed), open: Self.open(placed),
            openItems: Self.items(placed), closed: Self.closed(placed), response: Self.responses(placed),
            mail: MailFigures(placed, source), availability: faults.availability(of: source.points, downtime),
            faults: faults.list(), outages: Self.outages(downtime, placement), chain: source.chain)
    }

    private static func categories(_ placed: PlacedIncidents) -> [CategoryCount] {
        var counts: [Category: CategoryCount] = [:]
        func count(_ incident: Incident, _ change: (inout CategoryCount) -> Void) {
            let blank = CategoryCount(category: incident.category, raised: 0, repeats: 0, tests: 0)
            change(&counts[incident.category, default: blank])
        }
        for incident in placed.raised {
            count(incident) {
                $0.raised += 1
                $0.repeats += incident.repeats
            }
        }
        for incident in placed.tests { count(incident) { $0.tests += 1 } }
        return counts.values.sorted { $0.category.rawValue < $1.category.rawValue }
    }

    private static func open(_ placed: PlacedIncidents) -> Open {
        let priorities = Dictionary(grouping: placed.open, by: \.priority)
        let oldest = placed.open.compactMap { placed.opening(of: $0) }.min()
        return Open(
            total: placed.open.count,
            byPriority: priorities.sorted { $0.key < $1.key }.map {
                PriorityCount(priority: $0.key, count: $0.value.count)
            },
            oldest: oldest?.civilText)
    }

    /// The most urgent first, then the oldest; what could not be dated stands before what could.
    private static func items(_ placed: PlacedIncidents) -> [OpenItem] {
        let sorted = placed.open.map { ($0, placed.opening(of: $0)) }.sorted { left, right in
            let (one, other) = (left.1?.milliseconds ?? .min, right.1?.milliseconds ?? .min)
            return (left.0.priority.rawValue, one, left.0.id) < (right.0.priority.rawValue, other, right.0.id)
        }
        return sorted.prefix(mostItems).map { OpenItem($0, opened: $1?.civilText) }
    }

    private static func closed(_ placed: PlacedIncidents) -> Closed {
        let closings = placed.closed.compactMap(\.closing)
        let counts = Dictionary(grouping: closings, by: \.outcome).mapValues(\.count)
        let shown = counts.filter { $0.value > 1 }.map { Outcome(outcome: $0.key, count: $0.value) }
            .sorted { ($1.count, $0.outcome) < ($0.count, $1.outcome) }.prefix(20)
        return Closed(
            total: placed.closed.count, locally: closings.count(where: \.isLocal), outcomes: Array(shown),
            otherOutcomes: placed.closed.count - shown.reduce(0) { $0 + $1.count },
            duration: Spans(
                placed.closed.map { incident in
                    incident.closing.flatMap { placed.span(of: incident, from: incident.opened, to: $0.act.at) }
                }))
    }

    private static func responses(_ placed: PlacedIncidents) -> [Response] {
        let priorities = Set(placed.raised.map(\.priority)).sorted()
        return [Response(nil, placed.raised, placed)]
            + priorities.map { priority in
                Response(priority, placed.raised.filter { $0.priority == priority }, placed)
            }
    }

    private static func outages(_ downtime: [Stretch], _ placement: Placement) -> Outages {
        let span = Stretch(from: placement.from.milliseconds, to: placement.until.milliseconds)
        return Outages(
            count: downtime.count { $0.from < span.to && $0.to > span.from },
            seconds: Stretch.seconds(of: downtime, within: span))
    }
}

extension Incident {
    /// Activations beyond the first.
    var repeats: Int { max(0, count - 1) }
}

extension Incident.Closing {
    /// Whether somebody at the booth did it.
    fileprivate var isLocal: Bool { act.by.rawValue.hasPrefix("local:") }
}
