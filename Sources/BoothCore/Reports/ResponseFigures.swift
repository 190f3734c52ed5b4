// SPDX-License-Identifier: Apache-2.0
import BoothModel

/// How soon the incidents opened in the period were accepted: over all, and by priority.
struct ResponseFigures {
    private var all = Answers(nil)
    private var byPriority: [Priority: Answers] = [:]

    mutating func add(_ placed: PlacedIncident) {
        guard placed.counts else { return }
        all.add(placed)
        let priority = placed.incident.priority
        byPriority[priority, default: Answers(priority)].add(placed)
    }

    var figures: [BoothReport.Response] {
        [all.figures] + byPriority.sorted { $0.key < $1.key }.map(\.value.figures)
    }
}

/// The answers to the incidents of one priority, or of all.
private struct Answers {
    /// The deadlines for an answer, "1, 3, 5 minutes".
    private static let steps = (
        first: Duration.seconds(60), second: Duration.seconds(180), third: Duration.seconds(300)
    )

    private var response: BoothReport.Response
    private var durations = Cases()

    init(_ priority: Priority?) {
        response = BoothReport.Response(
            priority: priority, raised: 0, duration: Cases().spans, escalations: 0, handovers: 0)
    }

    var figures: BoothReport.Response {
        var figures = response
        figures.duration = durations.spans
        return figures
    }

    mutating func add(_ placed: PlacedIncident) {
        let incident = placed.incident
        response.raised += 1
        response.escalations += incident.escalations
        response.handovers += incident.handovers
        if let accepted = incident.accepted {
            let span = placed.span(from: incident.opened, to: accepted)
            durations.add(span)
            sort(span)
        } else {
            response.never += 1
            miss(waited: Self.waiting(of: placed))
        }
    }

    private mutating func sort(_ span: Duration?) {
        guard let span else {
            response.unmeasured += 1
            return
        }
        switch span {
        case ...Self.steps.first: response.within60 += 1
        case ...Self.steps.second: response.within180 += 1
        case ...Self.steps.third: response.within300 += 1
        default: response.later += 1
        }
        miss(waited: span)
    }

    /// An answer exactly at a deadline is in time.
    private mutating func miss(waited: Duration) {
        if waited > Self.steps.first { response.missed60 += 1 }
        if waited > Self.steps.second { response.missed180 += 1 }
        if waited > Self.steps.third { response.missed300 += 1 }
    }

    /// How long an incident that nobody accepted has waited: until it was closed, or until now. If that is not known,
    /// every deadline counts as missed.
    private static func waiting(of placed: PlacedIncident) -> Duration {
        let end = placed.incident.closing?.act.at ?? Stamp(placed.placement.now)
        return placed.span(from: placed.incident.opened, to: end) ?? .seconds(Int64.max / 1000)
    }
}
