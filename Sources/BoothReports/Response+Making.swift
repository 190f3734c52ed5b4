// SPDX-License-Identifier: Apache-2.0
import BoothModel

extension BoothReport.Response {
    /// The steps of the fast answer, "1, 3, 5 minutes".
    private static let steps = (
        first: Duration.seconds(60), second: Duration.seconds(180), third: Duration.seconds(300)
    )

    /// How soon these were accepted.
    init(_ priority: Priority?, _ incidents: [Incident], _ placed: PlacedIncidents) {
        let accepted = incidents.filter { $0.accepted != nil }
        let spans = accepted.map { incident in
            incident.accepted.flatMap { placed.span(of: incident, from: incident.opened, to: $0) }
        }
        self.init(
            priority: priority, raised: incidents.count, duration: .init(spans),
            escalations: incidents.reduce(0) { $0 + $1.escalations },
            handovers: incidents.reduce(0) { $0 + $1.handovers })
        for span in spans { sort(span) }
        for incident in incidents where incident.accepted == nil {
            never += 1
            miss(waited: Self.waiting(of: incident, placed))
        }
    }

    private mutating func sort(_ span: Duration?) {
        guard let span else {
            unmeasured += 1
            return
        }
        switch span {
        case ...Self.steps.first: within60 += 1
        case ...Self.steps.second: within180 += 1
        case ...Self.steps.third: within300 += 1
        default: later += 1
        }
        miss(waited: span)
    }

    /// An answer at the very end of a step is in time.
    private mutating func miss(waited: Duration) {
        if waited > Self.steps.first { missed60 += 1 }
        if waited > Self.steps.second { missed180 += 1 }
        if waited > Self.steps.third { missed300 += 1 }
    }

    /// How long one that nobody accepted has waited: until it was closed, or until now. Where that is not known, nobody
    /// answered in any time.
    private static func waiting(of incident: Incident, _ placed: PlacedIncidents) -> Duration {
        let end = incident.closing?.act.at ?? Stamp(placed.placement.now)
        return placed.span(of: incident, from: incident.opened, to: end) ?? .seconds(Int64.max / 1000)
    }
}
