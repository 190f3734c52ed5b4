// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// The incidents that have to do with a period, and how.
struct PlacedIncidents {
    let placement: Placement
    /// Opened in the period, tests apart, oldest first.
    private(set) var raised: [Incident] = []
    /// How many of `raised` could not be dated.
    private(set) var undated = 0
    /// Opened by a test in the period.
    private(set) var tests: [Incident] = []
    /// Not closed at its end, tests apart, whenever they were opened.
    private(set) var open: [Incident] = []
    /// Closed in it, tests apart.
    private(set) var closed: [Incident] = []
    /// All that were given, tests apart.
    private(set) var all: [Incident] = []
    private var openings: [EventID: WallTime] = [:]

    init(_ incidents: [Incident], _ placement: Placement) {
        self.placement = placement
        for incident in incidents.sorted(by: { $0.id < $1.id }) { take(incident) }
    }

    /// When an incident was opened; nil where that is not known.
    func opening(of incident: Incident) -> WallTime? { openings[incident.id] }

    func span(of incident: Incident, from start: Stamp, to end: Stamp) -> Duration? {
        placement.span(from: start, to: end, in: incident)
    }

    private mutating func take(_ incident: Incident) {
        let opening = placement.instant(of: incident.opened, in: incident)
        openings[incident.id] = opening
        let guess = opening ?? placement.guess(for: incident)
        // Of what nobody knows when it was, each report that gets it tells, rather than none.
        let isRaised = guess.map(placement.isInPeriod) ?? true
        guard !incident.test else {
            if isRaised { tests.append(incident) }
            return
        }
        all.append(incident)
        if isRaised {
            raised.append(incident)
            if opening == nil { undated += 1 }
        }
        guard guess.map({ $0 < placement.to }) ?? true else { return }
        takeEnd(of: incident)
    }

    private mutating func takeEnd(of incident: Incident) {
        guard let closing = incident.closing else {
            if incident.isOpen { open.append(incident) }
            return
        }
        // One that cannot be dated came after everything that can.
        let end = placement.instant(of: closing.act.at, in: incident) ?? placement.latest(of: incident)
        if let end, end >= placement.to {
            open.append(incident)
        } else if end.map(placement.isInPeriod) ?? true {
            closed.append(incident)
        }
    }
}
