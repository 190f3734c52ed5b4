// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// An incident, and its place in a period.
struct PlacedIncident {
    /// How it stood at the period's end.
    enum End {
        case open
        /// Closed in the period.
        case closed
        /// Closed before it, or opened after it.
        case elsewhere
    }

    let incident: Incident
    let placement: Placement
    /// When it was opened; nil: not known.
    let opening: WallTime?
    /// Whether it was opened in the period.
    let isRaised: Bool
    let end: End

    init(_ incident: Incident, _ placement: Placement) {
        self.incident = incident
        self.placement = placement
        opening = placement.instant(of: incident.opened, in: incident)
        let guess = opening ?? placement.guess(for: incident)
        // An incident of unknown time counts in every report that reads it. Otherwise it would count in none.
        isRaised = guess.map(placement.isInPeriod) ?? true
        let isBeforeEnd = guess.map { $0 < placement.to } ?? true
        end = isBeforeEnd ? Self.end(of: incident, placement) : .elsewhere
    }

    private static func end(of incident: Incident, _ placement: Placement) -> End {
        guard let closing = incident.closing else { return incident.isOpen ? .open : .elsewhere }
        // A closing that cannot be dated came after everything that can. So the incident's latest known time stands for
        // it.
        let end = placement.instant(of: closing.act.at, in: incident) ?? placement.latest(of: incident)
        if let end, end >= placement.to { return .open }
        return end.map(placement.isInPeriod) ?? true ? .closed : .elsewhere
    }

    /// Whether it was opened in the period, and not by a test.
    var counts: Bool { isRaised && !incident.test }

    /// The time between two of its stamps; nil: not known.
    func span(from start: Stamp, to end: Stamp) -> Duration? {
        placement.span(from: start, to: end, in: incident)
    }
}

extension Incident {
    /// Activations beyond the first.
    var repeats: Int { max(0, count - 1) }
}
