// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// Figures on the incidents that were closed in the period.
struct ClosedFigures {
    /// The most outcomes that are shown.
    private static let mostOutcomes = 20

    private var total = 0
    private var locally = 0
    private var durations = Cases()
    /// Outcomes by their hashes. The words are kept only from the second time on: the report does not show an outcome
    /// that was written once.
    private var outcomes: [Int: (words: String?, count: Int)] = [:]

    mutating func add(_ placed: PlacedIncident) {
        guard placed.end == .closed, let closing = placed.incident.closing else { return }
        total += 1
        if closing.isLocal { locally += 1 }
        durations.add(placed.span(from: placed.incident.opened, to: closing.act.at))
        let hash = closing.outcome.hashValue
        let known = outcomes[hash]
        outcomes[hash] = (known.map { $0.words ?? closing.outcome }, (known?.count ?? 0) + 1)
    }

    var figures: BoothReport.Closed {
        let shown = outcomes.values.compactMap { entry in
            entry.words.map { BoothReport.Outcome(outcome: $0, count: entry.count) }
        }.sorted { ($1.count, $0.outcome) < ($0.count, $1.outcome) }.prefix(Self.mostOutcomes)
        return BoothReport.Closed(
            total: total, locally: locally, outcomes: Array(shown),
            otherOutcomes: total - shown.reduce(0) { $0 + $1.count }, duration: durations.spans)
    }
}

extension Incident.Closing {
    /// Whether somebody at the booth did it.
    fileprivate var isLocal: Bool { act.by.rawValue.hasPrefix("local:") }
}
